"""What was done, step by step; a click goes there."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.viewmodels.history import HistoryRole, HistoryViewModel
from desktop.widgets.theme import SPACE, theme_of
from desktop.widgets.translations import tr


class HistoryDelegate(QStyledItemDelegate):
    """Steps that were undone are quiet."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if index.data(HistoryRole.UNDONE):
            option.palette.setColor(QPalette.ColorRole.Text, theme_of(option.widget).colour("quiet_text"))


class HistoryPanel(QWidget):
    def __init__(self, *, history: HistoryViewModel) -> None:
        super().__init__()
        self._history = history
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.list = QListView()
        self.list.setModel(history)
        self.list.setItemDelegate(HistoryDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.addWidget(self.list)
        self.list.clicked.connect(self._travel)
        self.list.activated.connect(self._travel)
        history.position_changed.connect(self._show_position)
        self._name()
        self._show_position()

    def _name(self) -> None:
        self.setAccessibleName(tr("History"))
        self.list.setAccessibleName(tr("History"))
        self.list.setToolTip(tr("Click a step to go back or forth to it"))

    def _travel(self, index: QModelIndex) -> None:
        if index.row() != self._history.current_row:
            self._history.travel(index.row())

    def _show_position(self) -> None:
        row = self._history.current_row
        index = self._history.index(row) if row >= 0 else QModelIndex()
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
