"""Whether anything was painted on a document yet: asked at every change, so it remembers what it has read."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop.canvas.document import Document
from desktop.canvas.layer_tree import shown_layers
from desktop.canvas.layers import Layer
from desktop.canvas.tiles import pixels_of, tile_rect


class Blankness:
    """A document is blank while every visible layer is empty or of one colour."""

    def __init__(self) -> None:
        self._plain: dict[int, bytes] = {}

    def has_picture(self, document: Document) -> bool:
        return any(
            layer.opacity > 0 and self._is_painted(layer, document.rect)
            for layer in shown_layers(document.layers)
        )

    def _is_painted(self, layer: Layer, page: QRect) -> bool:
        if layer.recipe is not None:
            return bool(layer.tiles.items())
        colours: set[bytes] = set()
        for key, tile in layer.tiles.items().items():
            rect = tile_rect(key)
            seen = rect.intersected(page.translated(-layer.offset))
            if seen.isEmpty():
                continue
            colour = self._colour_of(tile, seen.translated(-rect.topLeft()))
            if colour is None:
                return True
            colours.add(colour)
        return len(colours) > 1

    def _colour_of(self, tile: QImage, part: QRect) -> bytes | None:
        """The one colour of that part of a tile, None if it has several."""
        key = hash((tile.cacheKey(), part.x(), part.y(), part.width(), part.height()))
        known = self._plain.get(key)
        if known is not None:
            return known
        pixels = pixels_of(tile)[part.top() : part.bottom() + 1, part.left() : part.right() + 1]
        if not (pixels == pixels[0, 0]).all():
            return None
        self._plain[key] = pixels[0, 0].tobytes()
        return self._plain[key]
