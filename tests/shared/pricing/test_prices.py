"""A price is known before, grows with the work, and is never nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pricing.prices import PricedWork, price
from shared.pricing.tariffs import load_tariffs

PRICES = load_tariffs().work
KINDS = st.sampled_from(
    [
        "text_to_image", "image_to_image", "inpaint", "outpaint", "upscale", "enhance",
        "background_removal", "video", "training", "prompt_enhancement",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (PricedWork(kind="text_to_image"), 10),
        (PricedWork(kind="image_to_image"), 15),
        (PricedWork(kind="upscale", scale=2), 20),
        (PricedWork(kind="prompt_enhancement"), 1),
        (PricedWork(kind="text_to_image", count=4), 40),
        (PricedWork(kind="text_to_image", family="stable-diffusion-1", pixels=512 * 512), 2),
        (PricedWork(kind="text_to_image", pixels=1, steps=1), 1),
    ],
)
def test_the_prices_that_are_promised(work: PricedWork, expected: int) -> None:
    assert price(work, PRICES) == expected


@given(
    kind=KINDS,
    family=st.sampled_from(["sdxl", "stable-diffusion-1", "flux", "never heard of"]),
    grown=st.sampled_from(["pixels", "steps", "count", "frames", "scale", "training_pictures", "epochs"]),
    base=st.integers(1, 300),
    more=st.integers(0, 300),
)
def test_more_work_never_costs_less_and_nothing_is_free(
    kind: Any, family: str, grown: str, base: int, more: int
) -> None:
    less = price(PricedWork.model_validate({"kind": kind, "family": family, grown: base}), PRICES)
    whole = price(PricedWork.model_validate({"kind": kind, "family": family, grown: base + more}), PRICES)
    assert 1 <= less <= whole


def test_an_unknown_family_is_never_the_cheapest() -> None:
    unknown = price(PricedWork(kind="text_to_image", family="never heard of"), PRICES)
    assert unknown == max(
        price(PricedWork(kind="text_to_image", family=name), PRICES) for name in PRICES.model_factors
    )
