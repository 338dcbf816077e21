"""Gradients: colours along a line, a circle or a turn, dithered so that no bands are seen."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas.tile_arrays import image_of

STEPS = 1024


class GradientKind(StrEnum):
    LINEAR = "linear"
    RADIAL = "radial"
    CONICAL = "conical"
    REFLECTED = "reflected"


Stop = tuple[float, QColor]


@dataclass(frozen=True, slots=True)
class Gradient:
    """From `start` to `end` on the document. Stops go from 0 to 1; before the first and after the last all is alike."""

    kind: GradientKind
    stops: tuple[Stop, ...]
    start: QPointF
    end: QPointF


class GradientPaint:
    """`seed` decides the dither, and the place of each pixel does: a gradient is the same however it is cut."""

    def __init__(self, *, gradient: Gradient, rect: QRect, seed: int, dither: bool = True) -> None:
        self._gradient = gradient
        self._rect = rect
        self._colours = _colours(gradient.stops)
        noise = np.random.default_rng(seed).random((64, 64, 1), dtype=np.float32)
        self._noise = noise if dither else np.full_like(noise, 0.5)

    @property
    def bounds(self) -> QRect:
        return self._rect

    def image(self, area: QRect) -> QImage:
        across = np.arange(area.left(), area.right() + 1, dtype=np.float32) + np.float32(0.5)
        down = np.arange(area.top(), area.bottom() + 1, dtype=np.float32) + np.float32(0.5)
        part = _part(self._gradient, across[None, :], down[:, None])
        colours = self._colours[(part * np.float32(STEPS)).astype(np.int32)]
        rows = np.arange(area.top(), area.bottom() + 1) % 64
        columns = np.arange(area.left(), area.right() + 1) % 64
        # One threshold for all channels keeps the pixel premultiplied: no colour can pass its own alpha.
        return image_of((colours + self._noise[rows][:, columns]).astype(np.uint8))

    def preview(self, longest: int) -> QImage:
        """The whole of it, small."""
        scale = max(1.0, max(self._rect.width(), self._rect.height()) / longest)
        width, height = max(1, round(self._rect.width() / scale)), max(1, round(self._rect.height() / scale))
        gradient = self._gradient
        small = Gradient(gradient.kind, gradient.stops, gradient.start / scale, gradient.end / scale)
        rect = QRect(0, 0, width, height)
        return GradientPaint(gradient=small, rect=rect, seed=0, dither=False).image(rect)


def _colours(stops: tuple[Stop, ...]) -> NDArray[np.float32]:
    """(STEPS + 1, 4) premultiplied, blue first, 0 to 255; mixed premultiplied, so that nothing darkens on its way out."""
    places = [place for place, _ in stops]
    table = np.empty((STEPS + 1, 4), np.float32)
    steps = np.linspace(0, 1, STEPS + 1)
    for channel, value in enumerate((QColor.blueF, QColor.greenF, QColor.redF)):
        heights = [value(colour) * colour.alphaF() for _, colour in stops]
        table[:, channel] = np.interp(steps, places, heights)
    table[:, 3] = np.interp(steps, places, [colour.alphaF() for _, colour in stops])
    return table * np.float32(255)


def _part(gradient: Gradient, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 to 1 for each pixel."""
    start, way = gradient.start, gradient.end - gradient.start
    length = max(math.hypot(way.x(), way.y()), 1e-6)
    x, y = x - np.float32(start.x()), y - np.float32(start.y())
    match gradient.kind:
        case GradientKind.RADIAL:
            part = np.hypot(x, y) / np.float32(length)
        case GradientKind.CONICAL:
            turned = np.arctan2(y, x) - np.float32(math.atan2(way.y(), way.x()))
            part = np.mod(turned / np.float32(2 * math.pi), 1)
        case _:
            part = (x * np.float32(way.x()) + y * np.float32(way.y())) / np.float32(length * length)
            if gradient.kind is GradientKind.REFLECTED:
                part = np.abs(part)
    clipped: NDArray[np.float32] = np.clip(part, 0, 1).astype(np.float32)
    return clipped


class GradientColours(StrEnum):
    """Where a gradient's colours come from."""

    TO_BACKGROUND = "to_background"
    TO_TRANSPARENT = "to_transparent"
    DAWN = "dawn"
    DUSK = "dusk"
    SEA = "sea"
    FOREST = "forest"
    EMBER = "ember"
    SPECTRUM = "spectrum"


PRESETS: dict[GradientColours, tuple[tuple[float, str], ...]] = {
    GradientColours.DAWN: ((0.0, "#27355c"), (0.45, "#c46f7c"), (0.75, "#f3b27a"), (1.0, "#fdeec2")),
    GradientColours.DUSK: ((0.0, "#0d1330"), (0.5, "#4a2f63"), (0.8, "#b5485d"), (1.0, "#f08a4b")),
    GradientColours.SEA: ((0.0, "#04203a"), (0.5, "#136f8a"), (1.0, "#b7e4da")),
    GradientColours.FOREST: ((0.0, "#10231a"), (0.55, "#4c7a3d"), (1.0, "#d9e39a")),
    GradientColours.EMBER: ((0.0, "#140606"), (0.4, "#8c1d12"), (0.75, "#f0701a"), (1.0, "#ffe9a3")),
    GradientColours.SPECTRUM: tuple(
        (sixth / 6, QColor.fromHsvF(sixth / 6 % 1.0, 1.0, 1.0).name()) for sixth in range(7)
    ),
}


def stops_of(colours: GradientColours, foreground: QColor, background: QColor) -> tuple[Stop, ...]:
    if colours is GradientColours.TO_BACKGROUND:
        return (0.0, foreground), (1.0, background)
    if colours is GradientColours.TO_TRANSPARENT:
        clear = QColor(foreground)
        clear.setAlpha(0)
        return (0.0, foreground), (1.0, clear)
    return tuple((place, QColor(name)) for place, name in PRESETS[colours])
