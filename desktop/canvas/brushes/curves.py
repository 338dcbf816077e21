"""How much of a property a pen's pressure or tilt gives: a curve through a few points, never overshooting them."""

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import Self

from pydantic import model_validator

from shared.contracts.base import Contract

STEPS = 256
MOST_POINTS = 12
Point = tuple[float, float]


class Curve(Contract):
    """Points from x = 0 to x = 1, left to right, all within 0 to 1."""

    points: tuple[Point, ...] = ((0.0, 0.0), (1.0, 1.0))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        across = [x for x, _ in self.points]
        if not 2 <= len(self.points) <= MOST_POINTS:
            message = f"a curve has 2 to {MOST_POINTS} points"
            raise ValueError(message)
        if across[0] != 0.0 or across[-1] != 1.0 or any(b <= a for a, b in pairwise(across)):
            message = "the points of a curve go from 0 to 1, each further right than the one before"
            raise ValueError(message)
        if not all(0.0 <= y <= 1.0 for _, y in self.points):
            message = "a curve stays within 0 and 1"
            raise ValueError(message)
        return self

    def at(self, x: float) -> float:
        """The value at `x` (clamped to 0 to 1)."""
        return _table(self.points)[round(min(max(x, 0.0), 1.0) * STEPS)]


LINEAR = Curve()


@lru_cache(maxsize=256)
def _table(points: tuple[Point, ...]) -> tuple[float, ...]:
    slopes = _slopes(points)
    return tuple(_value(points, slopes, step / STEPS) for step in range(STEPS + 1))


def _slopes(points: tuple[Point, ...]) -> list[float]:
    """Fritsch and Carlson's: the curve rises only where its points do."""
    rises = [(by - ay) / (bx - ax) for (ax, ay), (bx, by) in pairwise(points)]
    inner = [0.0 if a * b <= 0 else 2 * a * b / (a + b) for a, b in pairwise(rises)]
    return [rises[0], *inner, rises[-1]]


def _value(points: tuple[Point, ...], slopes: list[float], x: float) -> float:
    index = min(max(bisect_right([px for px, _ in points], x) - 1, 0), len(points) - 2)
    (ax, ay), (bx, by) = points[index], points[index + 1]
    width = bx - ax
    t = (x - ax) / width
    rest = 1 - t
    value = (
        ay * (1 + 2 * t) * rest * rest
        + slopes[index] * width * t * rest * rest
        + by * t * t * (3 - 2 * t)
        - slopes[index + 1] * width * t * t * rest
    )
    return min(max(value, 0.0), 1.0)
