"""A gallery view on a real library, and a hand at its keys."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.gallery.viewmodel import GalleryViewModel
from desktop.gallery.views.gallery_view import GalleryView
from desktop.library.boards import Boards
from desktop.library.saved_searches import SavedSearches
from tests.desktop.library.shelf import Shelf

Run = Callable[..., Any]
Key = Qt.Key


async def until(condition: Callable[[], object]) -> None:
    """Lets the loop turn until it is so; `qt_run`'s own limit ends a wait in vain."""
    while not condition():
        await asyncio.sleep(0.005)


class Gallery:
    def __init__(self, shelf: Shelf, qt_run: Run) -> None:
        self.shelf = shelf
        self._qt_run = qt_run
        self.shown_files: list[Path] = []
        self.boards = Boards(database=shelf.database, new_id=shelf.new_id)
        self.model = GalleryViewModel(
            library=shelf.library,
            boards=self.boards,
            searches=SavedSearches(database=shelf.database, new_id=shelf.new_id),
            thumbnails=shelf.thumbnails,
        )
        self.view = GalleryView(self.model, show_file=self.shown_files.append)
        self.view.resize(1000, 700)
        self.view.show()

    def run(self, coroutine: Coroutine[Any, Any, Any], timeout: float = 30) -> Any:
        """And until nothing is under way, since no task may go on while the loop stands still."""

        async def settled() -> Any:
            result = await coroutine
            await until(lambda: not self.model.busy)
            return result

        return self._qt_run(settled(), timeout=timeout)

    @property
    def prompts(self) -> list[str]:
        return [picture.prompt for picture in self.model.pictures.pictures]

    @property
    def current(self) -> str:
        return self.model.current.prompt if self.model.current else ""

    def fill(self, count: int, **values: Any) -> None:
        """Named by their age, so that "picture 0" is the last."""
        self.run(
            self.shelf.fill(count, **values), timeout=120
        )  # each picture waits for the disk several times
        self.start()

    def start(self) -> None:
        async def started() -> None:
            self.model.start()
            await until(lambda: self.model.emptiness or self.model.pictures.rowCount())

        self.run(started())

    def choose(self, row: int) -> None:
        self.view.grid.setCurrentIndex(self.model.pictures.index(row))
        self.view.grid.setFocus()

    def press(self, key: Key, until_true: Callable[[], object] = lambda: True) -> None:
        async def pressed() -> None:
            QTest.keyClick(QApplication.focusWidget() or self.view.grid, key)
            await until(until_true)

        self.run(pressed())

    async def close(self) -> None:
        await self.view.close_view()
        await self.model.close()
        self.view.close()
        self.view.deleteLater()
