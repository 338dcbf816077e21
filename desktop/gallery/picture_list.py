"""The pictures that answer a query, in its order. All are counted; what is looked at is read, and kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
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

from desktop.library.boards import Boards
from desktop.library.finding import Numbers
from desktop.library.picture import LibraryChange, LibraryPicture
from desktop.library.query import Query
from desktop.library.service import Library
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError
from shared.contracts.generation import BlobId

PAGE = 100
MOST_KEPT = 4000
"""Some screens full, each way; the memory of a scroll through everything stays the same."""
MOST_READ_AGAIN = 400
"""Of what a change touched: what was looked at last. The rest is read when it is looked at again."""
PICTURE_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class PictureList(QAbstractListModel):
    loaded = Signal()
    """The query asked for last is shown, or what it finds is another now."""
    failed = Signal(object)
    """An ErrorReport."""

    def __init__(self, *, library: Library, boards: Boards, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = TaskOwner()
        self._query = Query()
        self._numbers: Numbers = np.empty(0, dtype=np.int64)
        self._kept: OrderedDict[int, LibraryPicture] = OrderedDict()
        self._pages_asked: set[int] = set()
        self._changed_ids: set[str] = set()
        self._everything_changed = False
        self._changed_meanwhile = False
        self._following: asyncio.Task[None] | None = None
        self._generation = 0
        self._subscriptions = (
            library.changes.subscribe(self._follow),
            boards.changes.subscribe(lambda _: self._follow_boards()),
        )

    @property
    def query(self) -> Query:
        return self._query

    @property
    def pictures(self) -> tuple[LibraryPicture, ...]:
        """As far as they are read."""
        return tuple(self._kept[number] for number in self._numbers.tolist() if number in self._kept)

    def show(self, query: Query) -> None:
        """What is shown stays until the new is there, so that nothing flickers."""
        self._query = query
        self._generation += 1
        self._tasks.start(self._replace(self._generation))

    def row_of(self, picture_id: str) -> int | None:
        """Of a picture that is read."""
        number = next((number for number, each in self._kept.items() if each.id == picture_id), None)
        if number is None:
            return None
        rows = np.flatnonzero(self._numbers == number)
        return int(rows[0]) if rows.size else None

    def picture(self, index: Index) -> LibraryPicture | None:
        """None also while it is being read."""
        if not 0 <= index.row() < self._numbers.size:
            return None
        number = int(self._numbers[index.row()])
        picture = self._kept.get(number)
        if picture is None:
            self._ask(index.row() // PAGE)
        else:
            self._kept.move_to_end(number)
        return picture

    async def read(self, rows: Iterable[int]) -> list[LibraryPicture]:
        """Those of many rows, whether they were looked at or not."""
        return await self._library.pictures([int(self._numbers[row]) for row in rows])

    def repaint_picture(self, blob: BlobId) -> None:
        for number, picture in self._kept.items():
            if picture.blob == blob:
                for row in np.flatnonzero(self._numbers == number):
                    index = self.index(int(row))
                    self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
                return

    @property
    def busy(self) -> bool:
        return self._tasks.busy

    async def close(self) -> None:
        for unsubscribe in self._subscriptions:
            unsubscribe()
        await self._tasks.close()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else int(self._numbers.size)

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
        """The files themselves, so that every program takes them; and their ids, for our own boards."""
        pictures = [picture for index in indexes if (picture := self.picture(index)) is not None]
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(picture.file)) for picture in pictures])
        data.setData(PICTURE_IDS, "\n".join(picture.id for picture in pictures).encode())
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _ask(self, page: int) -> None:
        if page not in self._pages_asked:
            self._pages_asked.add(page)
            self._tasks.start(self._read_page(page, self._generation))

    async def _read_page(self, page: int, generation: int) -> None:
        numbers = self._numbers[page * PAGE : (page + 1) * PAGE].tolist()
        try:
            pictures = await self._library.pictures(numbers)
        except PentimentoError as error:
            self.failed.emit(error.report)
            return
        finally:
            self._pages_asked.discard(page)
        self._keep(pictures)
        if generation == self._generation and self._numbers.size:
            last = min((page + 1) * PAGE, self._numbers.size) - 1
            self.dataChanged.emit(self.index(page * PAGE), self.index(last))

    async def _replace(self, generation: int) -> None:
        try:
            numbers = await self._library.find(self._query)
            first = await self._library.pictures(numbers[:PAGE].tolist())
        except PentimentoError as error:
            self.failed.emit(error.report)
            return
        if generation != self._generation:
            return
        self.beginResetModel()
        self._numbers = numbers
        self._keep(first)
        self.endResetModel()
        self.loaded.emit()

    def _follow(self, change: LibraryChange) -> None:
        self._changed_ids.update(change.ids)
        self._everything_changed |= change.kind == "rebuilt"
        self._follow_boards()

    def _follow_boards(self) -> None:
        """One look at a time, however many changes come: the next begins when it is over."""
        if self._following is None or self._following.done():
            self._following = self._tasks.start(self._catch_up())
        else:
            self._changed_meanwhile = True

    async def _catch_up(self) -> None:
        while True:
            self._changed_meanwhile = False
            ids, self._changed_ids = self._changed_ids, set()
            anew, self._everything_changed = self._everything_changed, False
            generation, query = self._generation, self._query
            again = [n for n, each in self._kept.items() if anew or each.id in ids]
            for number in again[:-MOST_READ_AGAIN]:
                del self._kept[number]
            try:
                numbers = await self._library.find(query)
                fresh = await self._library.pictures(again[-MOST_READ_AGAIN:])
            except PentimentoError as error:
                self.failed.emit(error.report)
                return
            if anew:
                self._kept.clear()
            self._keep(fresh)
            if generation == self._generation:
                self._move_to(numbers)
                self._tell_changed(fresh)
                self.loaded.emit()
            if not self._changed_meanwhile:
                return

    def _move_to(self, numbers: Numbers) -> None:
        """What both orders begin and end with stays; between them rows go and come."""
        before = self._numbers
        shared = min(before.size, numbers.size)
        differing = np.flatnonzero(before[:shared] != numbers[:shared])
        first = int(differing[0]) if differing.size else shared
        rest = shared - first
        differing = np.flatnonzero(before[::-1][:rest] != numbers[::-1][:rest])
        last = int(differing[0]) if differing.size else rest
        if removed := before.size - first - last:
            self.beginRemoveRows(QModelIndex(), first, first + removed - 1)
            self._numbers = np.concatenate((before[:first], before[before.size - last :]))
            self.endRemoveRows()
        if added := numbers.size - first - last:
            self.beginInsertRows(QModelIndex(), first, first + added - 1)
            self._numbers = numbers
            self.endInsertRows()

    def _tell_changed(self, pictures: Sequence[LibraryPicture]) -> None:
        for picture in pictures:
            for row in np.flatnonzero(self._numbers == picture.number):
                self.dataChanged.emit(self.index(int(row)), self.index(int(row)))

    def _keep(self, pictures: Iterable[LibraryPicture]) -> None:
        for picture in pictures:
            self._kept[picture.number] = picture
            self._kept.move_to_end(picture.number)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


PICTURE_IDS = "application/x-pentimento-pictures"
"""Ids, one a line: what is dragged from the grid."""


def _spoken(picture: LibraryPicture) -> str:
    words = picture.prompt or picture.file.stem
    if picture.rating:
        words = tr("{words}, rated {rating} of 5", words=words, rating=picture.rating)
    return tr("{words}, starred", words=words) if picture.starred else words
