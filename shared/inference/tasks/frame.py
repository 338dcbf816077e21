"""A picture of any size inside a picture of a size that a model can work at."""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.imaging.pixels import Pixels, resize_mask, resize_picture


@dataclass(frozen=True)
class Frame:
    """The picture (`width`, `height`) is resized to the inner size, without changing its proportions, and
    stands in the middle of the work size. Where it nearly fits, it is not resized at all.
    """

    width: int
    height: int
    inner_width: int
    inner_height: int
    work_width: int
    work_height: int
    x: int = 0
    y: int = 0
    """Where the picture lies on a larger one, of which it is a tile."""

    @classmethod
    def between(cls, width: int, height: int, work_width: int, work_height: int, multiple: int) -> Self:
        if 0 <= work_width - width < multiple and 0 <= work_height - height < multiple:
            return cls(width, height, width, height, work_width, work_height)
        scale = min(work_width / width, work_height / height)
        inner_width = min(max(round(width * scale), 1), work_width)
        inner_height = min(max(round(height * scale), 1), work_height)
        return cls(width, height, inner_width, inner_height, work_width, work_height)

    def at(self, x: int, y: int) -> Self:
        """The same, as the tile of a larger picture whose top left corner lies there."""
        return replace(self, x=x, y=y)

    @property
    def inner_share(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the picture within the work size, as shares of 0 to 1."""
        return (
            self._left / self.work_width,
            self._top / self.work_height,
            (self._left + self.inner_width) / self.work_width,
            (self._top + self.inner_height) / self.work_height,
        )

    def cut_out_of(self, whole: Pixels) -> Pixels:
        """The picture, out of the larger one that it is a tile of."""
        return whole[self.y : self.y + self.height, self.x : self.x + self.width]

    def into(self, picture: Pixels) -> Pixels:
        """What lies around the picture repeats its edges."""
        inner = resize_picture(picture, self.inner_width, self.inner_height)
        right, bottom = self._rest()
        framed: Pixels = cv2.copyMakeBorder(
            np.ascontiguousarray(inner), self._top, bottom, self._left, right, cv2.BORDER_REPLICATE
        )
        return framed

    def mask_into(self, mask: NDArray[np.float32]) -> NDArray[np.float32]:
        """Around the mask nothing changes."""
        inner = resize_mask(mask, self.inner_width, self.inner_height)
        right, bottom = self._rest()
        framed: NDArray[np.float32] = cv2.copyMakeBorder(
            inner, self._top, bottom, self._left, right, cv2.BORDER_CONSTANT, value=0
        )
        return framed

    def out_of(self, framed: Pixels) -> Pixels:
        inner = framed[self._top : self._top + self.inner_height, self._left : self._left + self.inner_width]
        return resize_picture(inner, self.width, self.height)

    @property
    def _left(self) -> int:
        return (self.work_width - self.inner_width) // 2

    @property
    def _top(self) -> int:
        return (self.work_height - self.inner_height) // 2

    def _rest(self) -> tuple[int, int]:
        return (
            self.work_width - self.inner_width - self._left,
            self.work_height - self.inner_height - self._top,
        )
