"""Memory that runs out at every stage of a job: the next rung makes the right picture, and the next job is fine."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared.contracts.events import Completed, Failed, GenerationEvent, Picture, Progress
from shared.contracts.generation import Control, ImageToImage
from shared.contracts.models import ModelFile
from shared.imaging.pixels import Pixels
from shared.inference.job_runner import JobRunner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import DevicePlan
from shared.inference.residency import Residency
from shared.inference.stages import BeforeStage, Stage
from tests.shared.inference.conftest import CPU, Studio
from tests.support.add_on_files import add_on, make_control_net

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


TILED = DevicePlan(torch.device("cpu"), torch.float32, tiling=True)
"""The last rung by itself: tiles change pixels a little, as the recipe says."""


def exhausted_at(stage: Stage, number: int) -> BeforeStage:
    """At the `number`th time that the stage is reached."""
    reached: list[Stage] = []

    def before_stage(reached_now: Stage) -> None:
        reached.append(reached_now)
        if reached_now == stage and reached.count(stage) == number:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    return before_stage


@pytest.fixture
def controlled(
    studio: Studio, tiny_pipeline: Any, landscape: Pixels, tmp_path: Path
) -> tuple[Any, ModelFile]:
    """A request that passes every stage of painting: a picture to start from, and one that leads."""
    make_control_net(tiny_pipeline.unet).save_pretrained(tmp_path / "net")
    file = add_on(tmp_path / "net", "controlnet")
    image = studio.put(landscape)
    request = ImageToImage(
        model=studio.model.reference,
        prompt="a red house",
        seed=3,
        steps=5,
        image=image,
        strength=0.8,
        controls=(Control(model={"id": file.id}, image=image, preprocessor="canny"),),
    )
    return request, file


STAGES: list[tuple[Stage, int]] = [
    ("load", 1), ("text", 1), ("encode", 1), ("control", 1),
    ("step", 1), ("step", 2), ("step", 4), ("decode", 1),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "number"), STAGES)
def test_memory_that_ran_out_once_is_met_on_the_next_rung(
    studio: Studio, controlled: tuple[Any, ModelFile], stage: Stage, number: int
) -> None:
    request, file = controlled
    expected = studio.picture(request, add_ons=(file,))
    tiled = studio.picture(request, add_ons=(file,), device=TILED)

    events = studio.run(request, add_ons=(file,), before_stage=exhausted_at(stage, number))

    (picture,) = pictures_of(events)
    assert isinstance(events[-1], Completed)
    assert picture.recipe.rendering.tiling
    assert (studio.read(picture) == tiled).all()
    assert np.abs(tiled.astype(int) - expected).mean() < 8
    again = studio.run(request, add_ons=(file,))
    assert (studio.read(*pictures_of(again)) == expected).all()
    assert not pictures_of(again)[0].recipe.rendering.tiling


def test_what_was_made_before_memory_ran_out_is_not_made_again(studio: Studio) -> None:
    events = studio.run(studio.text_to_image(count=3), before_stage=exhausted_at("decode", 2))

    assert [picture.index for picture in pictures_of(events)] == [0, 1, 2]
    assert [picture.recipe.rendering.tiling for picture in pictures_of(events)] == [False, True, True]


def test_a_preview_without_memory_is_left_out_and_costs_nothing_else(studio: Studio) -> None:
    expected = studio.picture(studio.text_to_image())

    events = studio.run(studio.text_to_image(), before_stage=exhausted_at("preview", 2))

    previews = [bool(event.preview) for event in events if isinstance(event, Progress)]
    assert previews == [True, False, True]
    assert (studio.read(*pictures_of(events)) == expected).all()


def test_after_the_last_rung_the_error_says_what_to_change(studio: Studio) -> None:
    def never(stage: Stage) -> None:
        if stage == "decode":
            raise MemoryError

    last = studio.run(studio.text_to_image(), before_stage=never)[-1]

    assert isinstance(last, Failed)
    assert last.error.code == "OUT_OF_MEMORY"
    assert "smaller size" in last.error.advice_text
    assert isinstance(studio.run(studio.text_to_image())[-1], Completed)


def test_loading_a_model_that_did_not_fit_is_tried_again(studio: Studio, keeper: ModelKeeper) -> None:
    fresh = Studio(studio.blobs, ModelKeeper(CPU), studio.model)

    events = fresh.run(studio.text_to_image(), before_stage=exhausted_at("load", 1))

    assert (studio.read(*pictures_of(events)) == studio.picture(studio.text_to_image())).all()


GPU = torch.device("cuda")
"""Only named here: nothing is put on it."""


@pytest.mark.parametrize(
    ("needed", "free", "expected"),
    [
        (10, 100, [(False, False), (True, False), (True, True)]),
        (90, 100, [(True, False), (True, True)]),
        (90, None, [(False, False), (True, False), (True, True)]),
    ],
    ids=["fits", "too large to keep", "unknown"],
)
def test_a_gpu_keeps_then_offloads_then_tiles(
    needed: int, free: int | None, expected: list[tuple[bool, bool]]
) -> None:
    plan = DevicePlan(GPU, torch.float16, batch=4)

    rungs = plan.rungs(needed=needed, free=free)

    assert [(rung.offload, rung.tiling) for rung in rungs] == expected
    assert [rung.batch for rung in rungs[-2:]] == [1, 1]


def test_a_cpu_has_nowhere_to_offload_to() -> None:
    assert [(rung.offload, rung.tiling) for rung in CPU.rungs(needed=10**12, free=None)] == [
        (False, False), (False, True),
    ]  # fmt: skip


class Part:
    """Tells where it was sent."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def to(self, device: torch.device) -> None:
        self.places.append(device.type)


def test_parts_that_are_offloaded_take_turns_on_the_device_and_kept_ones_stay() -> None:
    residency = Residency(GPU)
    first, second = Part(), Part()

    residency.use(first)
    residency.use(second)
    residency.use(first)
    assert (first.places, second.places) == (["cuda"], ["cuda"])

    residency.offloads = True
    residency.use(first)
    residency.use(second)
    assert (first.places, second.places) == (["cuda", "cpu"], ["cuda", "cpu", "cuda"])
    residency.use(first, second)
    assert (first.places[-1], second.places[-1]) == ("cuda", "cuda")


def test_a_job_that_offloads_makes_the_same_picture(studio: Studio) -> None:
    offloading = DevicePlan(torch.device("cpu"), torch.float32, offload=True)

    assert (
        studio.picture(studio.text_to_image(), device=offloading) == studio.picture(studio.text_to_image())
    ).all()


def test_the_free_memory_decides_where_a_job_begins(studio: Studio) -> None:
    asked: list[torch.device] = []

    def free(device: torch.device) -> int:
        asked.append(device)
        return 0

    runner = JobRunner(blobs=studio.blobs, device=CPU, models=studio.keeper, free_memory=free)
    studio.run_with(runner, studio.text_to_image())

    assert asked == [CPU.device]


def pictures_of(events: list[GenerationEvent]) -> list[Picture]:
    pictures = [event for event in events if isinstance(event, Picture)]
    assert pictures, events[-1]
    return pictures
