"""What the gallery shows, and what the artist can do there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from desktop.gallery.deeds import Deed, Deeds
from desktop.gallery.images import as_png, read_large
from desktop.gallery.imports import Imports
from desktop.gallery.picture_list import PictureList
from desktop.gallery.shelves import Shelves
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.generation.picture_tasks import PictureTask
from desktop.library.boards import Board, Boards
from desktop.library.naming import DEFAULT_PATTERN
from desktop.library.picture import Label, LibraryChange, LibraryPicture, Place
from desktop.library.query import Query
from desktop.library.saved_searches import SavedSearches
from desktop.library.service import Library
from desktop.library.store import Marks
from desktop.library.thumbnails import Thumbnails
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr

Emptiness = Literal["", "library", "search", "starred", "trash", "board"]
PLACES: tuple[Place, ...] = ("all", "starred", "trash")
RecipePart = Literal["all", "prompt", "seed", "remix"]
"""`remix` is everything but the seed."""


@dataclass(frozen=True)
class GalleryLine:
    """One line below the grid; `action` is what its button does."""

    text: str = ""
    action: Literal["", "undo", "import"] = ""
    paused: bool = False


class GalleryViewModel(QObject):
    recipe_used = Signal(object, str)
    """A Recipe, for the request editor, and which RecipePart of it."""
    opened_on_canvas = Signal(object)
    task_asked = Signal(object, str)
    """The picture, and what shall be made of it."""
    """A LibraryPicture."""
    compared = Signal(object)
    """Two to four LibraryPictures."""
    current_changed = Signal(object)
    """A LibraryPicture or None."""
    history_changed = Signal(object, object)
    """The current LibraryPicture, and the Relatives among which it stands."""
    filter_changed = Signal()
    loaded = Signal()
    """Emptiness and counts may have changed."""
    line_changed = Signal()
    failed = Signal(object)
    """An ErrorReport."""

    def __init__(
        self,
        *,
        library: Library,
        boards: Boards,
        searches: SavedSearches,
        thumbnails: Thumbnails,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = TaskOwner(on_error=self.failed.emit)
        self.pictures = PictureList(library=library, boards=boards, parent=self)
        self.thumbnails = ThumbnailCache(thumbnails=thumbnails, parent=self)
        self.shelves = Shelves(
            library=library, boards=boards, searches=searches, done=self._done, parent=self
        )
        self.imports = Imports(library=library, parent=self)
        self.counts: dict[Place, int] = dict.fromkeys(PLACES, 0)
        self.line = GalleryLine()
        self._current: LibraryPicture | None = None
        self._deeds = Deeds()
        self._ready = False
        self._counting = False
        self._count_again = False
        self.pictures.loaded.connect(self._loaded)
        for part in (self.pictures, self.shelves, self.imports):
            part.failed.connect(self.failed)
        self.imports.progressed.connect(self._tell_import)
        self.imports.finished.connect(self._tell_imported)
        self.thumbnails.thumbnail_ready.connect(self.pictures.repaint_picture)
        self._unsubscribe = library.changes.subscribe(self._follow)

    @property
    def query(self) -> Query:
        return self.pictures.query

    @property
    def place(self) -> Place:
        return self.query.place

    @property
    def search(self) -> str:
        return self.query.search

    @property
    def current(self) -> LibraryPicture | None:
        return self._current

    @property
    def can_undo(self) -> bool:
        return bool(self._deeds)

    @property
    def busy(self) -> bool:
        parts = (self._tasks, self.pictures, self.thumbnails, self.shelves, self.imports)
        return any(part.busy for part in parts)

    @property
    def emptiness(self) -> Emptiness:
        """Why there is nothing to see; empty where there is something, or nothing is known yet."""
        if not self._ready or self.pictures.rowCount() > 0:
            return ""
        if self.query == Query(board=self.query.board, sort=self.query.sort) and self.query.board:
            return "board"
        if self.query.is_filtered:
            return "search"
        return "library" if self.place == "all" else self.place

    def start(self) -> None:
        self.shelves.read()
        self.show_query(Query())

    def show_query(self, query: Query) -> None:
        self.pictures.show(query)
        self._count()
        self.filter_changed.emit()

    def show_place(self, place: Place) -> None:
        """And no board; the search and the filters stay."""
        self._change_query(place=place, board="")

    def show_board(self, board_id: str) -> None:
        self._change_query(place="all", board=board_id)

    @property
    def board(self) -> Board | None:
        """The one that is shown."""
        return self.shelves.board(self.query.board)

    def set_search(self, search: str) -> None:
        self._change_query(search=search.strip())

    def set_filter(self, **values: Any) -> None:
        """Fields of a Query."""
        self._change_query(**values)

    def clear_filters(self) -> None:
        self.show_query(Query(place=self.place, board=self.query.board, sort=self.query.sort))

    def set_current(self, picture: LibraryPicture | None) -> None:
        if picture != self._current:
            moved = picture is None or self._current is None or picture.id != self._current.id
            self._current = picture
            self.current_changed.emit(picture)
            if moved and picture is not None:
                self._tasks.start(self._read_history(picture))

    def toggle_star(self, pictures: Sequence[LibraryPicture]) -> None:
        """All starred, or none where all are."""
        starred = not all(picture.starred for picture in pictures)
        text = tr("Starred {count}") if starred else tr("Took off {count} stars")
        self._mark(text, self._library.star(_ids(pictures), starred=starred))

    def rate(self, pictures: Sequence[LibraryPicture], rating: int) -> None:
        self._mark(tr("Rated {count}"), self._library.rate(_ids(pictures), rating))

    def set_label(self, pictures: Sequence[LibraryPicture], label: Label) -> None:
        """None of it where all have it already."""
        if all(picture.label == label for picture in pictures):
            label = ""
        self._mark(tr("Labelled {count}"), self._library.label(_ids(pictures), label))

    def trash(self, pictures: Sequence[LibraryPicture]) -> None:
        present = [picture for picture in pictures if picture.trashed_at is None]
        self._mark(tr("{count} moved to the trash"), self._library.trash(_ids(present)))

    def restore(self, pictures: Sequence[LibraryPicture]) -> None:
        trashed = [picture for picture in pictures if picture.trashed_at is not None]
        self._mark(tr("{count} brought back"), self._library.restore(_ids(trashed)))

    def empty_trash(self) -> None:
        """For good: nothing brings it back."""

        async def act() -> None:
            count = await self._library.empty_trash(older_than=timedelta(0))
            self._set_line(GalleryLine(tr("{count} deleted for good", count=count)))

        self._tasks.start(act())

    def add_tag(self, pictures: Sequence[LibraryPicture], name: str) -> None:
        async def act() -> None:
            changed = await self._library.tag(_ids(pictures), name)
            if changed:
                undo = lambda: self._library.untag(changed, name)  # noqa: E731 - as short as it is
                self._done(
                    Deed(text=tr("Tagged {count} with {name}", count=len(changed), name=name), undo=undo)
                )

        self._tasks.start(act())

    def remove_tag(self, pictures: Sequence[LibraryPicture], name: str) -> None:
        async def act() -> None:
            changed = await self._library.untag(_ids(pictures), name)
            if changed:
                undo = lambda: self._library.tag(changed, name)  # noqa: E731 - as above
                self._done(Deed(text=tr("Took {name} off {count}", count=len(changed), name=name), undo=undo))

        self._tasks.start(act())

    def write_notes(self, picture: LibraryPicture, notes: str) -> None:
        async def act() -> None:
            await self._library.write_notes(picture.id, notes)
            undo = lambda: self._library.write_notes(picture.id, picture.notes)  # noqa: E731 - as above
            self._done(Deed(text=tr("Notes changed"), undo=undo))

        if notes != picture.notes:
            self._tasks.start(act())

    def rename(self, picture: LibraryPicture, title: str) -> None:
        async def act() -> None:
            renamed = await self._library.rename(picture.id, title)
            self._set_line(GalleryLine(tr("The file is {name} now", name=renamed.file.name)))

        self._tasks.start(act())

    def undo(self) -> None:
        deed = self._deeds.take_latest()
        if deed is not None:
            self._set_line(GalleryLine())
            self._tasks.start(_awaited(deed.undo()))

    def dismiss_line(self) -> None:
        self._set_line(GalleryLine())

    def use_recipe(self, picture: LibraryPicture | None = None, part: RecipePart = "all") -> None:
        picture = picture or self._current
        if picture is not None and picture.recipe is not None:
            self.recipe_used.emit(picture.recipe, part)

    def open_on_canvas(self, picture: LibraryPicture | None = None) -> None:
        picture = picture or self._current
        if picture is not None:
            self.opened_on_canvas.emit(picture)

    def inpaint_from(self, picture: LibraryPicture | None = None) -> None:
        """On the canvas with its own recipe, ready for a selection."""
        self.open_on_canvas(picture)
        self.use_recipe(picture)

    def ask_for(self, task: PictureTask, picture: LibraryPicture | None = None) -> None:
        """What can be made of a picture in one step."""
        picture = picture or self._current
        if picture is not None:
            self.task_asked.emit(picture, task)

    def compare(self, pictures: Sequence[LibraryPicture]) -> None:
        """The first four of them; with fewer than two there is nothing to compare."""
        if len(pictures) > 1:
            self.compared.emit(list(pictures[:4]))

    def import_files(self, paths: Sequence[Path], *, linked: bool = False) -> None:
        self.imports.start(list(paths), linked=linked)

    def import_image(self, image: QImage) -> None:
        """What was copied in another program."""
        self._tasks.start(self._import_image(image.copy()))

    def cancel_import(self) -> None:
        self.imports.cancel()
        self.dismiss_line()

    def pause_import(self) -> None:
        """Or go on with it."""
        if self.imports.paused:
            self.imports.resume()
        else:
            self.imports.pause()
        self._set_line(GalleryLine(self.line.text, "import", paused=self.imports.paused))

    def export(
        self, pictures: Sequence[LibraryPicture], folder: Path, pattern: str = DEFAULT_PATTERN
    ) -> None:
        self._tasks.start(self._export_all(list(pictures), folder, pattern))

    async def load_large(self, picture: LibraryPicture, size: QSize) -> QImage:
        """The picture within `size` device pixels; null where its file cannot be read."""
        return await asyncio.to_thread(read_large, picture.file, size)

    async def read_rows(self, rows: Sequence[int]) -> list[LibraryPicture]:
        """The pictures of many rows, whether they were looked at or not."""
        return await self.pictures.read(rows)

    def act_on_rows(self, rows: Sequence[int], act: Callable[[Sequence[LibraryPicture]], object]) -> None:
        async def run() -> None:
            act(await self.read_rows(rows))

        self._tasks.start(run())

    async def close(self) -> None:
        self._unsubscribe()
        await self.imports.close()
        await self.shelves.close()
        await self.pictures.close()
        await self.thumbnails.close()
        await self._tasks.close()

    def _change_query(self, **values: Any) -> None:
        self.show_query(Query.model_validate({**self.query.model_dump(), **values}))

    def _mark(self, text: str, marking: Awaitable[Marks]) -> None:
        """`text` has the field `count`."""

        async def act() -> None:
            before = await marking
            if before:
                told = text.format(count=len(before))
                self._done(Deed(text=told, undo=lambda: self._library.put_back(before)))

        self._tasks.start(act())

    def _done(self, deed: Deed) -> None:
        self._deeds.add(deed)
        self._set_line(GalleryLine(deed.text, "undo"))

    def _tell_import(self, done: int, count: int) -> None:
        text = tr("Importing {number} of {count}", number=done + 1, count=count)
        self._set_line(GalleryLine(text, "import", paused=self.imports.paused))

    def _tell_imported(self, imported: int, known: int) -> None:
        if known:
            text = tr(
                "Imported {count} pictures, {known} of them were here already", count=imported, known=known
            )
        else:
            text = tr("Imported {count} pictures", count=imported)
        self._set_line(GalleryLine(text))

    async def _import_image(self, image: QImage) -> None:
        await self._library.add(await asyncio.to_thread(as_png, image), None)
        self._set_line(GalleryLine(tr("Imported {count} pictures", count=1)))

    async def _export_all(self, pictures: list[LibraryPicture], folder: Path, pattern: str) -> None:
        for number, picture in enumerate(pictures, start=1):
            await self._library.export_named(picture, folder, pattern=pattern, number=number)
        self._set_line(GalleryLine(tr("Saved {count} to {folder}", count=len(pictures), folder=folder)))

    async def _read_history(self, picture: LibraryPicture) -> None:
        history = await self._library.history(picture)
        if self._current is not None and self._current.id == picture.id:
            self.history_changed.emit(picture, history)

    def _count(self) -> None:
        """One count at a time, however many changes come."""
        self._count_again = True
        if not self._counting:
            self._counting = True
            self._tasks.start(self._count_places())

    async def _count_places(self) -> None:
        try:
            while self._count_again:
                self._count_again = False
                for place in PLACES:
                    self.counts[place] = await self._library.count(Query(place=place, search=self.search))
        finally:
            self._counting = False
        self.loaded.emit()

    def _set_line(self, line: GalleryLine) -> None:
        if line != self.line:
            self.line = line
            self.line_changed.emit()

    def _loaded(self) -> None:
        self._ready = True
        self.loaded.emit()

    def _follow(self, change: LibraryChange) -> None:
        if self._current is not None and self._current.id in change.ids:
            if change.kind == "removed":
                self.set_current(None)
            else:
                self._tasks.start(self._read_current(self._current.id))
        if change.kind == "removed":
            self._tasks.start(self.thumbnails.forget(change.blobs))
        self._count()

    async def _read_current(self, picture_id: str) -> None:
        picture = await self._library.get(picture_id)
        if self._current is not None and self._current.id == picture_id:
            self.set_current(picture)


def _ids(pictures: Sequence[LibraryPicture]) -> list[str]:
    return [picture.id for picture in pictures]


async def _awaited(awaitable: Awaitable[object]) -> None:
    await awaitable
