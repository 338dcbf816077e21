"""The pictures of one place and search, newest first, read page by page as the grid comes to need them."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from desktop.library.picture import LibraryChange, LibraryPicture, Place
from desktop.library.service import Library
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError
from shared.contracts.generation import BlobId

PAGE = 200
PICTURE_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class PictureList(QAbstractListModel):
    loaded = Signal()
    """The place and search asked for last are shown, or changed."""
    failed = Signal(object)
    """An ErrorReport."""

    def __init__(self, *, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = TaskOwner()
        self._place: Place = "all"
        self._search = ""
        self._rows: list[LibraryPicture] = []
        self._complete = True
        self._fetching = False
        self._generation = 0
        self._unsubscribe = library.changes.subscribe(self._follow)

    @property
    def place(self) -> Place:
        return self._place

    @property
    def search(self) -> str:
        return self._search

    @property
    def pictures(self) -> tuple[LibraryPicture, ...]:
        """As far as they are read."""
        return tuple(self._rows)

    def show(self, place: Place, search: str) -> None:
        """What is shown stays until the new is there, so that nothing flickers."""
        self._place, self._search = place, search.strip()
        self._read_anew(PAGE)

    def row_of(self, picture_id: str) -> int | None:
        return next((row for row, picture in enumerate(self._rows) if picture.id == picture_id), None)

    def picture(self, index: Index) -> LibraryPicture | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def repaint_picture(self, blob: BlobId) -> None:
        for row, picture in enumerate(self._rows):
            if picture.blob == blob:
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    async def close(self) -> None:
        self._unsubscribe()
        await self._tasks.close()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        picture = self.picture(index)
        if picture is None:
            return None
        if role == PICTURE_ROLE:
            return picture
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(picture)
        if role == Qt.ItemDataRole.ToolTipRole:
            return picture.prompt or picture.file.name
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Any) -> QMimeData:
        """The files themselves, so that every program takes them."""
        data = QMimeData()
        pictures = [self.picture(index) for index in indexes]
        data.setUrls([QUrl.fromLocalFile(str(picture.file)) for picture in pictures if picture])
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def canFetchMore(self, parent: Index = NO_INDEX) -> bool:
        return not (parent.isValid() or self._complete or self._fetching)

    def fetchMore(self, parent: Index = NO_INDEX) -> None:
        if self.canFetchMore(parent):
            self._fetching = True
            self._tasks.start(self._append(self._generation))

    def _read_anew(self, limit: int) -> None:
        self._generation += 1
        self._fetching = True
        self._tasks.start(self._replace(self._generation, limit))

    async def _append(self, generation: int) -> None:
        after = self._rows[-1].cursor if self._rows else None
        page = await self._page(after, PAGE, generation)
        if page is None:
            return
        known = {picture.id for picture in self._rows}
        fresh = [picture for picture in page if picture.id not in known]
        if fresh:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(fresh) - 1)
            self._rows += fresh
            self.endInsertRows()
        self._complete = len(page) < PAGE

    async def _replace(self, generation: int, limit: int) -> None:
        page = await self._page(None, limit, generation)
        if page is None:
            return
        self.beginResetModel()
        self._rows = page
        self._complete = len(page) < limit
        self.endResetModel()
        self.loaded.emit()

    async def _page(self, after: Any, limit: int, generation: int) -> list[LibraryPicture] | None:
        """None where the answer came too late or not at all."""
        try:
            page = await self._library.page(after, limit, self._search, self._place)
        except PentimentoError as error:
            if generation == self._generation:
                self._fetching = False
            self.failed.emit(error.report)
            return None
        if generation != self._generation:
            return None
        self._fetching = False
        return page

    def _follow(self, change: LibraryChange) -> None:
        unknown = [picture for picture in change.pictures if self.row_of(picture.id) is None]
        # Whether a new picture answers the search is for the database to say; pages under way are out of date.
        if change.kind == "rebuilt" or self._fetching or (self._search and unknown):
            self._read_anew(max(PAGE, len(self._rows)))
            return
        for picture in change.pictures:
            self._place_picture(picture, belongs=change.kind != "removed" and self._belongs(picture))
        self.loaded.emit()

    def _belongs(self, picture: LibraryPicture) -> bool:
        in_trash = picture.trashed_at is not None
        return (
            in_trash if self._place == "trash" else not in_trash and (self._place == "all" or picture.starred)
        )

    def _place_picture(self, picture: LibraryPicture, *, belongs: bool) -> None:
        row = self.row_of(picture.id)
        if row is not None and belongs:
            self._rows[row] = picture
            self.dataChanged.emit(self.index(row), self.index(row))
        elif row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._rows[row]
            self.endRemoveRows()
        elif belongs:
            row = next(
                (row for row, other in enumerate(self._rows) if other.cursor < picture.cursor),
                len(self._rows),
            )
            if row < len(self._rows) or self._complete:
                self.beginInsertRows(QModelIndex(), row, row)
                self._rows.insert(row, picture)
                self.endInsertRows()


def _spoken(picture: LibraryPicture) -> str:
    words = picture.prompt or picture.file.stem
    return tr("{words}, starred", words=words) if picture.starred else words
