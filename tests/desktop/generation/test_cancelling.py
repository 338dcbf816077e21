"""Cancelling wins over whatever the engine does meanwhile."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.imaging.blob_folder import BlobFolder
from tests.desktop.generation.studio import started, text_request
from tests.support.fake_engine import FakeEngine


async def test_a_waiting_job_is_cancelled_at_once(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=1)
    async with started(tmp_path, engine=engine) as studio:
        await studio.queue.add(text_request("first"))
        second = await studio.queue.add(text_request("second"))
        await studio.queue.cancel(second.id)
        assert studio.state(second.id) == "cancelled"
        engine.release.set()
        await studio.until_idle()
        assert [request.prompt for request in engine.requests] == ["first"]


async def test_a_running_job_stops_and_the_next_one_runs(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=2)
    async with started(tmp_path, engine=engine) as studio:
        first = await studio.queue.add(text_request("first"))
        second = await studio.queue.add(text_request("second", steps=1))
        await studio.until(lambda: studio.queue.progress is not None and studio.queue.progress.step == 1)
        await studio.queue.cancel(first.id)
        assert studio.state(first.id) == "cancelled"
        await studio.until_idle()
        assert studio.state(second.id) == "completed"
        assert {candidate.job_id for candidate in studio.staged} == {second.id}


async def test_a_cancelled_job_may_be_retried_while_its_stream_still_ends(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=2)
    async with started(tmp_path, engine=engine) as studio:
        job = await studio.queue.add(text_request())
        await studio.until(lambda: studio.queue.progress is not None and studio.queue.progress.step == 1)
        await studio.queue.cancel(job.id)
        await studio.queue.retry(job.id)
        engine.release.set()
        await studio.until_idle()
        assert studio.state(job.id) == "completed"
        assert len(studio.staged) == 1


@given(turns=st.integers(0, 60), pictures=st.integers(1, 3))
def test_after_a_cancel_returns_nothing_more_is_kept(
    tmp_path_factory: pytest.TempPathFactory, turns: int, pictures: int
) -> None:
    """The cancel comes after any number of turns of the loop, so at any point of the job's life."""
    root = tmp_path_factory.mktemp("studio")

    async def story() -> None:
        async with started(root) as studio:
            job = await studio.queue.add(text_request(count=pictures))
            for _ in range(turns):
                await asyncio.sleep(0)
            await studio.queue.cancel(job.id)
            kept_then = list(studio.staged)
            state_then = studio.state(job.id)
            await studio.until_idle()
            after = await studio.queue.add(text_request("after", seed=100))
            await studio.until_idle()
            assert studio.state(job.id) == state_then
            assert state_then in {"cancelled", "completed"}
            assert [candidate for candidate in studio.staged if candidate.job_id == job.id] == kept_then
            assert studio.state(after.id) == "completed"
            assert len(await studio.library.page()) == len(studio.staged)

    asyncio.run(story())
