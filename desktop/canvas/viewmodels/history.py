"""Undo and redo as a list: what was done from the top down, what can be done again in grey below it."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.widgets.translations import tr

ROOT = QModelIndex()


class HistoryRole(IntEnum):
    UNDONE = Qt.ItemDataRole.UserRole + 1


class HistoryViewModel(QAbstractListModel):
    """Row 0 is the picture before its first step that is still known."""

    position_changed = Signal()

    def __init__(self, *, current: CurrentDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._labels: list[str] = []
        self._done = 0
        current.history_changed.connect(self._refresh)

    @property
    def current_row(self) -> int:
        return self._done if self._labels else -1

    @property
    def can_undo(self) -> bool:
        return self._done > 0

    @property
    def can_redo(self) -> bool:
        return self._done < len(self._labels) - 1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._labels)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not 0 <= index.row() < len(self._labels):
            return None
        label = tr(self._labels[index.row()])
        undone = index.row() > self._done
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return label
            case Qt.ItemDataRole.AccessibleTextRole:
                return tr("{step}, undone", step=label) if undone else label
            case HistoryRole.UNDONE:
                return undone
        return None

    def travel(self, row: int) -> None:
        """Go back or forth until the step at `row` is the last one done."""
        self._current.travel(row)

    def _refresh(self) -> None:
        self.beginResetModel()
        document = self._current.document
        if document is None:
            self._labels, self._done = [], 0
        else:
            history = document.history
            self._labels = ["Start", *history.undo_labels, *history.redo_labels]
            self._done = len(history.undo_labels)
        self.endResetModel()
        self.position_changed.emit()
