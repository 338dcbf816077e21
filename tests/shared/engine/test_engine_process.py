"""The engine's process from outside, with a child that has the real pipes and loop but no model."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from shared.contracts.events import Completed, Failed, GenerationEvent, Loading, Progress
from shared.contracts.generation import ModelReference, TextToImage
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from tests.conftest import QtRun
from tests.support.engine_contract import GenerationEngineContract, closing, collect
from tests.support.fake_engine import FakeEngine


def request(prompt: str = "the sea", model: str = "starter") -> TextToImage:
    return TextToImage(
        model=ModelReference(id=model, name="Starter"), prompt=prompt, seed=1, steps=3, width=64, height=64
    )


class TestEngineProcessKeepsTheContract(GenerationEngineContract):
    pass


class TestFakeEngineKeepsTheContract(GenerationEngineContract):
    @pytest.fixture
    def engine(self, blobs: BlobFolder) -> FakeEngine:
        return FakeEngine(blobs)


async def test_no_process_runs_before_the_first_job_and_one_serves_all(engine: EngineProcess) -> None:
    await engine.list_models()
    at_first = engine.process_id
    first = await collect(engine, "a", request())
    process = engine.process_id
    second = await collect(engine, "b", request())

    assert at_first is None
    assert Loading(stage="starting") in first
    assert Loading(stage="starting") not in second
    assert process is not None
    assert engine.process_id == process


async def test_the_process_gives_way_to_the_artists_other_work(engine: EngineProcess) -> None:
    await collect(engine, "a", request())

    assert psutil.Process(engine.process_id).nice() > psutil.Process().nice()


async def test_a_killed_process_costs_its_job_and_the_next_one_works(engine: EngineProcess) -> None:
    events: list[GenerationEvent] = []
    async for event in engine.run("killed", request("hang")):
        events.append(event)
        if event == Loading():
            psutil.Process(engine.process_id).kill()

    assert isinstance(events[-1], Failed)
    assert events[-1].error.code == "ENGINE_CRASHED"
    assert "Try again" in events[-1].error.advice_text
    assert isinstance((await collect(engine, "next", request()))[-1], Completed)


async def test_a_crash_is_told_with_its_last_words(engine: EngineProcess) -> None:
    (*_, last) = await collect(engine, "crash", request("crash"))

    assert isinstance(last, Failed)
    assert "exit status" in last.error.detail


async def test_a_process_that_died_between_jobs_is_replaced(engine: EngineProcess) -> None:
    await collect(engine, "a", request())
    dead = psutil.Process(engine.process_id)
    dead.kill()
    dead.wait(5)

    assert isinstance((await collect(engine, "b", request()))[-1], Completed)


async def test_what_libraries_print_stays_out_of_the_pipe(engine: EngineProcess) -> None:
    assert isinstance((await collect(engine, "a", request("print")))[-1], Completed)


async def test_a_process_that_does_not_start_is_told_in_words(blobs: BlobFolder, models: Path) -> None:
    engine = EngineProcess(blobs=blobs, model_folders=[models], threads=1, command=["/no/such/interpreter"])

    (*_, last) = await collect(engine, "a", request())
    await engine.close()

    assert isinstance(last, Failed)
    assert last.error.code == "ENGINE_CRASHED"
    assert last.error.advice


async def test_a_process_that_ends_at_once_costs_its_job_alone(blobs: BlobFolder, models: Path) -> None:
    engine = EngineProcess(
        blobs=blobs, model_folders=[models], threads=1, command=[sys.executable, "-c", "raise SystemExit(3)"]
    )

    (*_, last) = await collect(engine, "a", request())
    await engine.close()

    assert isinstance(last, Failed)
    assert "exit status 3" in last.error.detail


async def test_a_model_that_is_not_there_is_named(engine: EngineProcess) -> None:
    (*_, last) = await collect(engine, "a", request(model="gone"))

    assert isinstance(last, Failed)
    assert last.error.code == "MODEL_UNAVAILABLE"
    assert "Starter" in last.error.text
    assert engine.process_id is None


async def test_closing_leaves_no_process(engine: EngineProcess) -> None:
    await collect(engine, "a", request())
    process = psutil.Process(engine.process_id)

    await engine.close()

    assert not process.is_running()


async def test_a_cancelled_task_leaves_the_engine_free(engine: EngineProcess) -> None:
    async def until_progress() -> None:
        async with closing(engine.run("left", request("hang"))) as events:
            async for event in events:
                if event == Loading():
                    working.set()

    working = asyncio.Event()
    task = asyncio.create_task(until_progress())
    await working.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert isinstance((await collect(engine, "next", request()))[-1], Completed)


PARENT = """
import asyncio, sys
from pathlib import Path
from shared.contracts.events import Loading
from shared.contracts.generation import ModelReference, TextToImage
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder

async def main():
    blobs, models, module = sys.argv[1:]
    engine = EngineProcess(
        blobs=BlobFolder(Path(blobs)), model_folders=[Path(models)], threads=1,
        command=[sys.executable, "-m", module],
    )
    request = TextToImage(
        model=ModelReference(id="starter"), prompt="hang", seed=1, steps=3, width=64, height=64
    )
    async for event in engine.run("a", request):
        if event == Loading():
            print(engine.process_id, flush=True)

asyncio.run(main())
"""


def test_the_process_ends_when_the_studio_is_killed(tmp_path: Path, models: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "b"), str(models), "tests.support.stub_inference"],
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_progress_arrives_while_the_job_runs(engine: EngineProcess) -> None:
    async with closing(engine.run("a", request().model_copy(update={"steps": 1000}))) as events:
        async for event in events:
            if isinstance(event, Progress):
                assert event.step == 1
                break


def test_it_works_on_qts_event_loop_too(qt_run: QtRun, blobs: BlobFolder, models: Path) -> None:
    async def story() -> GenerationEvent:
        engine = EngineProcess(
            blobs=blobs,
            model_folders=[models],
            threads=1,
            command=[sys.executable, "-m", "tests.support.stub_inference"],
        )
        try:
            return (await collect(engine, "a", request()))[-1]
        finally:
            await engine.close()

    assert isinstance(qt_run(story()), Completed)
