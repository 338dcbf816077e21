"""What an inpainting may change, over random documents and masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import FillIntent, Placement
from shared.imaging.inpainting import (
    Box,
    InpaintPlan,
    ModelSides,
    composite_layer,
    compositing_alpha,
    denoising_mask,
    match_colours,
    paste,
    plan_inpainting,
    prefill,
)
from shared.imaging.pixels import Pixels, flatten, resize_mask, resize_picture
from tests.shared.imaging.strategies import STARTER, document, masks, sides, strengths

INTENTS: list[FillIntent] = ["fill", "expand", "add", "remove", "replace_background"]


def _pasted(image: Pixels, result: Pixels, mask: Pixels, plan: InpaintPlan) -> Pixels:
    layer = composite_layer(result, mask, plan)
    return paste(image, layer, Placement(x=plan.context.x, y=plan.context.y))


def _on_document(result: Pixels, mask: Pixels, plan: InpaintPlan) -> Pixels:
    whole = np.zeros((*mask.shape, 3), np.uint8)
    plan.context.crop(whole)[:] = result
    return whole


def _square(size: int = 600, box: Box | None = None) -> Pixels:
    mask = np.zeros((size, size), np.uint8)
    (box or Box(250, 250, 100, 100)).crop(mask)[:] = 255
    return mask


@settings(max_examples=60)
@given(
    mask=masks(),
    strength=strengths,
    model=sides,
    feather=st.one_of(st.none(), st.integers(0, 100)),
    grow=st.one_of(st.none(), st.integers(0, 100)),
    seed=st.integers(0, 2**32 - 1),
    matched=st.booleans(),
)
def test_outside_the_shown_region_every_pixel_stays(
    mask: Pixels,
    strength: float,
    model: ModelSides,
    feather: int | None,
    grow: int | None,
    seed: int,
    matched: bool,  # noqa: FBT001 - hypothesis passes it by name
) -> None:
    image = document(mask.shape[0], mask.shape[1], seed)
    plan = plan_inpainting(mask, strength=strength, sides=model, feather=feather, grow=grow)
    shown = denoising_mask(mask, plan)
    result = document(plan.context.height, plan.context.width, seed ^ 1)
    if matched:
        result = match_colours(result, plan.context.crop(image), shown)
    layer = composite_layer(result, mask, plan)
    pasted = _pasted(image, result, mask, plan)

    untouched = np.ones(mask.shape, bool)
    plan.context.crop(untouched)[:] = shown == 0
    assert (pasted[untouched] == image[untouched]).all()
    assert (layer[shown == 0] == 0).all()
    assert (layer[layer[:, :, 3] == 0] == 0).all()
    if plan.feather == 0:
        assert (layer[:, :, 3] == plan.context.crop(mask)).all()
        assert (pasted[mask == 0] == image[mask == 0]).all()
        assert (pasted[mask == 255] == _on_document(result, mask, plan)[mask == 255]).all()


@settings(max_examples=40)
@given(mask=masks(), strength=strengths, model=sides, feather=st.one_of(st.none(), st.integers(1, 100)))
def test_what_was_selected_is_wholly_replaced(
    mask: Pixels, strength: float, model: ModelSides, feather: int | None
) -> None:
    """The rim fades outside of the artist's selection, never within it."""
    plan = plan_inpainting(mask, strength=strength, sides=model, feather=feather)
    alpha = compositing_alpha(mask, plan)
    selected = plan.context.crop(mask) == 255
    assert (alpha[selected] == 255).all()


@settings(max_examples=30, deadline=None)
@given(
    mask=masks(), intent=st.sampled_from(INTENTS), seed=st.integers(0, 99), feather=st.sampled_from([None, 0])
)
def test_the_model_sees_the_document_outside_the_mask(
    mask: Pixels, intent: FillIntent, seed: int, feather: int | None
) -> None:
    image = document(mask.shape[0], mask.shape[1], seed)
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER, intent=intent, feather=feather)
    filled = prefill(image, mask, plan)
    assert filled.shape == (plan.context.height, plan.context.width, 3)
    unchanged = denoising_mask(mask, plan) == 0
    assert (filled[unchanged] == plan.context.crop(image)[unchanged]).all()


def test_below_full_strength_nothing_is_filled() -> None:
    mask, image = _square(), document(600, 600, 5)
    plan = plan_inpainting(mask, strength=0.9, sides=STARTER)
    assert (prefill(image, mask, plan) == plan.context.crop(image)).all()


def test_each_intent_fills_in_its_own_way() -> None:
    mask = _square()
    image = np.zeros((600, 600, 3), np.uint8)
    image[:] = (40, 120, 200)
    Box(260, 260, 80, 80).crop(image)[:] = (255, 0, 0)
    inside = (slice(290, 310), slice(290, 310))

    def filled(intent: FillIntent) -> NDArray[np.int16]:
        plan = plan_inpainting(mask, strength=1.0, sides=STARTER, intent=intent, area="whole")
        return prefill(image, mask, plan)[inside].astype(np.int16)

    assert np.abs(filled("add") - 127).max() == 0
    assert np.abs(filled("replace_background") - 127).max() == 0
    for continued in (filled("remove"), filled("expand")):
        assert np.abs(continued - np.array((40, 120, 200))).max() <= 3
    blurred = filled("fill").mean(axis=(0, 1))
    assert 60 < blurred[0] < 255
    assert blurred[2] < 200


