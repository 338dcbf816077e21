"""From layers to one picture: live for exports, cached around the active layer for the view."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import COMPOSITION_MODES, BlendMode, Layer, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.tiles import TILE_SIDE, TileGrid, TileKey, TileMap, keys_over, new_image, tile_rect

SOURCE = QPainter.CompositionMode.CompositionMode_Source


def draw_layer(
    painter: QPainter, tiles: TileMap, properties: LayerProperties, rect: QRect, origin: QPoint
) -> None:
    """Blend the part of a layer inside `rect` (document coordinates); `origin` is where the painter's (0, 0) lies."""
    painter.setCompositionMode(COMPOSITION_MODES[properties.blend])
    painter.setOpacity(properties.opacity)
    offset = QPoint(properties.x, properties.y)
    local = rect.translated(-offset)
    for key in keys_over(local):
        tile = tiles.get(key)
        if tile is not None:
            corner = QPoint(key[0] * TILE_SIDE, key[1] * TILE_SIDE)
            part = tile_rect(key).intersected(local)
            painter.drawImage(part.topLeft() + offset - origin, tile, part.translated(-corner))


def flatten(snapshot: DocumentSnapshot, rect: QRect | None = None) -> QImage:
    """What the artist sees inside `rect` (all when None), premultiplied ARGB, blended layer by layer. Any thread."""
    area = snapshot.rect if rect is None else rect.intersected(snapshot.rect)
    image = new_image(area.width(), area.height())
    painter = QPainter(image)
    for layer in snapshot.layers:
        if layer.properties.visible:
            draw_layer(painter, layer.tiles, layer.properties, area, area.topLeft())
    painter.end()
    return image


def merged_layer(upper: LayerSnapshot, lower: LayerSnapshot) -> LayerSnapshot:
    """The lower layer with the upper one painted onto it; a hidden one adds nothing. Any thread.

    The lower layer's own opacity is painted into the pixels, as the merged layer has full opacity, so that
    it looks as before where nothing lies between. It has no recipe: no request gives these pixels.
    """
    bottom, top = lower.properties, upper.properties
    properties = replace(bottom, x=0, y=0, opacity=1.0, recipe=None)
    shown = [layer for layer in (lower, upper) if layer.properties.visible or layer is lower]
    if upper in shown and bottom.origin is not top.origin:
        properties = replace(properties, origin=Origin.MIXED)
    grid = TileGrid()
    for layer in shown:
        own = layer.properties
        # The lower layer's blend mode stays a property of the merged layer; it must not be applied twice.
        drawn = replace(own, blend=BlendMode.NORMAL) if layer is lower else own
        for key in keys_over(layer.bounds):
            corner = tile_rect(key).topLeft()
            painter = QPainter(grid.writable(key))
            draw_layer(painter, layer.tiles, drawn, tile_rect(key), corner)
            painter.end()
    return LayerSnapshot(lower.id, properties, grid.freeze())


@dataclass(slots=True, eq=False)
class _Cache:
    """Layers flattened once, tile by tile; None is a tile on which nothing lies."""

    layers: tuple[Layer, ...]
    tiles: dict[TileKey, QImage | None] = field(default_factory=dict)

    def tile(self, key: TileKey, document_rect: QRect) -> QImage | None:
        if key not in self.tiles:
            self.tiles[key] = self._render(key, document_rect)
        return self.tiles[key]

    def _render(self, key: TileKey, document_rect: QRect) -> QImage | None:
        area = tile_rect(key).intersected(document_rect)
        shown = [layer for layer in self.layers if layer.visible and layer.bounds.intersects(area)]
        if not shown:
            return None
        image = new_image(TILE_SIDE, TILE_SIDE)
        painter = QPainter(image)
        for layer in shown:
            draw_layer(painter, layer.tiles.items(), layer.properties, area, tile_rect(key).topLeft())
        painter.end()
        return image

    def invalidate(self, rect: QRect) -> None:
        for key in keys_over(rect):
            self.tiles.pop(key, None)


