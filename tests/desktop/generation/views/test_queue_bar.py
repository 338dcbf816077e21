"""The strip at the bottom and the list of jobs over it."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from desktop.generation.views.queue_bar import QueueBar
from shared.contracts.errors import OutOfMemoryError
from shared.imaging.blob_folder import BlobFolder
from tests.conftest import QtRun
from tests.desktop.generation.room import opened
from tests.desktop.generation.studio import text_request
from tests.support.fake_engine import FakeEngine

"""The offscreen platform says so whenever a window shows."""

OUT_OF_MEMORY = OutOfMemoryError(
    "There is not enough memory for {size}.",
    advice="Choose a smaller size.",
    size="512 × 512",
    detail="where",
).report


def test_the_strip_says_what_runs_how_far_it_is_and_what_waits(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=3)
        async with opened(tmp_path, engine=engine) as room:
            bar = QueueBar(overview=room.overview)
            bar.show()
            assert bar.summary.text() == "queue: empty"
            assert bar.progress.isHidden()
            for _ in range(3):
                await room.studio.queue.add(text_request(steps=4))
            await room.studio.until(
                lambda: room.overview.progress is not None and room.overview.progress.step == 2
            )
            assert bar.summary.text() == "queue: 1 running, 2 waiting"
            assert bar.step.text() == "step 2 of 4"
            assert (bar.progress.value(), bar.progress.maximum()) == (2, 4)
            assert bar.time_left.text() == "0:00 left"
            bar.pause.click()
            await room.studio.until(lambda: room.overview.is_paused)
            assert bar.summary.text() == "queue: 1 running, 2 waiting (paused)"
            bar.cancel.click()
            await room.studio.until(lambda: room.overview.running is None)
            assert bar.progress.isHidden()
            assert bar.summary.text() == "queue: 0 running, 2 waiting (paused)"
            bar.close()

    qt_run(story())


def test_the_list_tells_why_a_job_failed_and_tries_it_again(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        engine = FakeEngine(BlobFolder(tmp_path / "blobs"), fail_with=OUT_OF_MEMORY)
        async with opened(tmp_path, engine=engine) as room:
            bar = QueueBar(overview=room.overview)
            bar.show()
            await room.studio.queue.add(text_request("too large"))
            await room.studio.until_idle()
            bar.jobs.refresh()
            (row,) = bar.jobs.rows
            assert row.accessibleName() == "too large, local, failed"
            assert row.error.text() == "There is not enough memory for 512 × 512. Choose a smaller size."
            buttons = {button.accessibleName(): button for button in row.findChildren(QToolButton)}
            buttons["Copy details"].click()
            assert QGuiApplication.clipboard().text().endswith("where")
            buttons["Try this job again"].click()
            await room.studio.until(lambda: room.studio.queue.jobs[0].state == "completed")
            bar.jobs.clear.click()
            await room.studio.until(lambda: room.studio.queue.jobs == ())
            bar.jobs.refresh()
            assert not bar.jobs.empty.isHidden()
            bar.close()

    qt_run(story())


def test_each_job_can_be_cancelled_and_removed_in_the_list(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            bar = QueueBar(overview=room.overview)
            await room.studio.queue.pause()
            await room.studio.queue.add(text_request("first"))
            await room.studio.queue.add(text_request("second"))
            bar.show()
            bar.summary.click()
            assert bar.jobs.isVisible()
            assert [row.accessibleName() for row in bar.jobs.rows] == [
                "first, local, waiting",
                "second, local, waiting",
            ]
            bar.jobs.rows[1].findChildren(QToolButton)[0].click()
            await room.studio.until(lambda: room.studio.queue.jobs[1].state == "cancelled")
            removing = bar.jobs.rows[1].findChildren(QToolButton)[-1]
            assert removing.accessibleName() == "Take this job out of the list"
            removing.click()
            await room.studio.until(lambda: len(room.studio.queue.jobs) == 1)
            bar.jobs.close()
            bar.close()

    qt_run(story())
