"""A layer's mask: how much of each of its pixels shows, in tiles that are shared like the layer's own."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.canvas import selection as selections
from desktop.canvas.selection import Selection, grey_pixels
from desktop.canvas.tiles import (
    EMPTY_TILES,
    TILE_SIDE,
    TileGrid,
    TileKey,
    TileMap,
    keys_over,
    tile_rect,
    tiles_bounds,
)

MASK_FORMAT = QImage.Format.Format_Grayscale8
"""Grey, so that a brush paints on it as on any picture; `as_alpha` reads the same bytes as alpha."""

HIDDEN, SHOWN = 0, 255
MaskPixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class MaskSnapshot:
    """0 hides and 255 shows. In the layer's own coordinates, so it moves with the layer."""

    tiles: TileMap = field(default_factory=lambda: EMPTY_TILES, repr=False)
    background: int = SHOWN
    """What holds where there is no tile."""

    @property
    def bounds(self) -> QRect:
        return tiles_bounds(self.tiles)


class LayerMask:
    """A mask while it changes. Painted on like a layer's pixels, through `tiles`."""

    def __init__(self, snapshot: MaskSnapshot) -> None:
        self.background = snapshot.background
        self.tiles = TileGrid(snapshot.tiles, missing=lambda: blank_mask_tile(snapshot.background))
        self._snapshot = snapshot

    def freeze(self) -> MaskSnapshot:
        tiles = self.tiles.freeze()
        if tiles is not self._snapshot.tiles:
            self._snapshot = MaskSnapshot(tiles, self.background)
        return self._snapshot


def blank_mask_tile(background: int) -> QImage:
    image = QImage(TILE_SIDE, TILE_SIDE, MASK_FORMAT)
    image.fill(background)
    return image


def as_alpha(tile: QImage) -> QImage:
    """The same bytes as an Alpha8 picture, ready for DestinationIn; a copy, as Qt would turn the original."""
    alpha = tile.copy()
    alpha.reinterpretAsFormat(QImage.Format.Format_Alpha8)
    return alpha


def mask_pixels(mask: MaskSnapshot, rect: QRect) -> MaskPixels:
    """(H, W) of `rect`, in the layer's own coordinates."""
    pixels = np.full((rect.height(), rect.width()), mask.background, np.uint8)
    for key in keys_over(rect):
        tile = mask.tiles.get(key)
        if tile is not None:
            part = tile_rect(key).intersected(rect)
            inner, outer = part.translated(-tile_rect(key).topLeft()), part.translated(-rect.topLeft())
            pixels[_slices(outer)] = grey_pixels(tile)[_slices(inner)]
    return pixels


def mask_from_pixels(pixels: MaskPixels, *, x: int, y: int, background: int) -> MaskSnapshot:
    """Cut an (H, W) array with its top left corner at (x, y) into tiles; what is plain background is left out."""
    tiles: dict[TileKey, QImage] = {}
    height, width = pixels.shape
    for key in keys_over(QRect(x, y, width, height)):
        corner = tile_rect(key).topLeft()
        part = tile_rect(key).intersected(QRect(x, y, width, height))
        values = np.full((TILE_SIDE, TILE_SIDE), background, np.uint8)
        values[_slices(part.translated(-corner))] = pixels[_slices(part.translated(-x, -y))]
        if (values != background).any():
            tiles[key] = _tile_of(values)
    return MaskSnapshot(tiles, background)


def _tile_of(values: MaskPixels) -> QImage:
    return QImage(values.tobytes(), TILE_SIDE, TILE_SIDE, TILE_SIDE, MASK_FORMAT).copy()


def _slices(rect: QRect) -> tuple[slice, slice]:
    return slice(rect.y(), rect.y() + rect.height()), slice(rect.x(), rect.x() + rect.width())


def mask_from_selection(selection: Selection, offset: QPoint) -> MaskSnapshot:
    """Shows what is selected, hides the rest; `offset` is where the layer's own (0, 0) lies."""
    bounds = selection.bounds.translated(-offset)
    return mask_from_pixels(selection.mask, x=bounds.x(), y=bounds.y(), background=HIDDEN)


def selection_from_mask(mask: MaskSnapshot, offset: QPoint, width: int, height: int) -> Selection | None:
    """What the mask shows of a document of that size; None if it hides everything."""
    return selections.from_mask(mask_pixels(mask, QRect(-offset.x(), -offset.y(), width, height)))


def limit_to_mask(image: QImage, tiles: TileMap, background: int, at: QPoint) -> None:
    """Take away from a picture what a mask hides; `at` is where the picture's (0, 0) lies in the layer."""
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    for key in keys_over(image.rect().translated(at)):
        tile = tiles.get(key)
        area = tile_rect(key).translated(-at)
        if tile is not None:
            painter.drawImage(area.topLeft(), as_alpha(tile))
        elif background != SHOWN:
            painter.fillRect(area, QColor(0, 0, 0, background))
    painter.end()
