"""Sizes, strengths and masks, through whole jobs with a random model."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.events import Failed, GenerationEvent, Picture, Progress
from shared.contracts.generation import Extension, ImageToImage, Inpaint, Outpaint
from shared.contracts.models import ModelDescription
from shared.imaging.inpainting import paste
from shared.imaging.inpainting.outpainting import extension_mask, whole_picture
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.task import steps_for
from tests.shared.inference.conftest import Studio

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


@pytest.mark.parametrize(
    ("size", "work", "passes"),
    [
        ((64, 64), (64, 64), 1),
        ((70, 90), (72, 96), 1),
        ((20, 16), (80, 64), 1),
        ((16, 400), (64, 128), 1),
        ((300, 200), (80, 56), 2),
    ],
)
def test_any_size_is_made_exactly(
    studio: Studio, size: tuple[int, int], work: tuple[int, int], passes: int
) -> None:
    events = studio.run(studio.text_to_image(width=size[0], height=size[1], steps=5))

    picture = the_picture(events)
    assert (picture.width, picture.height) == size
    assert read_picture(studio.blobs.path(picture.blob)).shape == (size[1], size[0], 3)
    rendering = picture.recipe.rendering
    steps = [event for event in events if isinstance(event, Progress)][-1]
    if passes == 1:
        assert (rendering.work_width, rendering.work_height) == work or size == (16, 400)
        assert steps.step == steps.steps
    else:
        assert any("second pass" in note for note in rendering.notes)
        assert steps.step == steps.steps == 5 + 4
        assert max(rendering.work_width, rendering.work_height) <= 128


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    work_width=st.integers(1, 20).map(lambda side: side * 8),
    work_height=st.integers(1, 20).map(lambda side: side * 8),
)
def test_a_picture_comes_out_of_its_frame_as_large_as_it_went_in(
    width: int, height: int, work_width: int, work_height: int
) -> None:
    frame = Frame.between(width, height, work_width, work_height, 8)
    picture = np.full((height, width, 3), 90, np.uint8)

    framed = frame.into(picture)

    assert framed.shape == (work_height, work_width, 3)
    assert (frame.out_of(framed) == picture).all()
    assert frame.mask_into(np.ones((height, width), np.float32)).shape == (work_height, work_width)


@given(width=st.integers(1, 64), height=st.integers(1, 64), seed=st.integers(0, 9))
def test_a_picture_that_nearly_fits_is_not_resampled(width: int, height: int, seed: int) -> None:
    frame = Frame.between(width, height, -(-width // 8) * 8, -(-height // 8) * 8, 8)
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)

    assert (frame.out_of(frame.into(picture)) == picture).all()


@given(steps=st.integers(1, 1000), strength=st.floats(0.0001, 1))
def test_every_strength_runs_some_steps_and_never_more_levels_than_there_are(
    steps: int, strength: float
) -> None:
    chosen = steps_for(steps, strength)

    assert 0 <= chosen.start < chosen.steps <= 1000
    assert chosen.steps - chosen.start >= min(4, steps)


def test_a_picture_from_another_has_its_size_and_leans_on_it(studio: Studio, landscape: Pixels) -> None:
    image = studio.put(landscape)

    def painted(strength: float, image: str = image) -> Pixels:
        request = ImageToImage(model=studio.model.reference, seed=1, steps=8, image=image, strength=strength)
        return studio.picture(request)

    inverted = studio.put(255 - landscape)
    weak, strong = painted(0.2), painted(1.0)

    assert weak.shape == landscape.shape
    assert (weak != strong).any()
    assert difference(weak, painted(0.2, inverted)) > difference(strong, painted(1.0, inverted))


def disc(width: int, height: int, x: int, y: int, radius: int) -> Pixels:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.where((rows - y) ** 2 + (columns - x) ** 2 <= radius**2, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("nine_channels", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {"strength": 1.0},
        {"strength": 0.5},
        {"strength": 1.0, "feather": 0},
        {"strength": 1.0, "intent": "remove", "area": "whole"},
        {"strength": 0.7, "match_colours": False, "area": "selection"},
    ],
)
def test_an_inpaint_changes_its_mask_and_keeps_every_other_pixel(
    studio: Studio,
    landscape: Pixels,
    tiny: ModelDescription,
    tiny_inpainting: ModelDescription,
    settings: dict[str, Any],
    *,
    nine_channels: bool,
) -> None:
    mask = disc(122, 90, 60, 40, 15)
    request = inpaint(studio, landscape, mask, **settings)

    picture = the_picture(studio.run(request, model=tiny_inpainting if nine_channels else tiny))

    layer = read_picture(studio.blobs.path(picture.blob))
    result = paste(landscape, layer, picture.placement)
    alpha = np.zeros(mask.shape, np.uint8)
    x, y = picture.placement.x, picture.placement.y
    alpha[y : y + picture.height, x : x + picture.width] = layer[:, :, 3]
    assert (result[alpha == 0] == landscape[alpha == 0]).all()
    assert (result[mask > 0] != landscape[mask > 0]).any()
    assert layer[alpha[y : y + picture.height, x : x + picture.width] == 0].max(initial=0) == 0
    if settings.get("feather") == 0:
        assert (alpha == mask).all()


@settings(max_examples=6)
@given(data=st.data())
def test_with_a_feather_of_0_no_pixel_outside_any_mask_changes(data: st.DataObject, studio: Studio) -> None:
    random = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    width, height = data.draw(st.integers(20, 150)), data.draw(st.integers(20, 150))
    document = random.integers(0, 256, (height, width, 3)).astype(np.uint8)
    x, y, radius = (data.draw(st.integers(low, high)) for low, high in ((0, 19), (0, 19), (1, 60)))
    mask = disc(width, height, x, y, radius)

    picture = the_picture(studio.run(inpaint(studio, document, mask, feather=0, steps=2)))

    layer = read_picture(studio.blobs.path(picture.blob))
    result = paste(document, layer, picture.placement)
    assert (result[mask == 0] == document[mask == 0]).all()


@pytest.mark.parametrize(
    "extension", [Extension(left=40), Extension(top=16, right=24), Extension(bottom=200)]
)
def test_an_extended_picture_keeps_its_middle_and_fills_every_new_pixel(
    studio: Studio, landscape: Pixels, extension: Extension
) -> None:
    request = Outpaint(
        model=studio.model.reference,
        prompt="a boat",
        seed=3,
        steps=4,
        image=studio.put(landscape),
        extension=extension,
        feather=0,
    )

    picture = the_picture(studio.run(request))

    layer = read_picture(studio.blobs.path(picture.blob))
    whole = whole_picture(request, landscape, layer, picture.placement)
    height, width = landscape.shape[:2]
    kept = np.s_[extension.top : extension.top + height, extension.left : extension.left + width]
    assert whole.shape[:2] == (
        height + extension.top + extension.bottom,
        width + extension.left + extension.right,
    )
    assert (whole[kept] == landscape).all()
    new = extension_mask(width, height, extension) > 0
    assert whole[new].std() > 0
    assert (whole[new].max(axis=1) > 0).mean() > 0.9


def test_a_picture_is_not_extended_beyond_what_pictures_may_have(studio: Studio, landscape: Pixels) -> None:
    request = Outpaint(
        model=studio.model.reference,
        seed=3,
        image=studio.put(landscape),
        extension=Extension(left=16384, bottom=16384),
    )

    last = studio.run(request)[-1]

    assert isinstance(last, Failed)
    assert "megapixels" in last.error.text


def test_a_large_region_takes_two_passes(studio: Studio) -> None:
    document = np.full((240, 320, 3), 120, np.uint8)
    mask = disc(320, 240, 160, 120, 100)

    events = studio.run(inpaint(studio, document, mask, steps=6))

    assert any("second pass" in note for note in the_picture(events).recipe.rendering.notes)
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert last.step == last.steps == 6 + 4
    assert (last.preview_width, last.preview_height) == (
        the_picture(events).width,
        the_picture(events).height,
    )
    assert last.preview_placement == the_picture(events).placement


def test_a_large_picture_of_transparency_is_painted_on_white(studio: Studio) -> None:
    document = np.zeros((64, 64, 4), np.uint8)
    request = ImageToImage(
        model=studio.model.reference, seed=1, steps=4, image=studio.put(document), strength=0.3
    )

    assert (
        studio.picture(request)
        == studio.picture(
            request.model_copy(update={"image": studio.put(np.full((64, 64, 3), 255, np.uint8))})
        )
    ).all()


@pytest.mark.parametrize("mask", [np.zeros((90, 122), np.uint8), np.full((50, 50), 255, np.uint8)])
def test_a_mask_that_selects_nothing_or_does_not_fit_is_told_in_words(
    studio: Studio, landscape: Pixels, mask: Pixels
) -> None:
    (*_, last) = studio.run(inpaint(studio, landscape, mask))

    assert isinstance(last, Failed)
    assert last.error.code == "INVALID_REQUEST"
    assert last.error.advice


def inpaint(studio: Studio, document: Pixels, mask: Pixels, **changes: Any) -> Inpaint:
    return Inpaint(
        **{
            "model": studio.model.reference,
            "prompt": "a boat",
            "seed": 3,
            "steps": 4,
            "image": studio.put(document),
            "mask": studio.put(mask),
            **changes,
        }
    )


def the_picture(events: list[GenerationEvent]) -> Picture:
    pictures = [event for event in events if isinstance(event, Picture)]
    assert len(pictures) == 1, events[-1]
    return pictures[0]


def difference(first: Pixels, second: Pixels) -> float:
    return float(np.abs(first.astype(int) - second).mean())
