"""A layer's mask as a picture of greys, so that adjustments need to know nothing of masks. For a worker thread."""

import numpy as np
from PySide6.QtCore import QPoint, QRect

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MaskSnapshot, mask_from_pixels, mask_pixels
from desktop.canvas.tile_arrays import array_from_tiles, tiles_from_array
from desktop.canvas.tiles import TileMap


def mask_picture(layer: LayerSnapshot, mask: MaskSnapshot, page: QRect) -> LayerSnapshot:
    """Opaque greys over the whole page, where the layer lies."""
    area = page.translated(-layer.offset)
    grey = mask_pixels(mask, area)
    pixels = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    return LayerSnapshot(layer.id, layer.properties, tiles_from_array(pixels, x=area.x(), y=area.y()))


def mask_of(
    tiles: TileMap, offset: QPoint, *, layer: LayerSnapshot, background: int, page: QRect
) -> MaskSnapshot:
    """Back from the picture, whose (0, 0) lies at `offset` of the document."""
    pixels = array_from_tiles(tiles, page.translated(-offset))
    brightness = pixels[:, :, :3].astype(np.float32) @ np.array([0.114, 0.587, 0.299], np.float32)
    # A filter mixes nothing in from off the page, where the picture of the mask ends.
    brightness *= np.float32(255) / np.maximum(pixels[:, :, 3], np.float32(1))
    place = page.topLeft() - layer.offset
    grey = np.clip(np.rint(brightness), 0, 255).astype(np.uint8)
    return mask_from_pixels(grey, x=place.x(), y=place.y(), background=background)
