"""Jobs from their request to their last event, in this process."""

import threading
from collections.abc import Callable, Iterator

import pytest
import torch

from shared.contracts.events import (
    FINAL_EVENTS,
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Picture,
    Progress,
)
from shared.contracts.generation import ImageToImage
from shared.contracts.models import ModelDescription
from shared.imaging.pixels import Pixels
from shared.imaging.recipe_pictures import read_recipe
from shared.inference.memory import DevicePlan
from shared.inference.stages import BeforeStage
from tests.shared.inference.conftest import Studio

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


def test_one_seed_gives_one_picture_bit_for_bit_and_another_seed_another(studio: Studio) -> None:
    first, again, other = (studio.picture(studio.text_to_image(seed=seed)) for seed in (7, 7, 8))

    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    "device", [DevicePlan(torch.device("cpu"), torch.float32, batch=batch) for batch in (1, 4)]
)
def test_a_batch_makes_the_pictures_that_single_jobs_make(studio: Studio, device: DevicePlan) -> None:
    batch = studio.pictures(studio.text_to_image(count=3, sampler="euler_a"), device=device)
    singles = [studio.picture(studio.text_to_image(seed=seed, sampler="euler_a")) for seed in (7, 8, 9)]

    for picture, single in zip(batch, singles, strict=True):
        assert abs(picture.astype(int) - single).max() <= (0 if device.batch == 1 else 1)


def test_reproducible_pictures_never_depend_on_their_neighbours(studio: Studio) -> None:
    together = DevicePlan(torch.device("cpu"), torch.float32, batch=4)

    batch = studio.pictures(studio.text_to_image(count=2, reproducible=True), device=together)

    assert (batch[1] == studio.picture(studio.text_to_image(seed=8))).all()


def test_the_last_seed_is_followed_by_the_first(studio: Studio) -> None:
    events = studio.run(studio.text_to_image(seed=2**32 - 1, count=2))

    seeds = [event.recipe.rendering.seed for event in events if isinstance(event, Picture)]
    assert seeds == [2**32 - 1, 0]


@pytest.mark.parametrize("sampler", ["dpmpp_2m", "heun"])
def test_progress_counts_every_step_of_every_picture(studio: Studio, sampler: str) -> None:
    events = studio.run(studio.text_to_image(count=2, sampler=sampler))

    progress = [event for event in events if isinstance(event, Progress)]
    assert [(event.step, event.steps, event.picture) for event in progress] == [
        (1, 6, 0), (2, 6, 0), (3, 6, 0), (4, 6, 1), (5, 6, 1), (6, 6, 1),
    ]  # fmt: skip
    assert all(200 < len(event.preview) < 8000 for event in progress)
    assert_one_end(events)


def test_a_cancelled_job_stops_before_the_next_evaluation(studio: Studio) -> None:
    cancelled = threading.Event()
    evaluations = []

    def cancel_at_the_second() -> None:
        evaluations.append(1)
        if len(evaluations) == 2:
            cancelled.set()

    events = studio.run(
        studio.text_to_image(steps=20), before_stage=on_steps(cancel_at_the_second), cancelled=cancelled
    )

    assert isinstance(events[-1], Cancelled)
    assert len(evaluations) == 2
    assert not any(isinstance(event, Picture) for event in events)
    assert_one_end(events)


def on_steps(call: Callable[[], None]) -> BeforeStage:
    return lambda stage: call() if stage == "step" else None


def fail_at(numbers: set[int], error: Exception) -> Callable[[], None]:
    def count() -> Iterator[int]:
        yield from range(1, 1000)

    evaluations = count()

    def before_evaluation() -> None:
        if next(evaluations) in numbers:
            raise error

    return before_evaluation


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_memory_that_runs_out_once_is_met_with_smaller_pieces(studio: Studio, error: Exception) -> None:
    events = studio.run(studio.text_to_image(count=2), before_stage=on_steps(fail_at({2}, error)))

    pictures = [event for event in events if isinstance(event, Picture)]
    assert [picture.recipe.rendering.tiling for picture in pictures] == [True, True]
    assert isinstance(events[-1], Completed)


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_memory_that_runs_out_again_costs_the_job_and_the_next_one_works(
    studio: Studio, error: Exception
) -> None:
    events = studio.run(studio.text_to_image(), before_stage=on_steps(fail_at({2, 4}, error)))

    assert isinstance(events[-1], Failed)
    assert events[-1].error.code == "OUT_OF_MEMORY"
    assert "smaller size" in events[-1].error.advice_text
    assert_one_end(events)
    (picture,) = [event for event in studio.run(studio.text_to_image()) if isinstance(event, Picture)]
    assert not picture.recipe.rendering.tiling


def test_whatever_else_goes_wrong_costs_the_job_alone(studio: Studio) -> None:
    events = studio.run(
        studio.text_to_image(), before_stage=on_steps(fail_at({2}, ValueError("odd {braces}")))
    )

    assert isinstance(events[-1], Failed)
    assert events[-1].error.code == "GENERATION_FAILED"
    assert "odd {braces}" in events[-1].error.text
    assert "Traceback" in events[-1].error.detail
    assert isinstance(studio.run(studio.text_to_image())[-1], Completed)


def test_a_loaded_model_is_kept_and_told_of_when_it_is_loaded(
    studio: Studio, tiny_zero_snr: ModelDescription
) -> None:
    studio.run(studio.text_to_image())

    assert Loading(stage="model") not in studio.run(studio.text_to_image())
    assert Loading(stage="model") in studio.run(studio.text_to_image(), model=tiny_zero_snr)
    assert Loading(stage="model") in studio.run(studio.text_to_image())


def test_the_recipe_says_how_the_picture_was_made(studio: Studio) -> None:
    reference = studio.model.reference.model_copy(update={"sha256": "1" * 64})
    events = studio.run(studio.text_to_image(model=reference, sampler="ddim", schedule="karras"))

    (picture,) = [event for event in events if isinstance(event, Picture)]
    rendering = picture.recipe.rendering
    assert (rendering.seed, rendering.device, rendering.precision) == (7, "cpu", "float32")
    assert (rendering.work_width, rendering.work_height) == (64, 64)
    assert rendering.model_sha256 == picture.recipe.request.model.sha256 == "0" * 64
    assert "torch" in rendering.engine
    assert any("schedule normal instead of karras" in note for note in rendering.notes)
    assert any("another one than when the request was made" in note for note in rendering.notes)
    assert read_recipe(studio.blobs.path(picture.blob)) == picture.recipe


def test_a_picture_that_is_missing_is_told_in_words(studio: Studio) -> None:
    request = ImageToImage(model=studio.model.reference, seed=1, image="0" * 64)

    (*_, last) = studio.run(request)

    assert isinstance(last, Failed)
    assert last.error.code == "NOT_FOUND"


def test_a_model_made_for_inpainting_also_paints_from_a_prompt_or_a_picture(
    studio: Studio, tiny_inpainting: ModelDescription, landscape: Pixels
) -> None:
    from_prompt = studio.picture(studio.text_to_image(), model=tiny_inpainting)
    request = ImageToImage(
        model=studio.model.reference, seed=1, steps=4, image=studio.put(landscape), strength=0.5
    )

    assert from_prompt.shape == (64, 64, 3)
    assert studio.picture(request, model=tiny_inpainting).shape == landscape.shape


def assert_one_end(events: list[GenerationEvent]) -> None:
    assert [isinstance(event, FINAL_EVENTS) for event in events] == [False] * (len(events) - 1) + [True]
