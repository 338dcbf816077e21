"""The list of models as a view shows it: filtered, one of them chosen, and what can be done with it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.models.entries import Entry, Filter, Section, counts, entries_of, found_in, matching
from desktop.models.hashing import HashProgress, HashTaking
from desktop.models.row_list import Previews, RowList
from desktop.models.service import ModelLibrary
from desktop.models.trash import move_to_trash
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError
from shared.contracts.models import ModelDescription, ModelFamily
from shared.engine.model_notes import ModelNotes


class ModelList(QObject):
    entries_changed = Signal()
    current_changed = Signal(object)
    """An Entry, or None."""
    looking_changed = Signal(bool)
    headers_read = Signal(int, int)
    hashing_changed = Signal(object)
    """A HashProgress."""
    folders_changed = Signal(object)
    """The folders that the artist named, to be kept in the settings."""
    own_folder_ready = Signal(Path)
    failed = Signal(object)
    model_chosen = Signal(str)
    """The id of a model to paint with."""
    words_chosen = Signal(str)
    """To be put into the prompt."""

    def __init__(
        self,
        *,
        library: ModelLibrary,
        tasks: TaskOwner,
        hashing: HashTaking | None = None,
        to_trash: Callable[[Path], bool] = move_to_trash,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self._hashing = hashing
        self._to_trash = to_trash
        self._hash_task: asyncio.Task[None] | None = None
        self._gathered = 0
        self.hashing_paused = False
        self.is_looking = False
        self.entries: tuple[Entry, ...] = ()
        self.counts: Counter[Section] = Counter()
        self.found_in: dict[Path, int] = {}
        """How many models lie in each folder that is looked into."""
        self.filter = Filter()
        self.current: Entry | None = None
        self.rows = RowList(self)
        self.previews = Previews(self)
        self._unsubscribe = [
            library.changed.subscribe(lambda _: self._gather()),
            library.headers_read.subscribe(lambda read: self.headers_read.emit(*read)),
        ]
        if hashing is not None:
            self._unsubscribe.append(hashing.progress.subscribe(self._hashing_went_on))
        if library.files or library.problems:
            self._gather()

    @property
    def models(self) -> tuple[ModelDescription, ...]:
        return self._library.models

    @property
    def own_folder(self) -> Path:
        return self._library.own_folder

    @property
    def added_folders(self) -> tuple[Path, ...]:
        return self._library.added_folders

    @property
    def hub_cache(self) -> Path | None:
        return self._library.hub_cache

    def show(self, **values: Any) -> None:
        """`section`, `family`, `words` and `order` of the filter."""
        self.filter = replace(self.filter, **values)
        self._refresh()
        if self.current is not None and self.rows.row_of(self.current.path) is None:
            self.choose(None)

    def choose(self, path: Path | None) -> None:
        chosen = next((entry for entry in self.entries if entry.path == path), None)
        if chosen != self.current:
            self.current = chosen
            self.current_changed.emit(chosen)

    def paint_with(self, entry: Entry) -> None:
        if entry.file is not None:
            self.model_chosen.emit(entry.file.id)

    def insert_words(self, text: str) -> None:
        self.words_chosen.emit(text)

    def set_family(self, entry: Entry, family: ModelFamily | None) -> None:
        """For a LoRA or the like that does not say it itself."""
        self._tasks.start(self._look(self._library.choose(entry.path, ModelNotes(family=family))))

    def set_prediction(self, entry: Entry, prediction: str) -> None:
        """Of a Stable Diffusion 2 that does not say how it was trained."""
        choice = ModelNotes.model_validate({"prediction_type": prediction or None})
        self._tasks.start(self._look(self._library.choose(entry.path, choice)))

    def may_be_trashed(self, entry: Entry) -> bool:
        """What came with Pentimento stays, and what lies in the Hub's cache is that program's to remove."""
        library = self._library
        kept = [folder for folder in (library.starter, library.hub_cache) if folder is not None]
        inside = any(entry.path == folder or folder in entry.path.parents for folder in kept)
        return entry.state != "missing" and not inside and not entry.path.is_symlink()

    def trash(self, entry: Entry) -> None:
        if entry.file is not None:
            self._tasks.start(self._look(self._library.trash(entry.file, self._to_trash)))
        else:
            self._tasks.start(self._trash_unknown(entry.path))

    def forget(self, *entries: Entry) -> None:
        self._tasks.start(self._look(self._library.forget([entry.path for entry in entries])))

    def forget_missing(self) -> None:
        self.forget(*(entry for entry in self.entries if entry.state == "missing"))

    def look_again(self) -> None:
        self.previews.forget()
        self._tasks.start(self._look(self._library.scan()))

    def add_folder(self, folder: Path) -> None:
        self._tasks.start(self._change_folders(self._library.add_folder(folder)))

    def remove_folder(self, folder: Path) -> None:
        self._tasks.start(self._change_folders(self._library.remove_folder(folder)))

    def prepare_own_folder(self) -> None:
        """Makes it where it is missing, then tells `own_folder_ready`."""
        self._tasks.start(self._prepare())

    def pause_hashing(self) -> None:
        self.hashing_paused = True
        if self._hash_task is not None:
            self._hash_task.cancel()

    def resume_hashing(self) -> None:
        """Takes the hashes that are not known yet."""
        self.hashing_paused = False
        if self._hashing is not None and (self._hash_task is None or self._hash_task.done()):
            self._hash_task = self._tasks.start(self._take_hashes(self._hashing), name="hashes of models")

    async def close(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        await self.previews.close()

    async def _take_hashes(self, hashing: HashTaking) -> None:
        """Then what moved is recognised and duplicates are known."""
        await hashing.run()
        await self._library.scan()
        await self._library.take_moved()

    def _hashing_went_on(self, progress: HashProgress) -> None:
        self.hashing_changed.emit(progress)

    def _gather(self) -> None:
        self._gathered += 1
        self._tasks.start(self._gather_entries(self._gathered))

    async def _gather_entries(self, number: int) -> None:
        """Thousands of lines take longer than a frame."""
        library = self._library
        entries, counted, in_folders = await asyncio.to_thread(_gather, library)
        if number != self._gathered:
            return
        self.entries, self.counts = entries, counted
        self.found_in = in_folders
        self._refresh()
        if self.current is not None:
            self.choose(self.current.path)
        self.entries_changed.emit()

    def _refresh(self) -> None:
        if (
            self.filter.section in {"problems", "duplicates", "missing"}
            and not self.counts[self.filter.section]
        ):
            self.filter = replace(self.filter, section="all")
        self.rows.show(matching(self.entries, self.filter))

    async def _trash_unknown(self, path: Path) -> None:
        await asyncio.to_thread(self._to_trash, path)
        await self._look(self._library.scan())

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
        if not self.hashing_paused:
            self.resume_hashing()

    async def _prepare(self) -> None:
        try:
            self.own_folder_ready.emit(await self._library.prepare_own_folder())
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _set_looking(self, *, is_looking: bool) -> None:
        self.is_looking = is_looking
        self.looking_changed.emit(is_looking)


def _gather(library: ModelLibrary) -> tuple[tuple[Entry, ...], Counter[Section], dict[Path, int]]:
    entries = entries_of(
        files=library.files, problems=library.problems, missing=library.missing, hashes=library.hashes
    )
    return entries, counts(entries), found_in(entries, library.folders)
