"""The rule that chooses a place, and what the cloud is asked to pay for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.generation.cloud.offers import CloudOffer
from desktop.generation.places import Machine, Work, cloud_price, decide_place
from shared.contracts.model_catalogue import CloudModel
from shared.pricing.prices import PricedWork
from tests.desktop.generation.studio import MODEL

GIGABYTE = 1_000_000_000


def cloud_model(name: str = "starter", **values: Any) -> CloudModel:
    return CloudModel.model_validate(
        {
            "id": "019bc1a2-0000-7000-8000-000000000001",
            "name": name,
            "display_name": name,
            "description": "",
            "type": "main",
            "model_type": "sd15",
            "base": "sd-1",
            "version": "1",
            "min_tier": "free",
            "executor": "worker",
            "kinds": ["text_to_image"],
            "file_size_gb": 0.1,
            "default_parameters": {
                "width": 256,
                "height": 256,
                "steps": 20,
                "guidance_scale": 5,
                "cfg_scale": 5,
                "sampler": "dpmpp_2m",
            },
            "credits": 1,
            "is_available": True,
            "is_active": True,
            "is_nsfw": False,
            "popularity_score": 0,
            "thumbnail_url": None,
            "sample_images": [],
            "created_at": None,
            **values,
        }
    )


OPEN = CloudOffer(
    access="open", credits=100, tier="pro", most_side=2048, models={"starter": cloud_model()}, seconds=10.0
)
WORK = Work(
    priced=PricedWork(kind="text_to_image", pixels=1024 * 1024, steps=30, count=1),
    longest_side=1024,
    model=MODEL,
)
SLOW = Machine(memory=16 * GIGABYTE, pace=3.0)
FAST = Machine(memory=16 * GIGABYTE, pace=0.1)
SMALL = Machine(memory=GIGABYTE // 8, pace=0.1)


@pytest.mark.parametrize(
    ("machine", "offer", "ceiling", "expected"),
    [
        (FAST, OPEN, 20, ("local", "soon_enough")),
        (SLOW, OPEN, 20, ("cloud", "faster")),
        (SMALL, OPEN, 20, ("cloud", "no_room")),
        (SLOW, OPEN, 4, ("local", "too_dear")),
        (SMALL, OPEN, 4, ("local", "too_dear")),
        (SLOW, replace(OPEN, seconds=80.0), 20, ("local", "soon_enough")),
        (SLOW, replace(OPEN, seconds=None), 20, ("local", "soon_enough")),
        (replace(FAST, seconds_waiting=120.0), OPEN, 20, ("cloud", "faster")),
        (replace(SLOW, pace=None), OPEN, 20, ("local", "soon_enough")),
        (SLOW, CloudOffer(), 20, ("local", "no_cloud")),
        (SLOW, replace(OPEN, credits=0), 20, ("local", "no_cloud")),
        (SLOW, replace(OPEN, models={}), 20, ("local", "no_cloud")),
    ],
)
def test_automatic_goes_by_memory_time_and_price(
    machine: Machine, offer: CloudOffer, ceiling: int, expected: tuple[str, str]
) -> None:
    decision = decide_place("automatic", WORK, machine=machine, offer=offer, ceiling=ceiling)
    assert (decision.place, decision.reason) == expected
    assert (decision.price is not None) == (decision.place == "cloud")


@pytest.mark.parametrize(
    ("work", "offer", "words"),
    [
        (WORK, CloudOffer(), "Sign in"),
        (WORK, replace(OPEN, access="unconfirmed"), "confirmed"),
        (WORK, replace(OPEN, access="unknown", server="http://x"), "http://x does not answer"),
        (replace(WORK, parts=True), OPEN, "LoRAs"),
        (WORK, replace(OPEN, models={}), "does not have the model"),
        (WORK, replace(OPEN, models={"starter": cloud_model(is_available=False)}), "does not have the model"),
        (WORK, replace(OPEN, most_side=512), "512 × 512"),
        (WORK, replace(OPEN, credits=2), "costs 5 credits, and you have 2"),
        (replace(WORK, priced=WORK.priced.model_copy(update={"steps": 101})), OPEN, "at most 100 steps"),
        (replace(WORK, priced=WORK.priced.model_copy(update={"count": 5})), OPEN, "4 pictures"),
    ],
)
def test_what_keeps_a_job_out_of_the_cloud_is_said(work: Work, offer: CloudOffer, words: str) -> None:
    decision = decide_place("cloud", work, machine=FAST, offer=offer, ceiling=1)
    assert decision.place == "cloud"
    assert decision.problem is not None
    assert words in decision.problem.text


def test_what_was_chosen_is_done_without_a_ceiling() -> None:
    assert decide_place("local", WORK, machine=SMALL, offer=OPEN, ceiling=1).place == "local"
    chosen = decide_place("cloud", WORK, machine=FAST, offer=OPEN, ceiling=1)
    assert (chosen.place, chosen.price, chosen.problem) == ("cloud", 5, None)


@given(
    pixels=st.integers(64 * 64, 4096 * 4096),
    steps=st.integers(1, 100),
    count=st.integers(1, 4),
    pace=st.one_of(st.none(), st.floats(0.001, 1000)),
    memory=st.integers(GIGABYTE // 10, 64 * GIGABYTE),
    ceiling=st.integers(1, 200),
    credits_left=st.integers(0, 200),
)
def test_automatic_never_spends_more_than_it_may(
    pixels: int, steps: int, count: int, pace: float | None, memory: int, ceiling: int, credits_left: int
) -> None:
    work = replace(WORK, priced=PricedWork(kind="inpaint", pixels=pixels, steps=steps, count=count))
    offer = replace(OPEN, credits=credits_left)
    decision = decide_place(
        "automatic", work, machine=Machine(memory=memory, pace=pace), offer=offer, ceiling=ceiling
    )
    assert decision.problem is None
    if decision.place == "cloud":
        assert decision.price == cloud_price(work, offer)
        assert decision.price is not None
        assert decision.price <= min(ceiling, credits_left)
