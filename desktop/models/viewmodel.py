"""The list of models as a view shows it."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.models.service import ModelLibrary
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import ErrorReport, PentimentoError
from shared.contracts.models import ModelDescription


class ModelList(QObject):
    models_changed = Signal(object)
    looking_changed = Signal(bool)
    folders_changed = Signal(object)
    """The folders that the artist named, to be kept in the settings."""
    own_folder_ready = Signal(Path)
    failed = Signal(object)

    def __init__(self, *, library: ModelLibrary, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self.is_looking = False
        self._unsubscribe = library.changed.subscribe(self.models_changed.emit)

    @property
    def models(self) -> tuple[ModelDescription, ...]:
        return self._library.models

    @property
    def problems(self) -> tuple[ErrorReport, ...]:
        return self._library.problems

    @property
    def own_folder(self) -> Path:
        return self._library.own_folder

    @property
    def added_folders(self) -> tuple[Path, ...]:
        return self._library.added_folders

    def look_again(self) -> None:
        self._tasks.start(self._look(self._library.scan()))

    def add_folder(self, folder: Path) -> None:
        self._tasks.start(self._change_folders(self._library.add_folder(folder)))

    def remove_folder(self, folder: Path) -> None:
        self._tasks.start(self._change_folders(self._library.remove_folder(folder)))

    def prepare_own_folder(self) -> None:
        """Makes it where it is missing, then tells `own_folder_ready`."""
        self._tasks.start(self._prepare())

    def close(self) -> None:
        self._unsubscribe()

    async def _change_folders(self, change: Coroutine[Any, Any, None]) -> None:
        await self._look(change)
        self.folders_changed.emit(self.added_folders)

    async def _look(self, search: Coroutine[Any, Any, None]) -> None:
        self._set_looking(is_looking=True)
        try:
            await search
        except PentimentoError as error:
            self.failed.emit(error.report)
        finally:
            self._set_looking(is_looking=False)

    async def _prepare(self) -> None:
        try:
            self.own_folder_ready.emit(await self._library.prepare_own_folder())
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _set_looking(self, *, is_looking: bool) -> None:
        self.is_looking = is_looking
        self.looking_changed.emit(is_looking)
