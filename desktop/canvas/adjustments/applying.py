"""An adjustment on a layer's tiles, inside the selection. For a worker thread; every call of Qt's is short."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage

from desktop.canvas.adjustments.base import Adjustment, Pixels
from desktop.canvas.formats.rasters import image_from_pixels, straight_pixels
from desktop.canvas.selection import Mask, Selection
from desktop.canvas.tile_arrays import image_of, slices
from desktop.canvas.tiles import (
    TILE_SIDE,
    TileKey,
    TileMap,
    image_from_tiles,
    keys_over,
    pixels_of,
    tile_rect,
    tiles_bounds,
)

WIDE_BLOCK = 4
"""Tiles on a side that are filtered together, so that the pixels around them are read less often."""

StillWanted = Callable[[], bool]


def adjusted_tiles(
    tiles: TileMap,
    adjustment: Adjustment,
    *,
    area: QRect,
    selection: Selection | None,
    offset: QPoint,
    wanted: StillWanted = lambda: True,
) -> TileMap | None:
    """The tiles after the adjustment; those that stay the same are the same objects. None if no longer wanted.

    `area`, in the layer's own coordinates, is what may change; (0, 0) of the layer lies at `offset`.
    """
    result = dict(tiles)
    where = area.intersected(_grown(tiles_bounds(tiles), adjustment.reach))
    if selection is not None:
        where &= selection.bounds.translated(-offset)
    for block in _blocks(where, 1 if adjustment.reach == 0 else WIDE_BLOCK):
        if not wanted():
            return None
        inside = block.intersected(where)
        source_area = _grown(inside, adjustment.reach)
        if not any(key in tiles for key in keys_over(source_area)):
            continue
        limit = selection.part(inside.translated(offset)) if selection is not None else None
        after = _adjusted(image_from_tiles(tiles, source_area), adjustment)
        corner = inside.topLeft() - source_area.topLeft()
        new = after.copy(QRect(corner, inside.size()))
        _put(result, tiles, inside, new, limit)
    return MappingProxyType(result)


def adjusted_image(image: QImage, adjustment: Adjustment) -> QImage:
    """A whole picture in the tiles' format."""
    return _adjusted(image, adjustment)


def _adjusted(image: QImage, adjustment: Adjustment) -> QImage:
    if adjustment.premultiplied:
        return image_of(adjustment.apply(pixels_of(image)))
    straight = straight_pixels(image)
    return image_from_pixels(adjustment.apply(straight))


def mixed(before: Pixels, after: Pixels, mask: Mask) -> Pixels:
    """`after` where the mask is 255, `before` where it is 0, both bit for bit; in parts between."""
    part = mask[:, :, None].astype(np.int32)
    total = before.astype(np.int32) * (255 - part) + after.astype(np.int32) * part
    return ((total + 127) // 255).astype(np.uint8)


def _put(
    result: dict[TileKey, QImage], tiles: TileMap, inside: QRect, new: QImage, limit: Mask | None
) -> None:
    """Write `new`, the pixels of `inside`, into the tiles under it."""
    for key in keys_over(inside):
        part = tile_rect(key).intersected(inside)
        in_new, in_tile = part.translated(-inside.topLeft()), part.translated(-tile_rect(key).topLeft())
        rows, columns = slices(in_tile)
        old = tiles.get(key)
        before = pixels_of(old) if old is not None else np.zeros((TILE_SIDE, TILE_SIDE, 4), np.uint8)
        pixels = before.copy()
        pixels[rows, columns] = pixels_of(new.copy(in_new))
        if limit is not None:
            mask = limit[slices(in_new)]
            pixels[rows, columns] = mixed(before[rows, columns], pixels[rows, columns], mask)
        if not np.array_equal(pixels, before):
            result[key] = image_of(pixels)


def _blocks(area: QRect, tiles: int) -> Iterator[QRect]:
    side = tiles * TILE_SIDE
    if area.isEmpty():
        return
    for row in range(area.top() // side, area.bottom() // side + 1):
        for column in range(area.left() // side, area.right() // side + 1):
            yield QRect(column * side, row * side, side, side)


def _grown(rect: QRect, margin: int) -> QRect:
    return rect.adjusted(-margin, -margin, margin, margin) if not rect.isEmpty() else rect
