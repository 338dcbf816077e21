"""Adjustments that look around each pixel."""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np

from desktop.canvas.adjustments.base import Pixels, Pointwise, rounded

LARGEST_DIRECT = 8.0
"""Deviation in pixels; a larger blur is made on a smaller picture, where it looks the same and costs little."""
REACH = 4
"""So many deviations away a Gaussian bell is lost in rounding."""


@dataclass(frozen=True, slots=True)
class _AroundEachPixel:
    """`radius` is the deviation of the bell, in pixels."""

    radius: float = 4.0

    @property
    def premultiplied(self) -> bool:
        return True

    @property
    def reach(self) -> int:
        return int(REACH * self.radius) + 2

    def at_scale(self, scale: float) -> Self:
        return replace(self, radius=self.radius * scale)


@dataclass(frozen=True, slots=True)
class GaussianBlur(_AroundEachPixel):
    @property
    def label(self) -> str:
        return "Gaussian blur"

    def apply(self, pixels: Pixels) -> Pixels:
        return blurred(pixels, self.radius)


@dataclass(frozen=True, slots=True)
class Sharpen(_AroundEachPixel):
    """Unsharp mask: what a blur of `radius` would take away is added `amount` times, but not below `threshold`."""

    radius: float = 2.0
    amount: float = 0.6
    threshold: float = 0.0

    @property
    def label(self) -> str:
        return "Sharpen"

    def apply(self, pixels: Pixels) -> Pixels:
        difference = pixels.astype(np.float32) - blurred(pixels, self.radius)
        if self.threshold > 0:
            difference[np.abs(difference) < self.threshold] = 0
        result = rounded(pixels + self.amount * difference)
        # Premultiplied colours are never above their alpha, which stays.
        result[:, :, :3] = np.minimum(result[:, :, :3], pixels[:, :, 3:])
        result[:, :, 3] = pixels[:, :, 3]
        return result


def blurred(pixels: Pixels, radius: float) -> Pixels:
    if radius < 0.05:
        return pixels
    factor = 1
    while radius / factor > LARGEST_DIRECT:
        factor *= 2
    if factor == 1:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), radius, borderType=cv2.BORDER_REPLICATE), np.uint8)
    height, width = pixels.shape[:2]
    padded = cv2.copyMakeBorder(pixels, 0, -height % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
    small = cv2.resize(
        padded.astype(np.float32), None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA
    )
    # Making it smaller and larger blurs too: by a box of `factor` and by a tent of twice that.
    own = radius**2 - factor**2 / 12 - factor**2 / 6
    small = cv2.GaussianBlur(small, (0, 0), np.sqrt(own) / factor, borderType=cv2.BORDER_REPLICATE)
    large = cv2.resize(small, (padded.shape[1], padded.shape[0]), interpolation=cv2.INTER_LINEAR)
    result = rounded(np.asarray(large, np.float32)[:height, :width])
    result[:, :, :3] = np.minimum(result[:, :, :3], result[:, :, 3:])
    return result


@dataclass(frozen=True, slots=True)
class Noise(Pointwise):
    """Normal noise of `amount` (its deviation, in values); the same `seed` gives the same noise."""

    amount: float = 12.0
    grey: bool = True
    seed: int = 0

    @property
    def label(self) -> str:
        return "Noise"

    def apply(self, pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        # Of the pixels too, so that neighbouring parts of a picture don't repeat one pattern.
        chance = np.random.default_rng((self.seed, int(pixels.sum(dtype=np.uint64))))
        grain = chance.standard_normal((height, width, 1 if self.grey else 3), np.float32) * self.amount
        result = pixels.copy()
        result[:, :, :3] = rounded(pixels[:, :, :3] + grain)
        return result
