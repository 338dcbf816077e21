"""What the gallery shows, and what the artist can do there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from desktop.gallery.deeds import Deed, Deeds
from desktop.gallery.importing import files_to_import
from desktop.gallery.picture_list import PictureList
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.library.picture import LibraryChange, LibraryPicture, Place
from desktop.library.service import Library
from desktop.library.thumbnails import Thumbnails
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError

Emptiness = Literal["", "library", "search", "starred", "trash"]
PLACES: tuple[Place, ...] = ("all", "starred", "trash")


@dataclass(frozen=True)
class GalleryLine:
    """One line below the grid; `action` is what its button does."""

    text: str = ""
    action: Literal["", "undo", "cancel"] = ""


class GalleryViewModel(QObject):
    settings_reused = Signal(object)
    """A Recipe, for the request editor."""
    opened_on_canvas = Signal(object)
    """A LibraryPicture."""
    current_changed = Signal(object)
    """A LibraryPicture or None."""
    filter_changed = Signal()
    loaded = Signal()
    """Emptiness and counts may have changed."""
    line_changed = Signal()
    failed = Signal(object)
    """An ErrorReport."""

    def __init__(self, *, library: Library, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = TaskOwner(on_error=self.failed.emit)
        self.pictures = PictureList(library=library, parent=self)
        self.thumbnails = ThumbnailCache(thumbnails=thumbnails, parent=self)
        self.counts: dict[Place, int] = dict.fromkeys(PLACES, 0)
        self.line = GalleryLine()
        self._current: LibraryPicture | None = None
        self._deeds = Deeds()
        self._imports: list[asyncio.Task[None]] = []
        self._ready = False
        self.pictures.loaded.connect(self._loaded)
        self.pictures.failed.connect(self.failed)
        self.thumbnails.thumbnail_ready.connect(self.pictures.repaint_picture)
        self._unsubscribe = library.changes.subscribe(self._follow)

    @property
    def place(self) -> Place:
        return self.pictures.place

    @property
    def search(self) -> str:
        return self.pictures.search

    @property
    def current(self) -> LibraryPicture | None:
        return self._current

    @property
    def can_undo(self) -> bool:
        return bool(self._deeds)

    @property
    def emptiness(self) -> Emptiness:
        """Why there is nothing to see; empty where there is something, or nothing is known yet."""
        if not self._ready or self.pictures.rowCount() > 0:
            return ""
        if self.search:
            return "search"
        return "library" if self.place == "all" else self.place

    def start(self) -> None:
        self.show_place("all")

    def show_place(self, place: Place) -> None:
        self._show(place, self.search)

    def set_search(self, search: str) -> None:
        self._show(self.place, search)

    def set_current(self, picture: LibraryPicture | None) -> None:
        if picture != self._current:
            self._current = picture
            self.current_changed.emit(picture)

    def toggle_star(self, pictures: Sequence[LibraryPicture]) -> None:
        """All starred, or none where all are."""
        starred = not all(picture.starred for picture in pictures)
        changed = [picture for picture in pictures if picture.starred != starred]
        text = (
            tr("Starred {count}", count=len(changed))
            if starred
            else tr("Took off {count} stars", count=len(changed))
        )
        self._do(
            changed,
            lambda picture: self._library.star(picture.id, starred),
            lambda picture: self._library.star(picture.id, not starred),
            text,
        )

    def trash(self, pictures: Sequence[LibraryPicture]) -> None:
        present = [picture for picture in pictures if picture.trashed_at is None]
        text = tr("{count} moved to the trash", count=len(present))
        self._do(
            present,
            lambda picture: self._library.trash(picture.id),
            lambda picture: self._library.restore(picture.id),
            text,
        )

    def restore(self, pictures: Sequence[LibraryPicture]) -> None:
        trashed = [picture for picture in pictures if picture.trashed_at is not None]
        text = tr("{count} brought back", count=len(trashed))
        self._do(
            trashed,
            lambda picture: self._library.restore(picture.id),
            lambda picture: self._library.trash(picture.id),
            text,
        )

    def undo(self) -> None:
        deed = self._deeds.take_latest()
        if deed is not None:
            self._set_line(GalleryLine())
            self._tasks.start(_awaited(deed.undo()))

    def dismiss_line(self) -> None:
        self._set_line(GalleryLine())

    def reuse_settings(self, picture: LibraryPicture | None = None) -> None:
        picture = picture or self._current
        if picture is not None and picture.recipe is not None:
            self.settings_reused.emit(picture.recipe)

    def open_on_canvas(self, picture: LibraryPicture | None = None) -> None:
        picture = picture or self._current
        if picture is not None:
            self.opened_on_canvas.emit(picture)

    def import_files(self, paths: Iterable[Path]) -> None:
        """One import at a time; files dropped during one are taken after it."""
        self._imports = [task for task in self._imports if not task.done()]
        self._imports.append(self._tasks.start(self._import_all(list(paths), self._imports[-1:])))

    def cancel_import(self) -> None:
        for task in self._imports:
            task.cancel()
        self.dismiss_line()

    def export(self, pictures: Sequence[LibraryPicture], folder: Path) -> None:
        self._tasks.start(self._export_all(list(pictures), folder))

    async def load_large(self, picture: LibraryPicture, size: QSize) -> QImage:
        """The picture within `size` device pixels; null where its file cannot be read."""
        return await asyncio.to_thread(_read_large, picture.file, size)

    async def close(self) -> None:
        self._unsubscribe()
        await self.pictures.close()
        await self.thumbnails.close()
        await self._tasks.close()

    def _show(self, place: Place, search: str) -> None:
        self.pictures.show(place, search)
        self._tasks.start(self._count())
        self.filter_changed.emit()

    def _do(
        self,
        pictures: Sequence[LibraryPicture],
        act: Callable[[LibraryPicture], Awaitable[object]],
        take_back: Callable[[LibraryPicture], Awaitable[object]],
        text: str,
    ) -> None:
        async def act_on_all() -> None:
            done: list[LibraryPicture] = []
            try:
                for picture in pictures:
                    await act(picture)
                    done.append(picture)
            finally:
                if done:
                    self._deeds.add(Deed(text=text, undo=lambda: _for_each(take_back, done)))
            self._set_line(GalleryLine(text, "undo"))

        if pictures:
            self._tasks.start(act_on_all())

    async def _import_all(self, paths: list[Path], before: list[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        files = await asyncio.to_thread(files_to_import, paths)
        imported = 0
        for number, file in enumerate(files, start=1):
            self._set_line(
                GalleryLine(tr("Importing {number} of {count}", number=number, count=len(files)), "cancel")
            )
            try:
                await self._library.import_file(file)
            except PentimentoError as error:
                self.failed.emit(error.report)
            else:
                imported += 1
        self._set_line(GalleryLine(tr("Imported {count} pictures", count=imported)))

    async def _export_all(self, pictures: list[LibraryPicture], folder: Path) -> None:
        for picture in pictures:
            await self._library.export(picture.id, folder)
        self._set_line(GalleryLine(tr("Saved {count} to {folder}", count=len(pictures), folder=folder)))

    async def _count(self) -> None:
        for place in PLACES:
            self.counts[place] = await self._library.count(self.search, place)
        self.loaded.emit()

    def _set_line(self, line: GalleryLine) -> None:
        if line != self.line:
            self.line = line
            self.line_changed.emit()

    def _loaded(self) -> None:
        self._ready = True
        self.loaded.emit()

    def _follow(self, change: LibraryChange) -> None:
        for picture in change.pictures:
            if self._current is not None and picture.id == self._current.id:
                self.set_current(None if change.kind == "removed" else picture)
        if change.kind == "removed":
            self._tasks.start(self.thumbnails.forget(change.pictures))
        self._tasks.start(self._count())


async def _awaited(awaitable: Awaitable[object]) -> None:
    await awaitable


async def _for_each(
    act: Callable[[LibraryPicture], Awaitable[object]], pictures: Sequence[LibraryPicture]
) -> None:
    for picture in pictures:
        await act(picture)


def _read_large(file: Path, size: QSize) -> QImage:
    reader = QImageReader(str(file))
    reader.setAutoTransform(True)
    image = reader.read()
    if image.isNull() or (image.width() <= size.width() and image.height() <= size.height()):
        return image
    return image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
