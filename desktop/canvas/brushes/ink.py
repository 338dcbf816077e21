"""What a stroke has covered so far, gathered outside of any layer and coloured when it is laid on one."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.symmetry import Symmetry
from desktop.canvas.brushes.tips import Tips
from desktop.canvas.dabs import Cover, DabCache
from desktop.canvas.tiles import TILE_FORMAT

GRAIN_EDGE = 0.25
"""Over how much of the paper's height the ink fades out."""
GRAIN_DEPTH = 1.1


class Ink:
    """(H, W) of the document, 0 to 1. Memory is taken only where something is painted.

    Each touch brings a pixel nearer to the touch's opacity, by its flow and cover, and never further away from
    full cover: that is why opacity caps a stroke however often it crosses itself.
    """

    def __init__(self, *, rect: QRect, symmetry: Symmetry, dabs: DabCache, brush: Brush) -> None:
        self._rect = rect
        self._symmetry = symmetry
        self._dabs = dabs
        self._brush = brush
        self._cover = np.zeros((rect.height(), rect.width()), np.float32)

    def add(self, touches: list[Touch]) -> list[QRect]:
        """Lay touches down with their images; the rectangles of which something now shows otherwise."""
        dirty: list[QRect] = []
        for touch in touches:
            dirty += self._mirrored(self._lay(touch))
            for degrees in self._symmetry.turns:
                dirty.append(self._lay(_turned(touch, degrees, self._rect)))
        return [area for area in dirty if not area.isEmpty()]

    def cover(self, area: QRect) -> Cover:
        """What is covered inside `area` of the document; a view, for reading at once."""
        return self._cover[_slices(area)]

    def _lay(self, touch: Touch) -> QRect:
        x, y, cover = self._dabs.place(touch, self._brush)
        area = QRect(x, y, cover.shape[1], cover.shape[0]).intersected(self._rect)
        if area.isEmpty():
            return area
        under = self.cover(area)
        missing = np.float32(touch.opacity) - under
        if touch.opacity < 1:
            np.maximum(missing, 0, out=missing)
        missing *= cover[_slices(area.translated(-x, -y))]
        if touch.flow < 1:
            missing *= np.float32(touch.flow)
        under += missing
        return area

    def _mirrored(self, area: QRect) -> list[QRect]:
        """Make the other sides the exact images of the one painted on, pixel for pixel.

        Where a touch lies over an axis and meets its own image, the stronger of both counts.
        """
        areas = [area]
        if area.isEmpty():
            return areas
        if self._symmetry.mirrors_across:
            image = _across(area, self._rect.width())
            self._share(area, image, np.s_[:, ::-1])
            areas.append(image)
        if self._symmetry.mirrors_down:
            for known in tuple(areas):
                image = _down(known, self._rect.height())
                self._share(known, image, np.s_[::-1, :])
                areas.append(image)
        return areas

    def _share(self, one: QRect, other: QRect, flip: tuple[slice, slice]) -> None:
        both = np.maximum(self.cover(one), self.cover(other)[flip])
        self.cover(one)[:] = both
        self.cover(other)[:] = both[flip]


class Colouring:
    """From cover to pixels: the paper's grain, the wet edge, the opacity of the whole stroke, and the colour."""

    def __init__(self, *, brush: Brush, colour: QColor, tips: Tips, symmetry: Symmetry, rect: QRect) -> None:
        self._strength = brush.paper_strength
        self._grain = tips.grain(brush.paper, brush.paper_scale) if brush.paper and self._strength else None
        self._symmetry = symmetry
        self._rect = rect
        self._pixels = _pixels_by_cover(brush, colour)

    def image(self, cover: Cover, area: QRect) -> QImage:
        """A premultiplied picture of `area`, in memory of its own."""
        if self._grain is not None:
            cover = self._grained(cover, area, self._grain)
        levels: NDArray[np.uint8] = (cover * np.float32(255) + np.float32(0.5)).astype(np.uint8)
        pixels = np.take(self._pixels, levels)
        height, width = pixels.shape
        return QImage(pixels.data, width, height, width * 4, TILE_FORMAT).copy()

    def _grained(self, cover: Cover, area: QRect, grain: Cover) -> Cover:
        """A light touch inks the paper's heights alone, a heavy one fills the valleys too."""
        columns = np.arange(area.left(), area.right() + 1)
        rows = np.arange(area.top(), area.bottom() + 1)
        if self._symmetry.mirrors_across:
            columns = np.minimum(columns, self._rect.width() - 1 - columns)
        if self._symmetry.mirrors_down:
            rows = np.minimum(rows, self._rect.height() - 1 - rows)
        valley = np.take(np.take(grain, rows % grain.shape[0], axis=0), columns % grain.shape[1], axis=1)
        filled = cover * np.float32(GRAIN_DEPTH / GRAIN_EDGE)
        valley *= np.float32(1 / GRAIN_EDGE)
        filled -= valley
        np.clip(filled, 0, 1, out=filled)
        filled *= np.float32(self._strength)
        filled += np.float32(1 - self._strength)
        filled *= cover
        return filled


def _pixels_by_cover(brush: Brush, colour: QColor) -> NDArray[np.uint32]:
    """The premultiplied pixel for each of 256 levels of cover."""
    cover = np.arange(256) / 255
    inside = np.clip((cover - 0.35) / 0.65, 0, 1)
    alpha = cover * (1 - 0.65 * brush.wet_edge * inside * inside * (3 - 2 * inside)) * brush.opacity
    levels: NDArray[np.uint32] = np.floor(alpha * 255 + 0.5).astype(np.uint32)

    def channel(value: int) -> NDArray[np.uint32]:
        return ((levels * value * 2 + 255) // 510).astype(np.uint32)

    red, green, blue = channel(colour.red()), channel(colour.green()), channel(colour.blue())
    pixels = (levels << 24) | (red << 16) | (green << 8) | blue
    return pixels.astype(np.uint32)


def _slices(area: QRect) -> tuple[slice, slice]:
    return (
        slice(area.top(), area.top() + area.height()),
        slice(area.left(), area.left() + area.width()),
    )


def _across(area: QRect, width: int) -> QRect:
    return QRect(width - area.left() - area.width(), area.top(), area.width(), area.height())


def _down(area: QRect, height: int) -> QRect:
    return QRect(area.left(), height - area.top() - area.height(), area.width(), area.height())


def _turned(touch: Touch, degrees: float, rect: QRect) -> Touch:
    x, y = touch.x - rect.width() / 2, touch.y - rect.height() / 2
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Touch(
        x * cosine - y * sine + rect.width() / 2,
        x * sine + y * cosine + rect.height() / 2,
        touch.diameter,
        touch.opacity,
        touch.flow,
        touch.angle + degrees,
    )
