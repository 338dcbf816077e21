"""What an adjustment is: a function of pixels with its settings, that knows how far around it must look."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(H, W, 4), red, green, blue, alpha."""

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""How bright red, green and blue look (Rec. 709)."""


class Adjustment(Protocol):
    """Frozen settings. `apply` never changes its argument, and any thread may call it."""

    @property
    def label(self) -> str:
        """English: the name of the step."""
        ...

    @property
    def premultiplied(self) -> bool:
        """Whether `apply` works on premultiplied pixels, and may change alpha; else alpha is left alone."""
        ...

    @property
    def reach(self) -> int:
        """How many pixels around it decide on one."""
        ...

    def at_scale(self, scale: float) -> Self:
        """The settings that do the same to a picture made smaller by `scale` (at most 1)."""
        ...

    def apply(self, pixels: Pixels) -> Pixels: ...


class Pointwise:
    """Each pixel by itself, whatever its transparency."""

    @property
    def premultiplied(self) -> bool:
        return False

    @property
    def reach(self) -> int:
        return 0

    def at_scale(self, _scale: float) -> Self:
        return self


def luma(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(pixels[:, :, :3].astype(np.float32) @ LUMA, np.float32)


def rounded(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
