import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import InvalidRequestError
from shared.imaging.inpainting import Box, ModelSides, denoising_mask, plan_inpainting, prefill, start_step
from shared.imaging.inpainting.resolution import work_size
from shared.imaging.pixels import Pixels
from tests.shared.imaging.strategies import STABLE_DIFFUSION_1, STARTER, document, masks, sides, strengths


def _mask(width: int, height: int, box: Box) -> Pixels:
    mask = np.zeros((height, width), np.uint8)
    box.crop(mask)[:] = 255
    return mask


def test_edges_follow_the_selection_and_the_strength() -> None:
    mask = _mask(4000, 4000, Box(1000, 1000, 600, 800))
    plan = plan_inpainting(mask, strength=1.0, sides=STABLE_DIFFUSION_1)
    assert (plan.feather, plan.grow, plan.blend) == (100, 54, 25)
    half = plan_inpainting(mask, strength=0.1, sides=STABLE_DIFFUSION_1)
    assert (half.feather, half.grow, half.blend) == (10, 9, 14)
    small = plan_inpainting(_mask(512, 512, Box(200, 200, 20, 20)), strength=0.5, sides=STABLE_DIFFUSION_1)
    assert small.feather == 16


def test_bounds_and_context_are_the_published_ones() -> None:
    plan = plan_inpainting(
        _mask(4000, 4000, Box(1000, 1000, 600, 800)), strength=1.0, sides=STABLE_DIFFUSION_1
    )
    # 100 + 4 + 60 on each side, then up to a multiple of 16.
    assert plan.mask_bounds == Box(836, 832, 928, 1136)
    # 516 on each side, of which half the difference, 104, is taken off where the bounds are longer.
    assert plan.context == Box(320, 420, 1960, 1960)
    partial = plan_inpainting(
        _mask(4000, 4000, Box(1000, 1000, 600, 800)), strength=0.5, sides=STABLE_DIFFUSION_1
    )
    assert partial.context == partial.mask_bounds


def test_small_selections_get_the_least_sides() -> None:
    mask = _mask(3000, 3000, Box(10, 2000, 5, 5))
    plan = plan_inpainting(mask, strength=1.0, sides=STABLE_DIFFUSION_1)
    assert (plan.mask_bounds.width, plan.mask_bounds.height, plan.mask_bounds.x) == (256, 256, 0)
    assert (plan.context.width, plan.context.height) == (632, 632)
    tiny = plan_inpainting(_mask(400, 400, Box(10, 20, 5, 5)), strength=1.0, sides=STABLE_DIFFUSION_1)
    assert tiny.context == Box(0, 0, 400, 400)


@pytest.mark.parametrize(
    ("box", "intent"),
    [
        (Box(0, 10, 300, 20), "expand"),
        (Box(10, 0, 20, 200), "expand"),
        (Box(0, 0, 300, 200), "expand"),
        (Box(1, 0, 299, 199), "fill"),
    ],
)
def test_a_selection_across_the_canvas_means_expand(box: Box, intent: str) -> None:
    assert plan_inpainting(_mask(300, 200, box), strength=1.0, sides=STARTER).intent == intent


def test_a_named_intent_and_area_are_kept() -> None:
    mask = _mask(1500, 1500, Box(0, 0, 1500, 40))
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER, intent="remove", area="whole")
    assert (plan.intent, plan.context) == ("remove", Box(0, 0, 1500, 1500))
    selection = plan_inpainting(mask, strength=1.0, sides=STARTER, area="selection")
    assert selection.context == selection.mask_bounds


@given(
    mask=masks(),
    strength=strengths,
    model=sides,
    area=st.sampled_from(["automatic", "selection", "whole"]),
    feather=st.one_of(st.none(), st.integers(0, 300)),
    grow=st.one_of(st.none(), st.integers(0, 300)),
)
def test_every_plan_fits_its_canvas_and_its_model(
    mask: Pixels, strength: float, model: ModelSides, area: str, feather: int | None, grow: int | None
) -> None:
    plan = plan_inpainting(mask, strength=strength, sides=model, area=area, feather=feather, grow=grow)  # type: ignore[arg-type]  # sampled from the literals
    height, width = mask.shape
    for box in (plan.context, plan.mask_bounds):
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= width
        assert box.bottom <= height
    assert plan.mask_bounds.x >= plan.context.x
    assert plan.mask_bounds.bottom <= plan.context.bottom
    for side in (plan.work_width, plan.work_height, plan.second_width, plan.second_height):
        assert side % model.multiple == 0
        assert side >= model.minimum
    if plan.two_pass or max(plan.context.width, plan.context.height) <= model.maximum:
        assert max(plan.work_width, plan.work_height) <= model.maximum
    shown = np.zeros(mask.shape, bool)
    plan.context.crop(shown)[:] = denoising_mask(mask, plan) > 0
    outside = np.ones(mask.shape, bool)
    plan.mask_bounds.crop(outside)[:] = False
    assert not (shown & outside).any()
    assert shown[mask > 0].all()


