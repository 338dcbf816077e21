"""How large a picture becomes, and what a tier allows. Pure."""

from dataclasses import dataclass

from shared.contracts.jobs import CreateRequest
from shared.pricing.tariffs import Tier
from sync_server.models.rules import ModelEntry
from sync_server.platform.errors import FeatureLockedError

_IMAGE_SIZES = {
    "square": (1024, 1024),
    "square_hd": (1024, 1024),
    "portrait_4_3": (1024, 1365),
    "portrait_16_9": (1024, 1820),
    "landscape_4_3": (1365, 1024),
    "landscape_16_9": (1820, 1024),
}
_QUALITIES = {"standard": 1.0, "hd": 1.5, "ultra-hd": 2.0}
_STEP = 8
UPSCALE_FACTORS = (8, 4, 2)


@dataclass(frozen=True, kw_only=True)
class Size:
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def words(self) -> str:
        return f"{self.width}x{self.height}"


def asked_size(asked: CreateRequest, model: ModelEntry) -> Size:
    """As named; else of the model's native number of pixels in the ratio asked for. Quality makes the sides longer."""
    factor = _QUALITIES[asked.quality]
    if asked.width is not None and asked.height is not None:
        return Size(width=round(asked.width * factor), height=round(asked.height * factor))
    if asked.image_size is not None:
        width, height = _IMAGE_SIZES[asked.image_size]
        return Size(width=round(width * factor), height=round(height * factor))
    across, down = map(int, (asked.aspect_ratio or "1:1").split(":"))
    scale = model.native_side * factor / (across * down) ** 0.5
    return Size(width=_whole(across * scale), height=_whole(down * scale))


def check_tier(size: Size, tier: Tier, *, tier_name: str) -> None:
    """Raises FeatureLockedError where the area is beyond the tier's side squared, or a side beyond twice it."""
    if fits(size, tier):
        return
    raise FeatureLockedError(
        "The plan {tier} makes pictures up to {side}x{side}; this one has {size}.",
        advice="Choose a smaller size, or a higher plan.",
        details={"max_side": tier.side, "width": size.width, "height": size.height},
        tier=tier_name,
        side=tier.side,
        size=size.words,
    )


def fits(size: Size, tier: Tier) -> bool:
    return size.pixels <= tier.side**2 and max(size.width, size.height) <= 2 * tier.side


def largest_factor(size: Size, tier: Tier) -> int:
    """The largest upscale that the tier allows; 2 where none does, so that the check tells why not."""
    for factor in UPSCALE_FACTORS:
        if fits(Size(width=size.width * factor, height=size.height * factor), tier):
            return factor
    return UPSCALE_FACTORS[-1]


def _whole(side: float) -> int:
    return max(64, round(side / _STEP) * _STEP)
