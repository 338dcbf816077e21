"""What a job costs: one function of the work and the price data. The server's hold decides; the desktop shows it."""

import math
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.pricing.tariffs import WorkPrices

PictureKind = Literal[
    "text_to_image", "image_to_image", "inpaint", "outpaint", "upscale", "enhance", "background_removal"
]
PricedKind = PictureKind | Literal["video", "training", "prompt_enhancement"]


class PricedWork(Contract):
    """What a price depends on. `pixels` are of one picture (or frame) of the result; for an upscale, of its source."""

    kind: PricedKind
    family: str = "sdxl"
    pixels: int = Field(1024 * 1024, ge=1)
    steps: int = Field(30, ge=1)
    count: int = Field(1, ge=1)
    frames: int = Field(1, ge=1)
    scale: float = Field(2.0, ge=1)
    training_pictures: int = Field(1, ge=1)
    epochs: int = Field(1, ge=1)


def price(work: PricedWork, prices: WorkPrices) -> int:
    """In whole credits, at least 1, growing with every argument. It is the most that the job can cost.

    An unknown family is priced as the dearest one.
    """
    model = prices.model_factors.get(work.family, max(prices.model_factors.values()))
    if work.kind == "prompt_enhancement":
        return prices.prompt_enhancement * work.count
    if work.kind == "training":
        return _whole(prices.training_picture_epoch * work.training_pictures * work.epochs * model)
    size = work.pixels / prices.reference_pixels
    effort = work.steps / prices.reference_steps
    if work.kind == "video":
        return _whole(prices.video_frame * model * size * effort * work.frames) * work.count
    factor = prices.kind_factors[work.kind]
    if work.kind == "upscale":
        size *= (work.scale / 2) ** 2
    return _whole(prices.picture_at_native_size * factor * model * size * effort) * work.count


def _whole(amount: float) -> int:
    # A hair's breadth above a whole number is rounding of floats, not a credit more.
    return max(1, math.ceil(amount - 1e-9))