def test_a_soft_rim_is_never_cut_by_the_context() -> None:
    """However far the artist grows and feathers, the denoising mask ends before a context's inner edge."""
    mask = _mask(2000, 2000, Box(1000, 1000, 3, 3))
    for feather, grow in [(1, 400), (300, 0), (120, None), (124, None), (33, 200)]:
        plan = plan_inpainting(mask, strength=0.5, sides=STARTER, feather=feather, grow=grow)
        soft = denoising_mask(mask, plan)
        assert max(soft[0].max(), soft[-1].max(), soft[:, 0].max(), soft[:, -1].max()) == 0


def test_an_empty_mask_is_refused_in_words() -> None:
    with pytest.raises(InvalidRequestError, match="nothing to repaint") as caught:
        plan_inpainting(np.zeros((64, 64), np.uint8), strength=1.0, sides=STARTER)
    assert "white" in caught.value.report.advice_text


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.01, float("nan")])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(InvalidRequestError):
        plan_inpainting(np.full((64, 64), 255, np.uint8), strength=strength, sides=STARTER)


def test_a_picture_of_another_size_is_refused() -> None:
    mask = _mask(300, 200, Box(10, 10, 20, 20))
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER)
    with pytest.raises(InvalidRequestError, match="300 × 200"):
        prefill(document(300, 200, 1), mask, plan)


def test_a_model_whose_sides_contradict_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        ModelSides(minimum=512, native=256, maximum=768)
    with pytest.raises(InvalidRequestError):
        ModelSides(minimum=100, native=100, maximum=100, multiple=64)


def test_sizes_for_the_model() -> None:
    def size(width: int, height: int, strength: float = 1.0) -> tuple[int, ...]:
        work = work_size(width, height, strength=strength, sides=STABLE_DIFFUSION_1)
        return work.width, work.height, work.second_width, work.second_height, work.two_pass

    assert size(512, 512) == (512, 512, 512, 512, False)
    assert size(301, 517) == (512, 768, 512, 768, False)
    assert size(64, 64) == (512, 512, 512, 512, False)
    assert size(700, 601) == (704, 608, 704, 608, False)
    assert size(1000, 1000) == (512, 512, 1000, 1000, True)
    assert size(8000, 8000) == (512, 512, 1536, 1536, True)
    # A low strength keeps the picture's own detail, which a small first pass would lose.
    assert size(1000, 1000, 0.3) == (1000, 1000, 1000, 1000, False)


def test_steps_follow_the_strength_but_never_run_out() -> None:
    assert start_step(20, 1.0, 4) == (20, 0)
    assert start_step(20, 0.6, 4) == (20, 8)
    assert start_step(20, 0.1, 4) == (40, 36)
    assert start_step(30, 0.05, 1) == (30, 28)


@given(st.integers(1, 200), st.floats(0.01, 1.0), st.integers(1, 8))
def test_at_least_the_least_steps_run(steps: int, strength: float, least: int) -> None:
    whole, start = start_step(steps, strength, least)
    assert whole - start >= least
    assert start >= 0


def test_a_small_mask_on_a_huge_document_takes_little_time() -> None:
    mask = _mask(12_000, 6_000, Box(11_990, 5_990, 10, 10))
    image = np.zeros((6_000, 12_000, 3), np.uint8)
    began = time.perf_counter()
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER)
    soft = denoising_mask(mask, plan)
    filled = prefill(image, mask, plan)
    assert time.perf_counter() - began < 5
    assert soft.shape == filled.shape[:2] == (plan.context.height, plan.context.width)
    assert plan.context.width < 2_500
