"""The real process with the real loop, from outside; each of its starts takes seconds, so there are few."""

import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from shared.contracts.events import (
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Picture,
    Progress,
)
from shared.contracts.generation import ModelReference, TextToImage
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from tests.support.engine_contract import collect

REQUEST = TextToImage(model=ModelReference(id="tiny"), prompt="a cat", seed=1, steps=3, width=64, height=64)


def is_painting(event: GenerationEvent) -> bool:
    return isinstance(event, Progress) and event.step == 2


def is_loading(event: GenerationEvent) -> bool:
    return event == Loading(stage="model")


# A process that is killed as it begins to load has not spent the seconds yet that torch takes.
@pytest.mark.parametrize("moment", [is_loading, pytest.param(is_painting, marks=pytest.mark.slow)])
async def test_kill_9_within_a_job_costs_that_job_and_cancelling_none(
    blobs: BlobFolder, tiny_folder: Path, moment: Callable[[GenerationEvent], bool]
) -> None:
    engine = EngineProcess(blobs=blobs, model_folders=[tiny_folder], threads=1)
    try:
        endless = REQUEST.model_copy(update={"steps": 1000})
        killed = []
        async for event in engine.run("killed", endless):
            killed.append(event)
            if moment(event):
                psutil.Process(engine.process_id).kill()
        assert isinstance(killed[-1], Failed)
        assert killed[-1].error.code == "ENGINE_CRASHED"

        first = await collect(engine, "next", REQUEST)
        assert isinstance(first[-1], Completed)

        cancelled = []
        async for event in engine.run("cancelled", endless):
            cancelled.append(event)
            if is_painting(event):
                await engine.cancel("cancelled")
        assert isinstance(cancelled[-1], Cancelled)
        assert len(cancelled) < 100

        again = await collect(engine, "again", REQUEST)
        pictures = [event for event in (*first, *again) if isinstance(event, Picture)]
        first_pixels, again_pixels = (read_picture(blobs.path(picture.blob)) for picture in pictures)
        assert (first_pixels == again_pixels).all()
    finally:
        await engine.close()
    assert engine.process_id is None


async def test_memory_that_runs_out_costs_a_job_in_the_process_too(
    blobs: BlobFolder, tiny_folder: Path
) -> None:
    engine = EngineProcess(
        blobs=blobs,
        model_folders=[tiny_folder],
        threads=1,
        command=[sys.executable, "-m", "tests.support.failing_inference"],
    )
    try:
        (*_, failed) = await collect(engine, "a", REQUEST)
        process = engine.process_id
        (*_, completed) = await collect(engine, "b", REQUEST)
        assert isinstance(failed, Failed)
        assert failed.error.code == "OUT_OF_MEMORY"
        assert isinstance(completed, Completed)
        assert engine.process_id == process
    finally:
        await engine.close()
