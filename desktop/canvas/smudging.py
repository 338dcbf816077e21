"""Smudging: the tip carries the colours that it met and leaves them further on."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QImage, QPainter, QTransform

from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.style import StrokeStyle, gathered
from desktop.canvas.dabs import Cover, DabCache
from desktop.canvas.selection import Selection
from desktop.canvas.surfaces import Surface
from desktop.canvas.tiles import TILE_FORMAT, keys_over, new_image, pixels_of, tile_rect

Pixels = NDArray[np.float32]
"""(H, W, 4), premultiplied, 0 to 255."""


class Smudging:
    """Each image of a symmetric stroke carries colours of its own."""

    def __init__(
        self,
        *,
        surface: Surface,
        rect: QRect,
        selection: Selection | None,
        style: StrokeStyle,
        dabs: DabCache,
    ) -> None:
        self._surface = surface
        self._selection = selection
        self._brush = style.brush
        self._dabs = dabs
        self._rect = rect
        self._limit = rect if selection is None else rect.intersected(selection.bounds)
        self._copies = style.symmetry.copies(rect)
        reach = math.sqrt(2) if style.brush.tip else 1.0
        self._half = math.ceil(style.brush.size / 2 * reach) + 3
        self._carried: list[Pixels | None] = [None] * len(self._copies)
        colour = surface.colour(style.colour, style.background, erases=False)
        self._colour = np.array([colour.blue(), colour.green(), colour.red(), 255], np.float32)

    def lay(self, touches: list[Touch]) -> list[QRect]:
        areas = [
            self._drag(index, _moved(touch, copy))
            for touch in touches
            for index, copy in enumerate(self._copies)
        ]
        return gathered([area for area in areas if not area.isEmpty()])

    def _drag(self, index: int, touch: Touch) -> QRect:
        x, y, cover = self._dabs.place(touch, self._brush)
        side = 2 * self._half + 1
        frame = QRect(round(touch.x) - self._half, round(touch.y) - self._half, side, side)
        pixels = self._read(frame)
        carried = self._carried[index]
        if carried is None:
            # The first touch only takes up what is there.
            self._carried[index] = self._with_colour(pixels)
            return QRect()
        touched = QRect(x, y, cover.shape[1], cover.shape[0])
        inside = touched.intersected(self._limit).intersected(frame)
        part = _part(pixels, inside.translated(-frame.topLeft()))
        before = part.copy() if self._selection is not None or self._surface.alpha_locked else part
        strength = cover * np.float32(touch.flow * touch.opacity * self._brush.opacity)
        where = touched.intersected(frame)
        _mix(
            _part(pixels, where.translated(-frame.topLeft())),
            _part(carried, where.translated(-frame.topLeft())),
            strength[_slices(where.translated(-x, -y))],
        )
        self._carried[index] = self._with_colour(pixels)
        if inside.isEmpty():
            return inside
        if self._selection is not None:
            chosen = self._selection.mask[_slices(inside.translated(-self._selection.bounds.topLeft()))]
            part = before + (part - before) * (chosen.astype(np.float32) / np.float32(255))[:, :, None]
        if self._surface.alpha_locked:
            part = _with_alpha(part, before[:, :, 3:])
        self._write(inside, part)
        return inside

    def _with_colour(self, pixels: Pixels) -> Pixels:
        rate = np.float32(self._brush.colour_rate)
        return pixels + (self._colour - pixels) * rate if rate else pixels

    def _read(self, frame: QRect) -> Pixels:
        local = frame.translated(-self._surface.offset)
        image = new_image(frame.width(), frame.height())
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for key in keys_over(local):
            tile = self._surface.tiles.get(key)
            if tile is not None:
                painter.drawImage(tile_rect(key).topLeft() - local.topLeft(), tile)
        painter.end()
        pixels = pixels_of(image).astype(np.float32)
        background = self._surface.mask_background
        if background is not None:
            pixels[pixels[:, :, 3] == 0] = (background, background, background, 255)
        return pixels

    def _write(self, area: QRect, pixels: Pixels) -> None:
        levels = np.ascontiguousarray((pixels + np.float32(0.5)).astype(np.uint8))
        height, width, _ = levels.shape
        image = QImage(levels.data, width, height, width * 4, TILE_FORMAT)
        local = area.translated(-self._surface.offset)
        for key in keys_over(local):
            origin = tile_rect(key).topLeft()
            part = local.intersected(tile_rect(key))
            painter = QPainter(self._surface.tiles.writable(key))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(part.topLeft() - origin, image, part.translated(-local.topLeft()))
            painter.end()


def _mix(pixels: Pixels, carried: Pixels, strength: Cover) -> None:
    """Bring `pixels` nearer to those carried, in place."""
    import cv2

    difference = carried - pixels
    # One number for each channel: numpy is slow where the innermost axis is short.
    difference *= cv2.merge([strength] * 4)
    pixels += difference


def _moved(touch: Touch, copy: QTransform) -> Touch:
    at = copy.map(QPointF(touch.x, touch.y))
    return Touch(at.x(), at.y(), touch.diameter, touch.opacity, touch.flow, touch.angle)


def _slices(area: QRect) -> tuple[slice, slice]:
    return (
        slice(area.top(), area.top() + area.height()),
        slice(area.left(), area.left() + area.width()),
    )


def _with_alpha(pixels: Pixels, alpha: Pixels) -> Pixels:
    """The colours of `pixels` on another transparency; what has none yet stays as black as it will not be seen."""
    rate = alpha / np.maximum(pixels[:, :, 3:], np.float32(0.5))
    kept: Pixels = np.minimum(pixels * rate, alpha)
    kept[:, :, 3:] = alpha
    return kept


def _part(pixels: Pixels, area: QRect) -> Pixels:
    return pixels[_slices(area)]
