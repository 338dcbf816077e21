"""What a transformation takes up from a layer, and how it is laid down again. For a worker thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QTransform

from desktop.canvas.masks import MaskSnapshot, mask_from_pixels, mask_pixels
from desktop.canvas.selection import Selection, from_part
from desktop.canvas.tile_arrays import Pixels, array_from_tiles, image_of, slices, tiles_from_array
from desktop.canvas.tiles import TileKey, TileMap, content_bounds, keys_over, pixels_of, tile_rect
from desktop.canvas.transforming.resampling import Resampling, is_shift, resampled
from shared.imaging.pictures import LARGEST_PIXELS


@dataclass(frozen=True, slots=True, eq=False)
class Lifted:
    """`pixels` lie at `place` of the document; `left` is what stays of the layer, in its own coordinates."""

    pixels: Pixels
    place: QPoint
    left: TileMap

    @property
    def rect(self) -> QRect:
        return QRect(self.place.x(), self.place.y(), self.pixels.shape[1], self.pixels.shape[0])


def lift(tiles: TileMap, offset: QPoint, selection: Selection | None) -> Lifted:
    """All that a layer holds, or the selected part of it; what is taken and what is left add up to all."""
    bounds = content_bounds(tiles).translated(offset)
    if selection is None:
        pixels = array_from_tiles(tiles, bounds.translated(-offset))
        return Lifted(pixels, bounds.topLeft(), MappingProxyType({}))
    area = bounds.intersected(selection.bounds)
    if area.isEmpty():
        return Lifted(np.zeros((0, 0, 4), np.uint8), QPoint(), tiles)
    whole = array_from_tiles(tiles, area.translated(-offset))
    mask = selection.part(area)[:, :, None].astype(np.uint16)
    taken = ((whole * mask + 127) // 255).astype(np.uint8)
    left = with_pixels(tiles, whole - taken, area.topLeft() - offset)
    return Lifted(taken, area.topLeft(), left)


def laid_down(
    lifted: Lifted, offset: QPoint, transform: QTransform, *, document: QRect, method: Resampling
) -> TileMap:
    """The layer's tiles with the pixels at their new place, over what was left of it."""
    if lifted.pixels.size == 0:
        return lifted.left
    reach = document.united(lifted.rect)
    target = transform.mapRect(lifted.rect)
    if target.width() * target.height() <= LARGEST_PIXELS:
        # What lies off the picture is kept as long as it is no more than a picture may hold.
        reach = reach.united(target).adjusted(-4, -4, 4, 4)
    pixels, place = resampled(lifted.pixels, lifted.place, transform, limit=reach, method=method)
    if not lifted.left:
        return tiles_from_array(pixels, x=place.x() - offset.x(), y=place.y() - offset.y())
    return over(lifted.left, pixels, place - offset)


def moved_offset(lifted: Lifted, transform: QTransform) -> QPoint | None:
    """How far the whole layer moves, where that is all; its tiles stay the very same then."""
    if lifted.left or not is_shift(transform):
        return None
    return QPoint(round(transform.dx()), round(transform.dy()))


def over(tiles: TileMap, pixels: Pixels, place: QPoint) -> TileMap:
    """Pixels laid over tiles (source over); (0, 0) of the pixels lies at `place`."""
    area = QRect(place.x(), place.y(), pixels.shape[1], pixels.shape[0])
    below = array_from_tiles(tiles, area).astype(np.uint16)
    clear = 255 - pixels[:, :, 3:].astype(np.uint16)
    return with_pixels(tiles, (pixels + ((below * clear + 127) // 255)).astype(np.uint8), place)


def with_pixels(tiles: TileMap, pixels: Pixels, place: QPoint) -> TileMap:
    """Tiles with other pixels in them; wholly transparent tiles are dropped, and untouched ones stay the same."""
    result: dict[TileKey, QImage] = dict(tiles)
    area = QRect(place.x(), place.y(), pixels.shape[1], pixels.shape[0])
    for key in keys_over(area):
        part = tile_rect(key).intersected(area)
        tile = array_from_tiles(tiles, tile_rect(key))
        tile[slices(part.translated(-tile_rect(key).topLeft()))] = pixels[slices(part.translated(-place))]
        if not tile[:, :, 3].any():
            result.pop(key, None)
        elif key not in tiles or not np.array_equal(tile, pixels_of(tiles[key])):
            result[key] = image_of(tile)
    return MappingProxyType(result)


def transformed_mask(
    mask: MaskSnapshot, offset: QPoint, transform: QTransform, document: QRect
) -> MaskSnapshot:
    """A layer's mask after its layer was transformed on the document; the layer's own (0, 0) stays where it was."""
    bounds = mask.bounds
    if bounds.isEmpty():
        return mask
    place = bounds.topLeft() + offset
    reach = document.united(transform.mapRect(bounds.translated(offset))).adjusted(-4, -4, 4, 4)
    pixels, corner = resampled(
        mask_pixels(mask, bounds), place, transform, limit=reach, outside=mask.background
    )
    return mask_from_pixels(
        pixels, x=corner.x() - offset.x(), y=corner.y() - offset.y(), background=mask.background
    )


def transformed_selection(selection: Selection, transform: QTransform, page: QRect) -> Selection | None:
    """On a page of another size, perhaps; None where nothing of it lies there."""
    pixels, corner = resampled(selection.mask, selection.bounds.topLeft(), transform, limit=page)
    kept = QRect(corner.x(), corner.y(), pixels.shape[1], pixels.shape[0]).intersected(page)
    if kept.isEmpty():
        return None
    return from_part(pixels[slices(kept.translated(-corner))], kept.topLeft(), page.width(), page.height())


def preview_of(lifted: Mapping[str, Lifted], *, largest: int) -> list[tuple[QImage, QRect]]:
    """The pixels made small enough to be drawn many times a second, and the rectangle that each covers."""
    found = []
    for each in lifted.values():
        height, width = each.pixels.shape[:2]
        if not width or not height:
            continue
        step = max(1, int(np.ceil(np.sqrt(width * height / largest))))
        found.append((image_of(each.pixels[::step, ::step]), each.rect))
    return found
