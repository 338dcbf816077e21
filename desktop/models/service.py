"""Which models the artist has, looked for anew on a worker thread whenever that is asked for."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from desktop.library.notices import Notice
from shared.contracts.errors import NotFoundError, StorageError
from shared.contracts.generation import ModelReference
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.catalogue import Catalogue, Problem, Survey
from shared.engine.model_index import KnownHash, ModelIndex
from shared.engine.model_notes import ModelNotes


class ModelLibrary:
    """`own_folder` is where artists put models; `starter` comes with Pentimento; `added_folders` they named.

    `hub_cache` is where programs that use Hugging Face's library keep theirs. With an `index` nothing that is known
    is read again, and the artist's choices are kept.
    """

    def __init__(
        self,
        *,
        own_folder: Path,
        starter: Path,
        added_folders: Sequence[Path] = (),
        hub_cache: Path | None = None,
        index: ModelIndex | None = None,
    ) -> None:
        self.own_folder = own_folder
        self.starter = starter
        self.hub_cache = hub_cache
        self.added_folders: tuple[Path, ...] = tuple(added_folders)
        self.models: tuple[ModelDescription, ...] = ()
        self.files: tuple[ModelFile, ...] = ()
        """Of every kind; a checkpoint's description is among `models`."""
        self.problems: tuple[Problem, ...] = ()
        self.missing: tuple[ModelFile, ...] = ()
        """What was here before and lies nowhere that was looked into."""
        self.hashes: dict[Path, KnownHash] = {}
        self.changed: Notice[tuple[ModelDescription, ...]] = Notice()
        self.headers_read: Notice[tuple[int, int]] = Notice()
        """How many of how many while a scan reads them; told on the loop's thread."""
        self._index = index
        self._scans = 0

    @property
    def folders(self) -> tuple[Path, ...]:
        """The starter model comes last, so that the artist's own are chosen first."""
        cache = (self.hub_cache,) if self.hub_cache else ()
        return (self.own_folder, *self.added_folders, *cache, self.starter)

    def find(self, model_id: str) -> ModelDescription | None:
        return next((model for model in self.models if model.id == model_id), None)

    def find_like(self, reference: ModelReference) -> ModelDescription | None:
        """By its id, else by its content wherever that lies now, else by its name."""
        if same := self.find(reference.id):
            return same
        for model in self.models:
            known = self.hashes.get(model.path)
            if reference.sha256 and known is not None and known.sha256 == reference.sha256:
                return model
        return next((model for model in self.models if reference.name and model.name == reference.name), None)

    async def scan(self) -> None:
        self._scans += 1
        scan, loop = self._scans, asyncio.get_running_loop()

        def tell(done: int, of: int) -> None:
            if scan != self._scans:
                raise InterruptedError
            if done % 50 == 0:
                loop.call_soon_threadsafe(self.headers_read.tell, (done, of))

        try:
            survey, hashes = await asyncio.to_thread(self._survey, tell)
        except InterruptedError:
            return  # a later scan knows better
        if scan != self._scans:
            return
        self.models = tuple(survey.models)
        self.files = tuple(survey.files)
        self.problems = tuple(survey.problems)
        self.missing = tuple(survey.missing)
        self.hashes = hashes
        self.changed.tell(self.models)

    async def add_folder(self, folder: Path) -> None:
        if folder not in self.folders:
            self.added_folders += (folder,)
        await self.scan()

    async def remove_folder(self, folder: Path) -> None:
        """Only forgets it: nothing on disk is touched."""
        self.added_folders = tuple(added for added in self.added_folders if added != folder)
        await self.scan()

    async def choose(self, path: Path, choice: ModelNotes) -> None:
        """What the artist says of a model where its file doesn't."""
        if self._index is not None:
            await asyncio.to_thread(self._index.choose, path, choice)
        await self.scan()

    async def forget(self, paths: Iterable[Path]) -> None:
        """Of models that are gone for good."""
        if self._index is not None:
            await asyncio.to_thread(self._index.forget, list(paths))
        await self.scan()

    async def take_moved(self) -> int:
        """What is missing here and lies there with the same content was moved: its choices go along. How many."""
        moved = _moved(self.missing, self.files, self.hashes)
        if moved and self._index is not None:
            for old, new in moved.items():
                await asyncio.to_thread(self._index.move, old, new)
            await self.scan()
        return len(moved)

    async def trash(self, file: ModelFile, to_trash: Callable[[Path], bool]) -> None:
        """With what lies beside it. Raises StorageError or NotFoundError."""
        if not file.path.exists():
            raise NotFoundError("The file {file} is not there any more.", file=file.path)
        if not await asyncio.to_thread(to_trash, file.path):
            raise StorageError(
                "The file {file} could not be moved to the trash.",
                advice="It may be open in another program, or its drive has no trash. Remove it in its folder.",
                file=file.path,
            )
        await self.forget([file.path])

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

    def _survey(self, tell: Callable[[int, int], None]) -> tuple[Survey, dict[Path, KnownHash]]:
        survey = Catalogue(self.folders, index=self._index).survey(progress=tell)
        absent = [_absent(folder) for folder in self.added_folders if not folder.exists()]
        survey.problems.extend(absent)
        return survey, self._index.hashes() if self._index is not None else {}


def _moved(
    missing: Iterable[ModelFile], files: Iterable[ModelFile], hashes: dict[Path, KnownHash]
) -> dict[Path, Path]:
    """From where each was to where it lies now."""
    here = {known.sha256: file.path for file in files if (known := hashes.get(file.path))}
    return {
        file.path: here[known.sha256]
        for file in missing
        if (known := hashes.get(file.path)) and known.sha256 in here
    }


def _absent(folder: Path) -> Problem:
    error = StorageError(
        "The folder {folder} is not there now.",
        advice="Connect its drive and look again, or take it off the list.",
        folder=folder,
    )
    return Problem(folder, error.report)