def test_only_flat_grey_ends_hard_at_the_mask() -> None:
    mask, image = _square(), np.zeros((600, 600, 3), np.uint8)
    edge = 250 - 4
    for intent, first in (("replace_background", 127), ("add", 12)):
        plan = plan_inpainting(mask, strength=1.0, sides=STARTER, intent=intent, area="whole")  # type: ignore[arg-type]  # literals above
        row = prefill(image, mask, plan)[300, :, 0]
        assert row[edge - 1] == 0
        assert row[edge] <= first
        assert row[300] == 127
    assert row[edge + 2] < row[edge + 6]


def test_a_full_mask_works_with_every_intent() -> None:
    image, mask = document(64, 64, 1), np.full((64, 64), 255, np.uint8)
    for intent in INTENTS:
        plan = plan_inpainting(mask, strength=1.0, sides=STARTER, intent=intent)
        result = document(64, 64, 2)
        assert prefill(image, mask, plan).shape == (64, 64, 3)
        assert (denoising_mask(mask, plan) == 1).all()
        assert (match_colours(result, image, denoising_mask(mask, plan)) == result).all()
        assert (_pasted(image, result, mask, plan) == result).all()


def test_the_denoising_mask_is_grown_then_blurred_by_a_triangle() -> None:
    mask = _square(600, Box(250, 0, 100, 600))
    plan = plan_inpainting(mask, strength=0.5, sides=STARTER, feather=9, grow=6, area="whole")
    row = denoising_mask(mask, plan)[300]
    kernel = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1]) / 25
    step = np.concatenate([np.zeros(20), np.ones(20)])
    expected = np.convolve(step, kernel, mode="same")[10:30]
    # The grown edge lies 6 pixels before the mask's own.
    np.testing.assert_allclose(row[250 - 6 - 10 : 250 - 6 + 10], expected, atol=1e-5)
    assert row[300] == pytest.approx(1.0)
    full = plan_inpainting(mask, strength=1.0, sides=STARTER, feather=41, area="whole")
    soft = denoising_mask(mask, full)
    assert not ((soft > 0.99) & (soft < 1)).any()
    # Touching an edge of the canvas is no reason to fade there.
    assert (soft[0] == soft[300]).all()


def test_a_soft_mask_without_feather_is_the_strength_and_the_opacity() -> None:
    mask = _square()
    mask[mask > 0] = 128
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER, feather=0)
    context = plan.context.crop(mask)
    np.testing.assert_allclose(denoising_mask(mask, plan), context / 255, atol=1e-6)
    assert (compositing_alpha(mask, plan) == context).all()


def test_colours_are_matched_where_nothing_was_painted() -> None:
    generator = np.random.default_rng(3)
    reference = generator.integers(60, 180, (128, 128, 3), dtype=np.uint8)
    mask = np.zeros((128, 128), np.float32)
    mask[40:90, 40:90] = 1
    result = np.clip(reference * 0.8 + np.array((30, 5, 12)), 0, 255).astype(np.uint8)
    result[mask > 0] = (10, 200, 30)
    matched = match_colours(result, reference, mask)
    outside = mask == 0
    before = np.abs(result[outside].astype(int) - reference[outside]).mean()
    after = np.abs(matched[outside].astype(int) - reference[outside]).mean()
    assert before > 10
    assert after < 3
    # What lies under the mask had no say: another painting gives the same shift outside.
    result[mask > 0] = (250, 250, 0)
    assert (match_colours(result, reference, mask)[outside] == matched[outside]).all()


def test_even_surroundings_do_not_distort_the_painting() -> None:
    reference = np.full((64, 64, 3), 120, np.uint8)
    result = document(64, 64, 9) // 64 + np.uint8(110)
    mask = np.zeros((64, 64), np.float32)
    mask[16:48, 16:48] = 1
    result[mask > 0] = 255
    matched = match_colours(result, reference, mask)
    assert matched[32, 32].min() > 240


def test_a_result_of_another_size_is_refused() -> None:
    mask = _square()
    plan = plan_inpainting(mask, strength=1.0, sides=STARTER)
    with pytest.raises(InvalidRequestError, match="its place has"):
        composite_layer(document(10, 10, 1), mask, plan)


def test_pasting_keeps_transparency_and_cuts_at_the_canvas() -> None:
    image = np.dstack([document(20, 20, 1), np.full((20, 20), 0, np.uint8)])
    layer = np.dstack([document(10, 10, 2), np.full((10, 10), 255, np.uint8)])
    layer[:, :5, 3] = 0
    pasted = paste(image, layer, Placement(x=15, y=-5))
    assert (pasted[:, :15] == image[:, :15]).all()
    assert (pasted[5:] == image[5:]).all()
    assert (paste(image, layer, Placement(x=10, y=0))[:10, 15:] == layer[:, 5:]).all()
    assert (paste(image, layer, Placement(x=500, y=0)) == image).all()
    half = layer.copy()
    half[:, :, 3] = 100
    over = paste(image, half, Placement())
    assert (over[:10, :10] == half).all()
    opaque = paste(image[:, :, :3], half, Placement())[0, 0].astype(int)
    wanted = (half[0, 0, :3].astype(float) * 100 + image[0, 0, :3].astype(float) * 155) / 255
    assert np.abs(opaque - wanted).max() <= 0.51


def test_resizing_keeps_what_must_be_kept() -> None:
    picture = document(33, 47, 4)
    assert (resize_picture(picture, 47, 33) == picture).all()
    assert resize_picture(picture, 64, 8).shape == (8, 64, 3)
    assert (resize_mask(np.ones((33, 47), np.float32), 8, 8) == 1).all()
    assert (resize_mask(np.zeros((33, 47), np.float32), 99, 88) == 0).all()
    clear = np.dstack([picture, np.full((33, 47), 255, np.uint8)])
    assert (flatten(clear) == picture).all()
    clear[:, :, 3] = 0
    assert (flatten(clear, (1, 2, 3)) == (1, 2, 3)).all()