class Compositor:
    """The document's composite in tiles (`tiles.TILE_SIDE`), kept up to date by watching the document.

    Below the active layer one cache; above it every maximal run of Normal layers is one cache, so that a
    stroke costs the same on any number of Normal layers. Equal to `flatten` bit for bit without such runs; a run
    of n layers is rounded on its own and may differ by n/255 (at most 3/255 in five layers of noise, 1 in most).
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._below = _Cache(())
        self._above: list[_Cache | Layer] = []
        self._tiles: dict[TileKey, QImage] = {}
        self._stale: dict[TileKey, QRect] = {}
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
        if image is None:
            image = self._tiles[key] = new_image(TILE_SIDE, TILE_SIDE)
            stale: QRect | None = tile_rect(key).intersected(self._document.rect)
        else:
            stale = self._stale.get(key)
        self._stale.pop(key, None)
        if stale is not None:
            self._paint(image, key, stale)
        return image

    def stale_tiles(self, rect: QRect) -> list[TileKey]:
        """Tiles over `rect` that `tile` would have to work on: for doing some in the background."""
        keys = keys_over(rect.intersected(self._document.rect))
        return [key for key in keys if key not in self._tiles or key in self._stale]

    def _paint(self, image: QImage, key: TileKey, rect: QRect) -> None:
        corner = tile_rect(key).topLeft()
        inner = rect.translated(-corner)
        painter = QPainter(image)
        painter.setCompositionMode(SOURCE)
        self._draw_cached(painter, self._below, key, inner, clear=True)
        active = self._document.active_layer
        for part in ([active] if active is not None else []) + self._above:
            if isinstance(part, _Cache):
                painter.setCompositionMode(COMPOSITION_MODES[BlendMode.NORMAL])
                painter.setOpacity(1.0)
                self._draw_cached(painter, part, key, inner, clear=False)
            elif part.visible:
                draw_layer(painter, part.tiles.items(), part.properties, rect, corner)
        painter.end()

    def _draw_cached(
        self, painter: QPainter, cache: _Cache, key: TileKey, inner: QRect, *, clear: bool
    ) -> None:
        tile = cache.tile(key, self._document.rect)
        if tile is not None:
            painter.drawImage(inner.topLeft(), tile, inner)
        elif clear:
            painter.fillRect(inner, Qt.GlobalColor.transparent)

    def _changed(self, change: DocumentChange) -> None:
        if change.structure:
            self._plan()
        if change.dirty.isEmpty():
            return
        for cache in self._caches():
            if any(layer.id in change.layer_ids for layer in cache.layers):
                cache.invalidate(change.dirty)
        for key in keys_over(change.dirty):
            if key in self._tiles:
                part = change.dirty.intersected(tile_rect(key))
                self._stale[key] = self._stale.get(key, QRect()).united(part)

    def _caches(self) -> Iterable[_Cache]:
        return (self._below, *(part for part in self._above if isinstance(part, _Cache)))

    def _plan(self) -> None:
        """Share out the layers again; a cache of the very same layers is kept with what it holds."""
        known = {cache.layers: cache for cache in self._caches()}
        layers, active = self._document.layers, self._document.active_id
        split = self._document.index_of(active) if active is not None else len(layers)
        self._below = known.get(layers[:split], _Cache(layers[:split]))
        self._above = []
        run: list[Layer] = []
        for layer in layers[split + 1 :]:
            # A hidden layer of any mode may be part of a run: it draws nothing.
            if layer.blend is BlendMode.NORMAL or not layer.visible:
                run.append(layer)
            else:
                self._close_run(run, known)
                self._above.append(layer)
        self._close_run(run, known)

    def _close_run(self, run: list[Layer], known: dict[tuple[Layer, ...], _Cache]) -> None:
        if run:
            layers = tuple(run)
            self._above.append(known.get(layers) or _Cache(layers))
            run.clear()
