"""The document's composite, kept up to date for the view."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.cached_composer import CachedComposer
from desktop.canvas.composing import shown_nodes
from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.tiles import TileKey, keys_over, new_image, rects_of, tile_rect, transparent_tile

SOURCE = QPainter.CompositionMode.CompositionMode_Source


class Compositor:
    """The document's composite in tiles (`tiles.TILE_SIDE`), kept up to date by watching the document.

    Equal to `composing.flatten` bit for bit; see `cached_composer` for why a stroke is quick.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._composer = CachedComposer()
        self._tiles: dict[TileKey, QImage] = {}
        self._stale: dict[TileKey, QRect] = {}
        self._shown: dict[TileKey, tuple[str, ...]] = {}
        """The layers of which each tile was made. Where they differ, all of a tile is rounded otherwise."""
        self._plan()
        self._unsubscribe = document.subscribe(self._changed)

    def close(self) -> None:
        """Stop watching the document."""
        self._unsubscribe()

    def composite(self, rect: QRect) -> QImage:
        """The pixels of `rect` (inside the document) as one premultiplied picture."""
        image = new_image(rect.width(), rect.height())
        painter = QPainter(image)
        painter.setCompositionMode(SOURCE)
        for key in keys_over(rect.intersected(self._document.rect)):
            painter.drawImage(tile_rect(key).topLeft() - rect.topLeft(), self.tile(key))
        painter.end()
        return image

    def tile(self, key: TileKey) -> QImage:
        """One whole tile, brought up to date; it is painted on again after the next change, so don't keep it.

        Never paint on it yourself. Pixels outside the document are transparent.
        """
        image = self._tiles.get(key)
        stale = self._stale.pop(key, None)
        if image is None:
            image = self._tiles[key] = transparent_tile()
            stale = tile_rect(key)
        if stale is not None:
            shown = self._composer.shown_ids(key)
            if shown != self._shown.get(key):
                self._shown[key] = shown
                stale = tile_rect(key)
            self._paint(image, key, stale.intersected(tile_rect(key)).intersected(self._document.rect))
        return image

    def stale_tiles(self, rect: QRect) -> list[TileKey]:
        """Tiles over `rect` that `tile` would have to work on: for doing some in the background."""
        keys = keys_over(rect.intersected(self._document.rect))
        return [key for key in keys if key not in self._tiles or key in self._stale]

    def _paint(self, image: QImage, key: TileKey, rect: QRect) -> None:
        painter = QPainter(image)
        painter.setCompositionMode(SOURCE)
        picture = self._composer.compose_tile(key, rect)
        painter.drawImage(rect.topLeft() - tile_rect(key).topLeft(), picture)
        painter.end()

    def _changed(self, change: DocumentChange) -> None:
        if change.structure:
            self._plan()
        if change.size:
            self._tiles.clear()
            self._stale.clear()
        self._composer.forget(change.dirty, change.layer_ids)
        dirty, stale = change.dirty, self._stale
        # Undo of a large change comes here with hundreds of tiles: little is done for each before it is asked for.
        for area in rects_of(dirty):
            for key in keys_over(area):
                if key in self._tiles:
                    stale[key] = stale[key].united(area) if key in stale else area

    def _plan(self) -> None:
        self._composer.follow(shown_nodes(self._document.layers), self._document.active_id)
