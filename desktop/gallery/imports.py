"""Bringing pictures in: files, folders, what is on the clipboard; with a pause, and never the same picture twice."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.gallery.importing import files_to_import
from desktop.library.service import Library
from desktop.library.watching import FolderWatch
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError


class Imports(QObject):
    """One at a time; what is asked for during one is done after it."""

    progressed = Signal(int, int)
    """How many of how many are done."""
    finished = Signal(int, int)
    """How many came in, and how many of all were there already."""
    failed = Signal(object)
    """An ErrorReport, of one file; the others go on."""
    watched_changed = Signal()

    def __init__(self, *, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = TaskOwner(on_error=self.failed.emit)
        self._runs: list[asyncio.Task[None]] = []
        self._watching = TaskOwner(on_error=self.failed.emit)
        self.watched: Path | None = None
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()

    @property
    def busy(self) -> bool:
        return self._tasks.busy

    @property
    def paused(self) -> bool:
        return not self._may_go_on.is_set()

    def start(self, paths: Sequence[Path], *, linked: bool = False) -> None:
        """`linked` leaves the originals where they are."""
        self._begin(lambda: files_to_import(paths), linked=linked)

    def watch(self, folder: Path | None) -> None:
        """Whatever comes into this folder comes in here as well, from now on and at every start; None for none."""
        self._watching.cancel_all()
        if folder is not None:
            watch = FolderWatch(
                library=self._library,
                folder=folder,
                linked=False,
                on_error=lambda error: self.failed.emit(error.report),
            )
            self._watching.start(watch.run())
        if folder != self.watched:
            self.watched = folder
            self.watched_changed.emit()

    def pause(self) -> None:
        self._may_go_on.clear()

    def resume(self) -> None:
        self._may_go_on.set()

    def cancel(self) -> None:
        """What is in already stays."""
        for task in self._runs:
            task.cancel()
        self._may_go_on.set()

    async def close(self) -> None:
        await self._watching.close()
        await self._tasks.close()

    def _begin(self, find: Callable[[], list[Path]], *, linked: bool) -> None:
        self._runs = [task for task in self._runs if not task.done()]
        self._runs.append(self._tasks.start(self._run(find, self._runs[-1:], linked=linked)))

    async def _run(
        self, find: Callable[[], list[Path]], before: list[asyncio.Task[None]], *, linked: bool
    ) -> None:
        if before:
            await asyncio.wait(before)
        files = await asyncio.to_thread(find)
        known = await self._library.count_all()
        imported = 0
        for number, file in enumerate(files):
            await self._may_go_on.wait()
            self.progressed.emit(number, len(files))
            try:
                await self._library.import_file(file, linked=linked)
            except PentimentoError as error:
                self.failed.emit(error.report)
            else:
                imported += 1
        fresh = await self._library.count_all() - known
        self.finished.emit(imported, max(0, imported - fresh))
