"""Paint that covers much at once: fills, gradients, shapes, text. Made tile by tile on a worker thread."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.document import Document
from desktop.canvas.layers import Layer, LayerSnapshot, Origin
from desktop.canvas.laying import limit
from desktop.canvas.selection import Selection
from desktop.canvas.surfaces import surface_of
from desktop.canvas.tile_arrays import image_of
from desktop.canvas.tiles import TileKey, keys_over, pixels_of, tile_rect


class Paint(Protocol):
    """Something that can be laid on a layer; all rectangles are the document's."""

    @property
    def bounds(self) -> QRect:
        """Outside of it there is nothing."""
        ...

    def image(self, area: QRect) -> QImage:
        """A premultiplied picture of `area`, which lies inside one tile of the layer."""
        ...


def poured(
    layer: LayerSnapshot,
    paint: Paint,
    *,
    rect: QRect,
    selection: Selection | None,
    on_mask: bool = False,
    progress: Callable[[float], None] = lambda _part: None,
) -> dict[TileKey, QImage]:
    """The tiles that differ with `paint` laid over them, inside `rect` and the selection. Any thread.

    `on_mask`: tiles of the layer's mask, where it has one.
    """
    surface = surface_of(Layer(layer), on_mask=on_mask)
    offset = surface.offset
    area = paint.bounds.intersected(rect)
    if selection is not None:
        area = area.intersected(selection.bounds)
    tiles: dict[TileKey, QImage] = {}
    keys = list(keys_over(area.translated(-offset)))
    for number, key in enumerate(keys):
        progress(number / len(keys))
        part = tile_rect(key).translated(offset).intersected(area)
        image = paint.image(part)
        if selection is not None:
            limit(image, part, selection)
        if surface.is_mask:
            image = _greyed(image)
        tiles[key] = surface.tiles.writable(key)
        painter = QPainter(tiles[key])
        painter.setCompositionMode(surface.mode(erases=False))
        painter.drawImage(part.topLeft() - offset - tile_rect(key).topLeft(), image)
        painter.end()
    return tiles


def _greyed(image: QImage) -> QImage:
    """A mask takes the brightness of paint alone."""
    pixels = pixels_of(image)
    pixels[:, :, :3] = (pixels[:, :, :3] @ np.array([0.114, 0.587, 0.299]) + 0.5).astype(np.uint8)[:, :, None]
    return image_of(pixels)


def lay_tiles(
    document: Document, layer_id: str, tiles: Mapping[TileKey, QImage], label: str, *, on_mask: bool = False
) -> None:
    """Put tiles in the place of a layer's own, or of its mask's, as one step."""
    if not tiles:
        return
    layer = document.unlocked_layer(layer_id)
    surface = surface_of(layer, on_mask=on_mask)
    dirty = QRect()
    for key in tiles:
        dirty = dirty.united(tile_rect(key))
    with document.transaction(label):
        surface.tiles.restore(MappingProxyType({**surface.tiles.items(), **tiles}))
        if not surface.is_mask:
            layer.change(text=None, origin=Origin.MIXED if layer.origin is Origin.GENERATED else layer.origin)
        document.pixels_changed(layer, dirty.translated(layer.offset))
