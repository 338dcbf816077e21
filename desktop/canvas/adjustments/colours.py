"""Adjustments that mix the channels of a pixel."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop.canvas.adjustments.base import Pixels, Pointwise, luma, rounded
from desktop.canvas.adjustments.tones import VALUES, through_tables


@dataclass(frozen=True, slots=True)
class HueSaturation(Pointwise):
    """`hue` turns by degrees (-180 to 180); saturation and lightness from -100 to 100."""

    hue: float = 0.0
    saturation: float = 0.0
    lightness: float = 0.0

    @property
    def label(self) -> str:
        return "Hue and saturation"

    def apply(self, pixels: Pixels) -> Pixels:
        if self == HueSaturation():
            return pixels
        colours = pixels[:, :, :3].astype(np.float32) / 255
        hls: NDArray[np.float32] = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2HLS), np.float32)
        hls[:, :, 0] = (hls[:, :, 0] + self.hue) % 360
        hls[:, :, 2] = np.clip(hls[:, :, 2] * (1 + self.saturation / 100), 0, 1)
        part, light = self.lightness / 100, hls[:, :, 1]
        hls[:, :, 1] = light + (1 - light) * part if part > 0 else light * (1 + part)
        result = pixels.copy()
        result[:, :, :3] = rounded(np.asarray(cv2.cvtColor(hls, cv2.COLOR_HLS2RGB), np.float32) * 255)
        return result


@dataclass(frozen=True, slots=True)
class Desaturate(Pointwise):
    """Grey as bright as the colour looks."""

    @property
    def label(self) -> str:
        return "Desaturate"

    def apply(self, pixels: Pixels) -> Pixels:
        result = pixels.copy()
        result[:, :, :3] = rounded(luma(pixels))[:, :, None]
        return result


@dataclass(frozen=True, slots=True)
class Balance:
    """From cyan to red, magenta to green, yellow to blue; each -100 to 100."""

    red: float = 0.0
    green: float = 0.0
    blue: float = 0.0


@dataclass(frozen=True, slots=True)
class ColourBalance(Pointwise):
    shadows: Balance = field(default_factory=Balance)
    midtones: Balance = field(default_factory=Balance)
    highlights: Balance = field(default_factory=Balance)
    keep_brightness: bool = True

    @property
    def label(self) -> str:
        return "Colour balance"

    def apply(self, pixels: Pixels) -> Pixels:
        tables = (self._table("red"), self._table("green"), self._table("blue"))
        result = through_tables(pixels, tables)
        if self.keep_brightness and not np.array_equal(result, pixels):
            lost = (luma(pixels) - luma(result))[:, :, None]
            result[:, :, :3] = rounded(result[:, :, :3] + lost)
        return result

    def _table(self, channel: str) -> NDArray[np.uint8]:
        """The three ranges overlap softly, and together weigh one at every value."""
        bright = VALUES / 255
        amount = (
            getattr(self.shadows, channel) * (1 - bright) ** 2
            + getattr(self.midtones, channel) * 2 * bright * (1 - bright)
            + getattr(self.highlights, channel) * bright**2
        )
        return rounded(VALUES + amount * 1.275)
