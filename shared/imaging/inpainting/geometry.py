"""Rectangles of pixels on a document."""

import math
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.imaging.pixels import Pixels

Element = TypeVar("Element", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Box:
    """`x` and `y` are the top left pixel; the right and bottom edges are exclusive."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def diagonal(self) -> float:
        return math.hypot(self.width, self.height)

    def crop(self, array: NDArray[Element]) -> NDArray[Element]:
        """A view of the box's pixels in an array of the whole document."""
        return array[self.y : self.bottom, self.x : self.right]

    def padded(self, horizontal: int, vertical: int, *, least: int, multiple: int) -> "Box":
        """Grown on every side, then until both sides are at least `least` and a multiple of `multiple`."""
        x, width = _padded(self.x, self.width, horizontal, least, multiple)
        y, height = _padded(self.y, self.height, vertical, least, multiple)
        return Box(x, y, width, height)

    def moved_inside(self, width: int, height: int) -> "Box":
        """Shifted onto a canvas, and cut only where it is larger than the canvas."""
        kept_width, kept_height = min(self.width, width), min(self.height, height)
        return Box(
            x=min(max(self.x, 0), width - kept_width),
            y=min(max(self.y, 0), height - kept_height),
            width=kept_width,
            height=kept_height,
        )


def bounding_box(mask: Pixels) -> Box | None:
    """The smallest box with every pixel above 0, or None where there is none."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(mask))
    return Box(int(x), int(y), int(width), int(height)) if width else None


def _padded(start: int, length: int, padding: int, least: int, multiple: int) -> tuple[int, int]:
    wanted = max(length + 2 * padding, least)
    wanted = -(-wanted // multiple) * multiple
    return start - (wanted - length) // 2, wanted
