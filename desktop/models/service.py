"""Which models the artist can paint with, read anew on a worker thread whenever that is asked for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from desktop.library.notices import Notice
from shared.contracts.errors import ErrorReport, StorageError
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.catalogue import Catalogue


class ModelLibrary:
    """`own_folder` is where artists put models; `starter` comes with Pentimento; `added_folders` they named."""

    def __init__(self, *, own_folder: Path, starter: Path, added_folders: Sequence[Path] = ()) -> None:
        self.own_folder = own_folder
        self._starter = starter
        self.added_folders: tuple[Path, ...] = tuple(added_folders)
        self.models: tuple[ModelDescription, ...] = ()
        self.files: tuple[ModelFile, ...] = ()
        """Of every kind; a checkpoint's description is among `models`."""
        self.problems: tuple[ErrorReport, ...] = ()
        self.changed: Notice[tuple[ModelDescription, ...]] = Notice()
        self._scans = 0

    @property
    def folders(self) -> tuple[Path, ...]:
        """The starter model comes last, so that the artist's own are chosen first."""
        return (self.own_folder, *self.added_folders, self._starter)

    def find(self, model_id: str) -> ModelDescription | None:
        return next((model for model in self.models if model.id == model_id), None)

    async def scan(self) -> None:
        self._scans += 1
        scan = self._scans
        survey = await asyncio.to_thread(Catalogue(self.folders).survey)
        if scan != self._scans:
            return  # a later scan knows better
        self.models = tuple(survey.models)
        self.files = tuple(survey.files)
        self.problems = tuple(problem.report for problem in survey.problems)
        self.changed.tell(self.models)

    async def add_folder(self, folder: Path) -> None:
        if folder not in self.folders:
            self.added_folders += (folder,)
        await self.scan()

    async def remove_folder(self, folder: Path) -> None:
        """Only forgets it: nothing on disk is touched."""
        self.added_folders = tuple(added for added in self.added_folders if added != folder)
        await self.scan()

    async def prepare_own_folder(self) -> Path:
        """Raises StorageError where it cannot be made."""
        try:
            await asyncio.to_thread(self.own_folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                "The folder {folder} could not be made: {reason}.",
                advice="Check that its drive is there and may be written.",
                folder=self.own_folder,
                reason=error.strerror or error,
            ) from error
        return self.own_folder
