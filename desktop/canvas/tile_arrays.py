"""Tiles as one array and back, piece by piece, so that no single call keeps the interpreter's lock for long."""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop.canvas.tiles import TILE_FORMAT, TILE_SIDE, TileKey, TileMap, keys_over, pixels_of, tile_rect

Pixels = NDArray[np.uint8]
"""(H, W, 4) premultiplied, in the order of the tiles' memory."""


def slices(rect: QRect) -> tuple[slice, slice]:
    """The rows and columns of an array that `rect` covers."""
    return slice(rect.y(), rect.y() + rect.height()), slice(rect.x(), rect.x() + rect.width())


def array_from_tiles(tiles: TileMap, area: QRect) -> Pixels:
    """The pixels of `area`, in the tiles' own coordinates; transparent where there is no tile."""
    pixels = np.zeros((area.height(), area.width(), 4), np.uint8)
    for key in keys_over(area):
        tile = tiles.get(key)
        if tile is not None:
            part = tile_rect(key).intersected(area)
            inside = part.translated(-tile_rect(key).topLeft())
            pixels[slices(part.translated(-area.topLeft()))] = pixels_of(tile)[slices(inside)]
    return pixels


def tiles_from_array(pixels: Pixels, *, x: int, y: int) -> TileMap:
    """With the array's top left corner at (x, y); wholly transparent tiles are left out."""
    tiles: dict[TileKey, QImage] = {}
    area = QRect(x, y, pixels.shape[1], pixels.shape[0])
    for key in keys_over(area):
        part = tile_rect(key).intersected(area)
        source = pixels[slices(part.translated(-x, -y))]
        if source[:, :, 3].any():
            tile = np.zeros((TILE_SIDE, TILE_SIDE, 4), np.uint8)
            tile[slices(part.translated(-tile_rect(key).topLeft()))] = source
            tiles[key] = image_of(tile)
    return MappingProxyType(tiles)


def image_of(pixels: Pixels) -> QImage:
    """A picture in the tiles' format."""
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, data.shape[1], data.shape[0], data.shape[1] * 4, TILE_FORMAT).copy()
