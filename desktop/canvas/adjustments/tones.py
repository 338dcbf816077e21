"""Adjustments by tables: what becomes of each of the 256 values of a channel."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop.canvas.adjustments.base import Pixels, Pointwise, luma, rounded

Table = NDArray[np.uint8]
"""(256,) from old to new value."""

VALUES = np.arange(256, dtype=np.float64)
IDENTITY: Table = np.arange(256, dtype=np.uint8)


def through_tables(pixels: Pixels, tables: tuple[Table, Table, Table]) -> Pixels:
    """Red, green and blue each through its own; alpha stays."""
    four = np.stack([*tables, IDENTITY], axis=1).reshape(1, 256, 4)
    return np.asarray(cv2.LUT(pixels, four), np.uint8)


@dataclass(frozen=True, slots=True)
class LevelsOf:
    """What becomes black and white, how bright the middle is, and how dark and bright the result may be."""

    black: float = 0.0
    white: float = 255.0
    gamma: float = 1.0
    darkest: float = 0.0
    brightest: float = 255.0

    def table(self) -> Table:
        part = np.clip((VALUES - self.black) / max(self.white - self.black, 1.0), 0.0, 1.0)
        bent = part ** (1.0 / max(self.gamma, 0.01))
        return rounded(self.darkest + bent * (self.brightest - self.darkest))


CHANNELS = ("all", "red", "green", "blue")


@dataclass(frozen=True, slots=True)
class Levels(Pointwise):
    """One setting for all channels, after one for each."""

    all: LevelsOf = field(default_factory=LevelsOf)
    red: LevelsOf = field(default_factory=LevelsOf)
    green: LevelsOf = field(default_factory=LevelsOf)
    blue: LevelsOf = field(default_factory=LevelsOf)

    @property
    def label(self) -> str:
        return "Levels"

    def apply(self, pixels: Pixels) -> Pixels:
        after = self.all.table()
        red, green, blue = (after[own.table()] for own in (self.red, self.green, self.blue))
        return through_tables(pixels, (red, green, blue))


Points = tuple[tuple[float, float], ...]
STRAIGHT: Points = ((0.0, 0.0), (255.0, 255.0))


def curve_through(points: Points) -> NDArray[np.float64]:
    """256 values of a smooth curve that never swings past its points (Fritsch and Carlson's monotone cubics)."""
    ordered = dict(sorted(points))
    x, y = np.array(list(ordered), float), np.array(list(ordered.values()), float)
    if len(x) == 1:
        return np.full(256, y[0])
    steps, slopes = np.diff(x), np.diff(y) / np.diff(x)
    tangents = _tangents(steps, slopes)
    inside = np.clip(VALUES, x[0], x[-1])
    at = np.clip(np.searchsorted(x, inside, side="right") - 1, 0, len(steps) - 1)
    step = steps[at]
    t = (inside - x[at]) / step
    return np.asarray(
        y[at] * (1 + 2 * t) * (1 - t) ** 2
        + step * tangents[at] * t * (1 - t) ** 2
        + y[at + 1] * t**2 * (3 - 2 * t)
        + step * tangents[at + 1] * t**2 * (t - 1),
        np.float64,
    )


def _tangents(steps: NDArray[np.float64], slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(slopes) == 1:
        return np.array([slopes[0], slopes[0]])
    tangents = np.zeros(len(slopes) + 1)
    left, right = slopes[:-1], slopes[1:]
    same_way = left * right > 0
    first, second = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (first + second) / (first / left + second / right)
    tangents[1:-1] = np.where(same_way, mean, 0.0)
    tangents[0] = _end_tangent(steps[0], steps[1], slopes[0], slopes[1])
    tangents[-1] = _end_tangent(steps[-1], steps[-2], slopes[-1], slopes[-2])
    return tangents


def _end_tangent(step: float, next_step: float, slope: float, next_slope: float) -> float:
    tangent = ((2 * step + next_step) * slope - step * next_slope) / (step + next_step)
    if np.sign(tangent) != np.sign(slope):
        return 0.0
    if np.sign(slope) != np.sign(next_slope) and abs(tangent) > 3 * abs(slope):
        return 3 * slope
    return float(tangent)


@dataclass(frozen=True, slots=True)
class Curves(Pointwise):
    all: Points = STRAIGHT
    red: Points = STRAIGHT
    green: Points = STRAIGHT
    blue: Points = STRAIGHT

    @property
    def label(self) -> str:
        return "Curves"

    def apply(self, pixels: Pixels) -> Pixels:
        after = rounded(curve_through(self.all))
        red, green, blue = (after[rounded(curve_through(own))] for own in (self.red, self.green, self.blue))
        return through_tables(pixels, (red, green, blue))


@dataclass(frozen=True, slots=True)
class BrightnessContrast(Pointwise):
    """Both from -100 to 100."""

    brightness: float = 0.0
    contrast: float = 0.0

    @property
    def label(self) -> str:
        return "Brightness and contrast"

    def apply(self, pixels: Pixels) -> Pixels:
        factor = np.tan((self.contrast + 100) / 200 * np.pi / 2 * 0.999)
        table = rounded((VALUES - 127.5) * factor + 127.5 + self.brightness * 1.275)
        if self.contrast == 0:
            table = rounded(VALUES + self.brightness * 1.275)
        return through_tables(pixels, (table, table, table))


@dataclass(frozen=True, slots=True)
class Invert(Pointwise):
    @property
    def label(self) -> str:
        return "Invert colours"

    def apply(self, pixels: Pixels) -> Pixels:
        return through_tables(pixels, (IDENTITY[::-1], IDENTITY[::-1], IDENTITY[::-1]))


@dataclass(frozen=True, slots=True)
class Posterise(Pointwise):
    """So many steps from darkest to brightest, 2 to 64."""

    steps: int = 4

    @property
    def label(self) -> str:
        return "Posterise"

    def apply(self, pixels: Pixels) -> Pixels:
        steps = max(self.steps, 2)
        table = rounded(np.minimum(np.floor(VALUES / 256 * steps), steps - 1) * 255 / (steps - 1))
        return through_tables(pixels, (table, table, table))


@dataclass(frozen=True, slots=True)
class Threshold(Pointwise):
    """White from this brightness on, black below it."""

    level: int = 128

    @property
    def label(self) -> str:
        return "Threshold"

    def apply(self, pixels: Pixels) -> Pixels:
        result = pixels.copy()
        result[:, :, :3] = np.where(np.rint(luma(pixels)) >= self.level, 255, 0)[:, :, None]
        return result
