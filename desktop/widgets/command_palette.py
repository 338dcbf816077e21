"""A searchable list of everything that can be done, which also does it."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.widgets.commands import Command, CommandRegistry
from desktop.widgets.icons import icon
from desktop.widgets.theme import DENSE_HEIGHT, ICON_SIZE, SPACE
from desktop.widgets.translations import tr

_COMMAND_ROLE = Qt.ItemDataRole.UserRole
_WIDTH = SPACE * 130
_HEIGHT = SPACE * 100
_LIST_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class CommandPalette(QDialog):
    """Opened by `show_over`; type, choose with the arrow keys, Enter runs."""

    def __init__(self, registry: CommandRegistry, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._registry = registry
        self.setWindowTitle(tr("All commands"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search for a command"))
        self.search.setAccessibleName(tr("Search for a command"))
        self.search.setToolTip(tr("Search for a command"))
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(tr("All commands"))
        self.list.setToolTip(tr("All commands"))
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._run_item)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.resize(_WIDTH, _HEIGHT)

    def show_over(self, window: QWidget) -> None:
        """At the top of `window`, in its middle, with nothing searched for yet."""
        self.search.clear()
        self._fill("")
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, SPACE * 12)))
        self.open()
        self.search.setFocus()

    def shown_commands(self) -> list[Command]:
        return [item.data(0, _COMMAND_ROLE) for item in self._items()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list is walked from the search line."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _LIST_KEYS:
                self.list.keyPressEvent(event)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run_item(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _fill(self, words: str) -> None:
        self.list.clear()
        room = QPixmap(ICON_SIZE, ICON_SIZE)
        room.fill(Qt.GlobalColor.transparent)
        blank = QIcon(room)
        for command in self._registry.find(words):
            item = QTreeWidgetItem([command.label, command.shortcut_text])
            item.setData(0, _COMMAND_ROLE, command)
            item.setIcon(0, icon(command.icon) if command.icon else blank)
            item.setSizeHint(0, QSize(0, DENSE_HEIGHT))
            item.setDisabled(not command.enabled())
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        first = next((item for item in self._items() if not item.isDisabled()), None)
        if first is not None:
            self.list.setCurrentItem(first)

    def _items(self) -> list[QTreeWidgetItem]:
        rows = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return [item for item in rows if item is not None]

    def _run_item(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        command: Command = item.data(0, _COMMAND_ROLE)
        # Closed first: a command may open something of its own.
        self.accept()
        self._registry.run(command.id)
