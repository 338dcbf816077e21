"""A kill at any moment: no job is lost, and no picture is made twice."""

import asyncio
import os
import sys
from pathlib import Path

from shared.imaging.blob_folder import BlobFolder
from tests.desktop.generation.studio import Studio, started, text_request
from tests.support.fake_engine import FakeEngine


async def test_a_restart_in_the_middle_finishes_the_job_without_a_second_copy(tmp_path: Path) -> None:
    engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=5)
    async with started(tmp_path, engine=engine) as studio:
        job = await studio.queue.add(text_request(count=3))
        later = await studio.queue.add(text_request("later", seed=50))
        await studio.until(lambda: studio.queue.progress is not None and studio.queue.progress.step == 4)
        assert len(studio.staged) == 1
    async with started(tmp_path, start_number=1) as studio:
        await studio.until_idle()
        assert [job.state for job in studio.queue.jobs] == ["completed", "completed"]
        assert [job.attempt for job in studio.queue.jobs] == [2, 1]
        kept = await studio.library.page()
        assert sorted(picture.seed or 0 for picture in kept) == [7, 8, 9, 50]
        staged = [(candidate.job_id, candidate.index) for candidate in await studio.store.candidates()]
        assert staged == [(job.id, 0), (job.id, 1), (job.id, 2), (later.id, 0)]


async def test_a_picture_on_its_way_into_the_library_arrives_at_the_next_start(tmp_path: Path) -> None:
    async with started(tmp_path) as studio:
        await studio.queue.add(text_request())
        await studio.until_idle()
        (candidate,) = studio.staged
        # As a kill between intent and outcome leaves it.
        await studio.store.forget(candidate)
        await studio.store.intend(candidate, candidate.blob)
        assert await studio.store.candidates() == ()
    async with started(tmp_path, start_number=1) as studio:
        (staged,) = await studio.store.candidates()
        assert staged.picture_id
        (kept,) = await studio.library.page()
        assert kept.id == staged.picture_id


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.desktop.generation.studio import started, text_request

async def main() -> None:
    async with started(Path(sys.argv[1])) as studio:
        for number in range(4):
            await studio.queue.add(text_request(f"job {number}", seed=number * 10, count=3))
        studio.queue.candidate_staged.subscribe(lambda candidate: print("kept", flush=True))
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_kill_9_loses_no_job_and_doubles_no_picture(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    for kept_before_the_kill in (1, 4):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            KILLED,
            str(tmp_path / str(kept_before_the_kill)),
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        assert process.stdout is not None
        for _ in range(kept_before_the_kill):
            assert await process.stdout.readline() == b"kept\n"
        process.kill()
        await process.wait()
        async with started(tmp_path / str(kept_before_the_kill), start_number=1) as studio:
            await _check_complete(studio)


async def _check_complete(studio: Studio) -> None:
    await studio.until_idle()
    assert [job.state for job in studio.queue.jobs] == ["completed"] * 4
    kept = await studio.library.page()
    assert sorted(picture.seed or 0 for picture in kept) == [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]
    candidates = await studio.store.candidates()
    assert len({(candidate.job_id, candidate.index) for candidate in candidates}) == len(candidates) == 12
    assert {candidate.picture_id for candidate in candidates} == {picture.id for picture in kept}
