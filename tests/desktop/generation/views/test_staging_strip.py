"""Results side by side: walked, shown, taken, dropped, made again."""

import asyncio
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from desktop.generation.jobs import Candidate
from desktop.generation.views.staging_strip import StagingStrip
from shared.contracts.generation import Placement
from tests.conftest import QtRun
from tests.desktop.generation.room import NEW_SEED, opened

"""The offscreen platform says so whenever a window shows."""


def test_results_are_walked_taken_dropped_and_made_again(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            strip = StagingStrip(staging=room.staging, tasks=room.tasks)
            strip.resize(900, 100)
            assert strip.isHidden()
            shown: list[tuple[Any, ...]] = []
            taken: list[Candidate] = []
            strip.candidate_shown.connect(lambda *what: shown.append(what))
            room.staging.taken.connect(taken.append)
            room.editor.change(prompt="a boat", steps=1, count=3)
            await room.editor.submit()
            await room.studio.until_idle()
            assert strip.isVisible()
            first, second, third = room.staging.candidates
            assert shown[0] == (
                room.studio.blobs.path(first.blob),
                Placement(x=-16, y=-32),
                QSize(128, 128),
            )
            QTest.keyClick(strip, Qt.Key.Key_Right)
            assert room.staging.current == second
            QTest.keyClick(strip, Qt.Key.Key_Return)
            await room.until_staged(lambda: room.staging.candidates == (first, third))
            assert taken == [second]
            assert room.staging.current == third
            QTest.keyClick(strip, Qt.Key.Key_Delete)
            await room.until_staged(lambda: room.staging.candidates == (first,))
            strip.again.click()
            await room.studio.until(lambda: len(room.studio.queue.jobs) == 2)
            await room.studio.until_idle()
            assert room.studio.engine.requests[-1].seed == NEW_SEED
            strip.drop_all.click()
            hidden: list[bool] = []
            strip.candidate_hidden.connect(lambda: hidden.append(True))
            await room.until_staged(lambda: room.staging.candidates == ())
            assert hidden
            assert strip.isHidden()
            strip.deleteLater()

    qt_run(story())


def test_thumbnails_show_the_pictures_and_have_names(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            strip = StagingStrip(staging=room.staging, tasks=room.tasks)
            room.editor.change(prompt="a boat", steps=1, count=2)
            await room.editor.submit()
            await room.studio.until_idle()
            await asyncio.gather(*room.tasks._tasks)
            thumbnails = [
                button
                for button in strip.findChildren(QToolButton)
                if button.isCheckable() and button is not strip.compare.button
            ]
            assert [button.accessibleName() for button in thumbnails] == ["Result 1 of 2", "Result 2 of 2"]
            assert all(not button.icon().isNull() for button in thumbnails)
            thumbnails[1].click()
            assert room.staging.current == room.staging.candidates[1]
            strip.deleteLater()

    qt_run(story())
