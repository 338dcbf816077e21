"""The table of plans, as promised to subscribers."""

import itertools

import pytest

from shared.pricing.tariffs import TIER_NAMES, load_tariffs


def test_every_tier_is_there() -> None:
    assert tuple(load_tariffs().tiers) == TIER_NAMES


@pytest.mark.parametrize(
    ("tier", "month", "year", "expected"),
    [
        ("free", 0, 0, 100),
        ("starter", 9.99, 99.9, 500),
        ("pro", 29.99, 299.9, 2000),
        ("studio", 59.99, 599.9, 5000),
        ("enterprise", None, None, None),
    ],
)
def test_a_year_costs_ten_months(
    tier: str, month: float | None, year: float | None, expected: int | None
) -> None:
    found = load_tariffs().tier(tier)
    assert (found.monthly_price_usd, found.yearly_price_usd, found.credits) == (month, year, expected)


def test_higher_tiers_never_give_less() -> None:
    tiers = [load_tariffs().tier(name) for name in TIER_NAMES]
    for lower, higher in itertools.pairwise(tiers):
        for limit in (
            "side",
            "queued_jobs",
            "batch",
            "priority",
            "storage_gb",
            "video_seconds",
            "custom_models",
        ):
            assert getattr(lower, limit) <= getattr(higher, limit)
        for feature in ("hosted_models", "flux", "lora_training", "api_keys", "commercial_use"):
            assert getattr(lower, feature) <= getattr(higher, feature)


@pytest.mark.parametrize("name", ["500", "credits_500"])
def test_a_package_is_found_by_id_and_by_number(name: str) -> None:
    package = load_tariffs().package(name)
    assert package is not None
    assert (package.credits, package.bonus_credits, package.total_credits) == (500, 75, 575)


def test_an_unknown_package_is_none() -> None:
    assert load_tariffs().package("credits_7") is None
