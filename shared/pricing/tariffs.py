"""Plans, their limits, packages and prices: data in `tariffs.json`, the same for the server and the desktop."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract

TierName = Literal["free", "starter", "pro", "studio", "enterprise"]
TIER_NAMES: tuple[TierName, ...] = ("free", "starter", "pro", "studio", "enterprise")
_MONTHS_PAID_A_YEAR = 10


class Tier(Contract):
    """None stands for "by agreement". `side` in pixels: area at most its square, longest side at most twice."""

    monthly_price_usd: float | None
    credits: int | None
    side: int
    queued_jobs: int
    images_per_generation: int
    batch: int
    priority: int
    storage_gb: int
    requests: tuple[int, int, int] | None = Field(description="A minute, an hour, a day.")
    generations_per_minute: int
    video_seconds: int
    custom_models: int
    hosted_models: bool
    flux: bool
    lora_training: bool
    api_keys: bool
    commercial_use: bool

    @property
    def yearly_price_usd(self) -> float | None:
        """A year costs ten months."""
        if self.monthly_price_usd is None:
            return None
        return round(self.monthly_price_usd * _MONTHS_PAID_A_YEAR, 2)

    @property
    def storage_bytes(self) -> int:
        return self.storage_gb * 1024**3


class Package(Contract):
    id: str
    name: str
    credits: int
    bonus_credits: int
    price_usd: float
    popular: bool

    @property
    def total_credits(self) -> int:
        return self.credits + self.bonus_credits


class WorkPrices(Contract):
    """What `shared.pricing.prices` multiplies; in credits."""

    picture_at_native_size: float
    reference_pixels: int
    reference_steps: int
    model_factors: Mapping[str, float]
    kind_factors: Mapping[str, float]
    video_frame: float
    training_picture_epoch: float
    prompt_enhancement: int


class Tariffs(Contract):
    version: str
    tiers: Mapping[str, Tier]
    packages: tuple[Package, ...]
    work: WorkPrices

    def tier(self, name: str) -> Tier:
        """Raises KeyError for a tier that does not exist."""
        return self.tiers[name]

    def package(self, package_id: str) -> Package | None:
        """By id (`credits_500`), or by its number of credits alone (`500`)."""
        wanted = package_id.removeprefix("credits_")
        return next((package for package in self.packages if package.id == f"credits_{wanted}"), None)


def load_tariffs(path: Path = Path(__file__).parent / "tariffs.json") -> Tariffs:
    return Tariffs.model_validate(json.loads(path.read_text(encoding="utf-8")))
