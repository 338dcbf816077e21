"""Which touches of the tip make a stroke: where, how large, how strong, at what angle."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from desktop.canvas.brushes.brush import AngleSource, Brush
from desktop.canvas.brushes.curves import Curve
from desktop.canvas.brushes.pen import PenSample

CLOSEST = 0.5
"""Pixels; nearer touches cost time and show nothing."""
SMALLEST = 1.0


@dataclass(frozen=True, slots=True)
class Touch:
    """One dab. `opacity` is what it covers at most, `flow` how far it goes there; `angle` in degrees clockwise."""

    x: float
    y: float
    diameter: float
    opacity: float
    flow: float
    angle: float


class Placing:
    """Lays touches along a way, evenly however the way is cut into events. The same `random` gives the same touches."""

    def __init__(self, *, brush: Brush, random: Random) -> None:
        self._brush = brush
        self._random = random
        self._last: PenSample | None = None
        self._waiting = False
        self._to_next = 0.0
        self._heading: float | None = None

    def follow(self, samples: Iterable[PenSample]) -> list[Touch]:
        touches: list[Touch] = []
        for sample in samples:
            touches += self._go_to(sample)
        return touches

    def finish(self) -> list[Touch]:
        """The single touch of a pen that never moved, where its direction was waited for."""
        if not self._waiting or self._last is None:
            return []
        self._waiting = False
        return [self._touch(self._last)]

    def _go_to(self, sample: PenSample) -> list[Touch]:
        start = self._last
        self._last = sample
        if start is None:
            self._to_next = self._step(sample)
            self._waiting = self._brush.angle_source is AngleSource.STROKE
            return [] if self._waiting else [self._touch(sample)]
        length = math.hypot(sample.x - start.x, sample.y - start.y)
        if length == 0:
            return []
        self._heading = math.degrees(math.atan2(sample.y - start.y, sample.x - start.x))
        touches = []
        if self._waiting:
            self._waiting = False
            touches.append(self._touch(start))
        done = self._to_next
        while done <= length:
            here = start.towards(sample, done / length)
            touches.append(self._touch(here))
            done += self._step(here)
        self._to_next = done - length
        return touches

    def _step(self, sample: PenSample) -> float:
        return max(CLOSEST, self._diameter(sample) * self._brush.spacing)

    def _diameter(self, sample: PenSample) -> float:
        brush = self._brush
        return max(SMALLEST, brush.size * _pen(brush.size_pressure, brush.size_tilt, sample))

    def _touch(self, sample: PenSample) -> Touch:
        brush = self._brush
        diameter = max(SMALLEST, self._diameter(sample) * self._less(brush.size_jitter))
        x, y = sample.x, sample.y
        if brush.scatter:
            reach = brush.scatter * diameter
            x += self._random.uniform(-reach, reach)
            y += self._random.uniform(-reach, reach)
        return Touch(
            x,
            y,
            diameter,
            _pen(brush.opacity_pressure, brush.opacity_tilt, sample) * self._less(brush.opacity_jitter),
            brush.flow * _pen(brush.flow_pressure, brush.flow_tilt, sample) * self._less(brush.flow_jitter),
            self._angle(sample),
        )

    def _angle(self, sample: PenSample) -> float:
        angle = self._brush.angle
        if self._brush.angle_source is AngleSource.STROKE:
            angle += self._heading or 0.0
        elif self._brush.angle_source is AngleSource.TILT:
            angle += sample.direction
        if self._brush.angle_jitter:
            angle += self._random.uniform(-180, 180) * self._brush.angle_jitter
        return angle

    def _less(self, jitter: float) -> float:
        """1 without jitter, else less by chance; chance is asked only where it is wanted."""
        return 1.0 - jitter * self._random.random() if jitter else 1.0


def _pen(pressure: Curve | None, tilt: Curve | None, sample: PenSample) -> float:
    factor = pressure.at(sample.pressure) if pressure is not None else 1.0
    return factor * tilt.at(sample.tilt) if tilt is not None else factor
