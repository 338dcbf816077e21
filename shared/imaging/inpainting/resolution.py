"""At which sizes and with how many steps a model works on a region (interop.md, inpainting 7 and 8)."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from shared.contracts.errors import InvalidRequestError

SECOND_PASS_STRENGTH = 0.4
LARGEST_ENLARGEMENT = 2
"""A second pass works at up to this many times the model's largest side, for memory's sake."""


@dataclass(frozen=True, slots=True)
class ModelSides:
    """Sides in pixels that a model makes well; what the catalogue says of it."""

    minimum: int
    native: int
    maximum: int
    multiple: int = 8

    def __post_init__(self) -> None:
        ordered = 0 < self.multiple <= self.minimum <= self.native <= self.maximum
        if not ordered or self.maximum < _up(self.minimum, self.multiple):
            raise InvalidRequestError(
                "The model's sizes contradict each other: {minimum}, {native}, {maximum} pixels.",
                advice="Choose another model, or correct this one's description.",
                minimum=self.minimum,
                native=self.native,
                maximum=self.maximum,
            )


@dataclass(frozen=True, slots=True)
class WorkSize:
    """The size of the first pass and, where there are two, of the second."""

    width: int
    height: int
    second_width: int
    second_height: int
    two_pass: bool


class StepRange(NamedTuple):
    """Of `steps` steps, those from `start` on are run."""

    steps: int
    start: int


def work_size(width: int, height: int, *, strength: float, sides: ModelSides) -> WorkSize:
    """The sizes for a region of the document.

    A region larger than the model's largest side is made at the native size, enlarged and resampled. At a
    strength no higher than that resampling's own, its first pass could only lose detail and is left out.
    """
    larger = max(width, height) > sides.maximum
    if not larger:
        enlargement = max(1.0, sides.minimum / min(width, height))
        first = _fitted(width, height, enlargement, sides, sides.maximum)
        return WorkSize(*first, *first, two_pass=False)
    limit = sides.maximum * LARGEST_ENLARGEMENT
    final = _fitted(width, height, min(1.0, limit / max(width, height)), sides, limit)
    if strength <= SECOND_PASS_STRENGTH:
        return WorkSize(*final, *final, two_pass=False)
    native = sides.native / math.sqrt(width * height)
    first = _fitted(width, height, native, sides, sides.maximum)
    return WorkSize(*first, *final, two_pass=True)


def start_step(steps: int, strength: float, least: int = 1) -> StepRange:
    """Which steps a strength runs; never fewer than `least`, for which a low strength divides time finer."""
    start = round(steps * (1 - strength))
    if steps - start < least:
        steps = math.floor(least / strength)
        start = steps - least
    return StepRange(steps, start)


def _fitted(width: int, height: int, scale: float, sides: ModelSides, maximum: int) -> tuple[int, int]:
    """Scaled sides as multiples within the limits; only very long strips change their proportions by that."""
    lower = _up(sides.minimum, sides.multiple)
    upper = maximum // sides.multiple * sides.multiple
    fitted = (_up(math.ceil(round(side * scale, 6)), sides.multiple) for side in (width, height))
    fitted_width, fitted_height = (min(max(side, lower), upper) for side in fitted)
    return fitted_width, fitted_height


def _up(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple
