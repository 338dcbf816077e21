"""What a stroke has covered so far, gathered outside of any layer and coloured when it is laid on one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QRegion

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.symmetry import Symmetry
from desktop.canvas.brushes.tips import Tips
from desktop.canvas.dabs import Cover, DabCache
from desktop.canvas.tiles import TILE_FORMAT, rects_of

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
        self._centre = symmetry.centre_in(rect)

    def add(self, touches: list[Touch]) -> list[QRect]:
        """Lay touches down with their images; the rectangles of which something now shows otherwise."""
        dirty: list[QRect] = []
        for touch in touches:
            dirty += self._lay_mirrored(touch)
            for degrees in self._symmetry.turns:
                turned = _turned(touch, degrees, self._centre)
                x, y, cover = self._dabs.place(turned, self._brush)
                dirty.append(self._lay(_Placed(x, y, cover), turned, self._rect))
        return [area for area in dirty if not area.isEmpty()]

    def cover(self, area: QRect) -> Cover:
        """What is covered inside `area` of the document; a view, for reading at once."""
        return self._cover[_slices(area)]

    def _lay(self, placed: "_Placed", touch: Touch, where: QRect) -> QRect:
        area = placed.area.intersected(where)
        if area.isEmpty():
            return area
        under = self.cover(area)
        missing = np.float32(touch.opacity) - under
        if touch.opacity < 1:
            np.maximum(missing, 0, out=missing)
        missing *= placed.cover[_slices(area.translated(-placed.x, -placed.y))]
        if touch.flow < 1:
            missing *= np.float32(touch.flow)
        under += missing
        return area

    def _lay_mirrored(self, touch: Touch) -> list[QRect]:
        """The touch, and its other sides as its exact images, pixel for pixel.

        Where a touch lies over an axis and meets its own image, the stronger of both counts. What of an image comes
        from outside the page is laid for itself.
        """
        x, y, cover = self._dabs.place(touch, self._brush)
        sides = [_Placed(x, y, cover)]
        areas = [self._lay(sides[0], touch, self._rect)]
        if self._symmetry.mirrors_across:
            self._add_images(sides, areas, touch, across=True)
        if self._symmetry.mirrors_down:
            self._add_images(sides, areas, touch, across=False)
        return areas

    def _add_images(self, sides: list["_Placed"], areas: list[QRect], touch: Touch, *, across: bool) -> None:
        total = round(2 * self._centre[0 if across else 1])
        for side in tuple(sides):
            image = side.across(total) if across else side.down(total)
            shown = image.area.intersected(self._rect)
            back = _across(shown, total) if across else _down(shown, total)
            source = back.intersected(self._rect)
            inner = _across(source, total) if across else _down(source, total)
            for outer in rects_of(QRegion(shown) - QRegion(inner)):
                self._lay(image, touch, outer)
            if not source.isEmpty():
                self._share(source, inner, np.s_[:, ::-1] if across else np.s_[::-1, :])
            sides.append(image)
            areas.append(shown)

    def _share(self, one: QRect, other: QRect, flip: tuple[slice, slice]) -> None:
        both = np.maximum(self.cover(one), self.cover(other)[flip])
        self.cover(one)[:] = both
        self.cover(other)[:] = both[flip]


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A dab with its first pixel at (x, y) of the document."""

    x: int
    y: int
    cover: Cover

    @property
    def area(self) -> QRect:
        return QRect(self.x, self.y, self.cover.shape[1], self.cover.shape[0])

    def across(self, total: int) -> "_Placed":
        return _Placed(total - self.x - self.cover.shape[1], self.y, self.cover[:, ::-1])

    def down(self, total: int) -> "_Placed":
        return _Placed(self.x, total - self.y - self.cover.shape[0], self.cover[::-1])


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
        x, y = self._symmetry.centre_in(self._rect)
        if self._symmetry.mirrors_across:
            columns = np.minimum(columns, round(2 * x) - 1 - columns)
        if self._symmetry.mirrors_down:
            rows = np.minimum(rows, round(2 * y) - 1 - rows)
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


def _across(area: QRect, total: int) -> QRect:
    """Its image in an upright axis at half of `total`."""
    return QRect(total - area.left() - area.width(), area.top(), area.width(), area.height())


def _down(area: QRect, total: int) -> QRect:
    return QRect(area.left(), total - area.top() - area.height(), area.width(), area.height())


def _turned(touch: Touch, degrees: float, centre: tuple[float, float]) -> Touch:
    x, y = touch.x - centre[0], touch.y - centre[1]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Touch(
        x * cosine - y * sine + centre[0],
        x * sine + y * cosine + centre[1],
        touch.diameter,
        touch.opacity,
        touch.flow,
        touch.angle + degrees,
    )
