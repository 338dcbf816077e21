"""The lines of the list as Qt's views ask for them, and the small pictures on them."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from desktop.models.entries import Entry
from desktop.models.words import spoken
from desktop.widgets.tasks import TaskOwner

ENTRY_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
MOST_PICTURES = 400
MOST_WAITING = 60
"""More than a screen shows; who scrolls on no longer waits for what was passed."""
LARGEST_PICTURE = 64_000_000
"""Pixels. A preview that claims more is not opened."""


class RowList(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    def show(self, entries: Sequence[Entry]) -> None:
        if len(entries) == len(self._entries) and all(
            new.path == old.path for new, old in zip(entries, self._entries, strict=True)
        ):
            self._entries = entries
            if entries:
                self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def row_of(self, path: Path) -> int | None:
        return next((row for row, entry in enumerate(self._entries) if entry.path == path), None)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole}:
            return spoken(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(entry.path)
        return None


class Previews(QObject):
    """Pictures beside models, read and scaled away from the UI thread; whoever is looked at last comes first."""

    ready = Signal(object)
    """The path of a picture that came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskOwner()
        self._images: OrderedDict[tuple[Path, int], QImage | None] = OrderedDict()
        self._waiting: OrderedDict[tuple[Path, int], asyncio.Task[None]] = OrderedDict()

    def image(self, path: Path, side: int) -> QImage | None:
        """At most `side` device pixels a side; None meanwhile, and where there is no picture in it."""
        key = (path, side)
        if key in self._images:
            self._images.move_to_end(key)
            return self._images[key]
        if key not in self._waiting:
            self._waiting[key] = self._tasks.start(self._load(key))
            if len(self._waiting) > MOST_WAITING:
                _, oldest = self._waiting.popitem(last=False)
                oldest.cancel()
        return None

    def forget(self) -> None:
        """They may have changed on disk."""
        self._images.clear()

    @property
    def busy(self) -> bool:
        return self._tasks.busy

    async def close(self) -> None:
        await self._tasks.close()

    async def _load(self, key: tuple[Path, int]) -> None:
        image = await asyncio.to_thread(_read, *key)
        self._waiting.pop(key, None)
        self._images[key] = image
        while len(self._images) > MOST_PICTURES:
            self._images.popitem(last=False)
        self.ready.emit(key[0])


def _read(path: Path, side: int) -> QImage | None:
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > LARGEST_PICTURE:
        return None
    reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    return None if image.isNull() else image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
