"""Where the hand is at one moment, and how its way is made smooth before it paints."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Self

from desktop.canvas.brushes.brush import Brush

MOST_AVERAGED = 24
"""Points of the hand that full smoothing averages."""
FLAT_STEP = 3.0
"""Pixels between the points into which a curved way is cut."""


@dataclass(frozen=True, slots=True)
class PenSample:
    """(x, y) on the document; pressure and tilt (0 upright, 1 flat) from 0 to 1, the tilt's direction in degrees."""

    x: float
    y: float
    pressure: float = 1.0
    tilt: float = 0.0
    direction: float = 0.0

    def towards(self, other: "PenSample", part: float) -> "PenSample":
        rest = 1.0 - part
        return PenSample(
            self.x * rest + other.x * part,
            self.y * rest + other.y * part,
            self.pressure * rest + other.pressure * part,
            self.tilt * rest + other.tilt * part,
            other.direction,
        )


class Steadying:
    """The lag string first, then the average. `finish` brings the brush to the pen, so that nothing trails."""

    def __init__(self, *, smoothing: float, string: float) -> None:
        self._window: deque[PenSample] = deque(maxlen=1 + round(smoothing * (MOST_AVERAGED - 1)))
        self._string = string
        self._held: PenSample | None = None
        self._pen: PenSample | None = None

    @classmethod
    def of(cls, brush: Brush) -> Self:
        return cls(smoothing=brush.smoothing, string=brush.string)

    def add(self, sample: PenSample) -> PenSample | None:
        """Where the brush goes now; None as long as the string is slack."""
        self._pen = sample
        pulled = self._pulled(sample)
        if pulled is None:
            return None
        self._window.append(pulled)
        return self._average()

    def finish(self) -> PenSample | None:
        """The pen's own place, where the brush is not there yet."""
        pen, self._pen = self._pen, None
        if pen is None or (len(self._window) == 1 and self._window[0] == pen):
            return None
        return pen

    def _pulled(self, sample: PenSample) -> PenSample | None:
        held = self._held
        if held is None or self._string <= 0:
            self._held = sample
            return sample
        distance = math.hypot(sample.x - held.x, sample.y - held.y)
        if distance <= self._string:
            return None
        self._held = held.towards(sample, (distance - self._string) / distance)
        return self._held

    def _average(self) -> PenSample:
        """Later points weigh more, which halves the lag of a plain average."""
        if len(self._window) == 1:
            return self._window[0]
        total = x = y = pressure = tilt = 0.0
        for weight, sample in enumerate(self._window, start=1):
            total += weight
            x += weight * sample.x
            y += weight * sample.y
            pressure += weight * sample.pressure
            tilt += weight * sample.tilt
        return PenSample(x / total, y / total, pressure / total, tilt / total, self._window[-1].direction)


class Rounding:
    """Turns corners between events into curves: from the middle of one piece of the way to that of the next."""

    def __init__(self) -> None:
        self._corner: PenSample | None = None
        self._reached: PenSample | None = None

    def add(self, sample: PenSample) -> list[PenSample]:
        """The points to go on to, in order."""
        corner, start = self._corner, self._reached
        self._corner = sample
        if corner is None or start is None:
            self._reached = sample
            return [sample]
        end = corner.towards(sample, 0.5)
        self._reached = end
        return _curve(start, corner, end)

    def finish(self) -> list[PenSample]:
        """The rest of the way, to the last point itself."""
        if self._corner is None or self._corner is self._reached:
            return []
        self._reached = self._corner
        return [self._corner]


def _curve(start: PenSample, corner: PenSample, end: PenSample) -> list[PenSample]:
    """A quadratic curve in short straight pieces; a straight way stays one piece."""
    ax, ay = corner.x - start.x, corner.y - start.y
    bx, by = end.x - corner.x, end.y - corner.y
    first, second = math.hypot(ax, ay), math.hypot(bx, by)
    if first + second == 0:
        return [end]
    bend = abs(ax * by - ay * bx) / max(first * second, 1e-9)
    backwards = ax * bx + ay * by < 0
    if bend < 0.01 and not backwards:
        return [corner, end] if first > 0 else [end]
    pieces = max(2, min(64, math.ceil((first + second) / FLAT_STEP)))
    return [
        start.towards(corner, step / pieces).towards(corner.towards(end, step / pieces), step / pieces)
        for step in range(1, pieces + 1)
    ]
