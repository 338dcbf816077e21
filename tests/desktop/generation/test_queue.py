"""What the queue promises: in order, one at a time, and every picture kept before it is shown."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from shared.contracts.errors import ErrorReport, OutOfMemoryError, StorageError
from shared.contracts.generation import Extension, Outpaint, Placement
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from tests.desktop.generation.studio import Studio, started, text_request
from tests.support.fake_engine import FakeEngine

OUT_OF_MEMORY = OutOfMemoryError("There is not enough memory.", advice="Choose a smaller size.").report


async def test_jobs_run_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        for prompt in ("first", "second", "third"):
            await studio.queue.add(text_request(prompt))
        await studio.until_idle()
        assert [request.prompt for request in studio.engine.requests] == ["first", "second", "third"]
        assert [job.state for job in studio.queue.jobs] == ["completed"] * 3


async def test_every_picture_is_in_the_library_before_it_is_staged(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        in_library_when_staged: list[bool] = []
        studio.queue.candidate_staged.subscribe(
            lambda _candidate: in_library_when_staged.append(
                len(list(studio.folders.pictures.rglob("*.png"))) == len(studio.staged)
            )
        )
        job = await studio.queue.add(text_request(count=3))
        await studio.until_idle()
        assert in_library_when_staged == [True] * 3
        kept = await studio.library.page()
        assert {picture.id for picture in kept} == {candidate.picture_id for candidate in studio.staged}
        assert {picture.job_id for picture in kept} == {job.id}
        assert sorted(picture.seed or 0 for picture in kept) == [7, 8, 9]
        assert [candidate.index for candidate in studio.staged] == [0, 1, 2]


async def test_an_extended_picture_is_kept_whole_and_staged_as_the_layer_that_extends_it(
    tmp_path: Path,
) -> None:
    async with started(tmp_path) as studio:
        inpaint = studio.inpaint_request()
        request = Outpaint(
            model=inpaint.model, seed=1, image=inpaint.image, extension=Extension(left=16, bottom=8)
        )
        await studio.queue.add(request, document_id="d", placement=Placement(x=5))
        await studio.until_idle()
        (candidate,) = studio.staged
        assert candidate.placement == Placement(x=5 - 16)
        (kept,) = await studio.library.page()
        pixels = read_picture(kept.file)
        assert pixels.shape == (64 + 8, 96 + 16, 3)
        assert (pixels[:64, 16:] == 90).all()
        assert kept.kind == "outpaint"


async def test_an_inpainting_is_kept_as_the_whole_picture_and_staged_as_a_layer(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        await studio.queue.add(studio.inpaint_request(), document_id="d")
        await studio.until_idle()
        (candidate,) = studio.staged
        assert (candidate.width, candidate.height) == (48, 32)
        assert candidate.placement == Placement(x=32, y=16)
        assert candidate.document_id == "d"
        (kept,) = await studio.library.page()
        pixels = read_picture(kept.file)
        assert pixels.shape == (64, 96, 3)
        outside = np.ones((64, 96), dtype=bool)
        outside[16:48, 32:80] = False
        assert (pixels[outside] == 90).all()
        assert (pixels[~outside] != 90).any()


async def test_where_a_job_lies_on_the_document_moves_its_previews_and_results(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        seen: list[Placement] = []
        studio.queue.progress_changed.subscribe(
            lambda progress: (
                seen.append(progress.preview_placement) if progress and progress.preview else None
            )
        )
        await studio.queue.add(text_request(), placement=Placement(x=20, y=-8))
        await studio.until_idle()
        assert set(seen) == {Placement(x=20, y=-8)}
        assert studio.staged[0].placement == Placement(x=20, y=-8)


async def test_progress_tells_steps_and_the_time_left(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        told: list[tuple[int, int, float | None]] = []

        def note(progress: object) -> None:
            if studio.queue.progress and studio.queue.progress.steps:
                told.append(
                    (
                        studio.queue.progress.step,
                        studio.queue.progress.steps,
                        studio.queue.progress.seconds_left,
                    )
                )
            studio.clock.pass_seconds(2)

        studio.queue.progress_changed.subscribe(note)
        await studio.queue.add(text_request(steps=4))
        await studio.until_idle()
        assert told == [(1, 4, None), (2, 4, 4.0), (3, 4, 2.0), (4, 4, 0.0)]
        assert studio.queue.progress is None


async def test_a_failed_job_says_why_and_the_next_one_runs(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), fail_with=OUT_OF_MEMORY)
    async with started(tmp_path, engine=engine) as studio:
        broken = await studio.queue.add(text_request("too large"))
        fine = await studio.queue.add(text_request("small"))
        await studio.until_idle()
        assert studio.state(broken.id) == "failed"
        assert next(job.error for job in studio.queue.jobs if job.id == broken.id) == OUT_OF_MEMORY
        assert studio.state(fine.id) == "completed"

        await studio.queue.retry(broken.id)
        await studio.until_idle()
        assert studio.state(broken.id) == "completed"
        retried = next(job for job in studio.queue.jobs if job.id == broken.id)
        assert retried.attempt == 2
        assert retried.error is None


async def test_pausing_lets_the_job_in_hand_finish_and_starts_no_other(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=2)
    async with started(tmp_path, engine=engine) as studio:
        first = await studio.queue.add(text_request("first"))
        second = await studio.queue.add(text_request("second"))
        await studio.until(lambda: studio.queue.progress is not None and studio.queue.progress.step == 1)
        await studio.queue.pause()
        engine.release.set()
        await studio.until(lambda: studio.state(first.id) == "completed")
        assert studio.state(second.id) == "waiting"
    async with started(tmp_path, start_number=1) as studio:
        assert studio.queue.is_paused
        assert studio.state(second.id) == "waiting"
        await studio.queue.resume()
        await studio.until_idle()
        assert studio.state(second.id) == "completed"


async def test_a_full_disk_is_the_jobs_error_and_ends_nothing(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        pictures = studio.folders.pictures
        pictures.rmdir()
        pictures.write_text("in the way")
        job = await studio.queue.add(text_request())
        await studio.until_idle()
        assert studio.state(job.id) == "failed"
        error = studio.queue.jobs[0].error
        assert error is not None
        assert error.code == StorageError.code
        assert "could not be written" in error.text
        assert studio.staged == []

        pictures.unlink()
        await studio.queue.retry(job.id)
        await studio.until_idle()
        assert studio.state(job.id) == "completed"
        assert len(await studio.library.page()) == len(studio.staged) == 1


class BreakingEngine(FakeEngine):
    """Raises, which no engine may."""

    def run(self, job_id: str, request: object) -> object:  # type: ignore[override]  # the fault under test
        raise RuntimeError("boom")


async def test_an_engine_that_breaks_its_promise_costs_the_job_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path, engine=BreakingEngine(BlobFolder(tmp_path / "blobs"))) as studio:  # type: ignore[arg-type]  # as above
        job = await studio.queue.add(text_request())
        await studio.until_idle()
        assert studio.state(job.id) == "failed"
        error = studio.queue.jobs[0].error
        assert error is not None
        assert "boom" in error.text
        assert "Traceback" in error.detail


async def test_removing_and_clearing_keep_candidates_and_what_is_still_to_do(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        done = await studio.queue.add(text_request())
        await studio.until_idle()
        await studio.queue.pause()
        waiting = await studio.queue.add(text_request("later"))
        removed = await studio.queue.add(text_request("never"))
        await studio.queue.remove(removed.id)
        await studio.queue.clear_finished()
        assert [job.id for job in studio.queue.jobs] == [waiting.id]
        assert [candidate.job_id for candidate in await studio.store.candidates()] == [done.id]


async def test_the_sweep_spares_what_jobs_and_candidates_need(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        await studio.queue.add(studio.inpaint_request())
        await studio.until_idle()
        (candidate,) = studio.staged
        request = candidate.recipe.request
        assert request.kind == "inpaint"
        await studio.queue.clear_finished()
        assert await studio.queue.blobs_in_use() >= {request.image, request.mask, candidate.blob}
        await studio.store.settle(candidate, "dropped")
        await studio.queue.clear_finished()
        assert await studio.queue.blobs_in_use() == frozenset()


async def test_a_broken_store_is_told_and_the_loop_lives(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.folders.queue_database.mkdir()
    told: list[ErrorReport] = []
    studio.queue.store_failed.subscribe(told.append)
    working = asyncio.ensure_future(studio.queue.run())
    await studio.until(lambda: bool(told))
    assert not working.done()
    assert "could not be used" in told[0].text
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    studio.close()
