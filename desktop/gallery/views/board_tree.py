"""The boards as a tree: chosen by a click, named in place, moved by dragging, filled by dropping pictures on them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTreeWidget, QTreeWidgetItem

from desktop.gallery.picture_list import PICTURE_IDS
from desktop.library.boards import Board
from desktop.widgets.icons import icon
from desktop.widgets.translations import tr

ID_ROLE = Qt.ItemDataRole.UserRole
NAME_ROLE = Qt.ItemDataRole.UserRole + 1
_NAME, _COUNT = 0, 1


class BoardTree(QTreeWidget):
    board_chosen = Signal(str)
    board_named = Signal(str, str)
    """A board's id and its new name."""
    board_moved = Signal(str, object, int)
    """A board's id, the id of its new parent or None, and its place there."""
    board_asked = Signal(object)
    """A new one inside the board of this id, or of None."""
    board_removed = Signal(str)
    pictures_dropped = Signal(str, object)
    """A board's id and the ids of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Boards"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, header.ResizeMode.Stretch)
        header.setSectionResizeMode(_COUNT, header.ResizeMode.ResizeToContents)
        self._items: dict[str, QTreeWidgetItem] = {}
        self.itemClicked.connect(lambda item: self.board_chosen.emit(item.data(_NAME, ID_ROLE)))
        self.itemChanged.connect(self._named)
        self.customContextMenuRequested.connect(self._show_menu)

    def show_boards(self, boards: Sequence[Board], chosen: str) -> None:
        """Parents first. What is folded stays so."""
        folded = {key for key, item in self._items.items() if not item.isExpanded()}
        with QSignalBlocker(self):
            self.clear()
            self._items = {}
            for board in boards:
                item = QTreeWidgetItem([board.name, self.locale().toString(board.count)])
                item.setIcon(_NAME, icon("folder"))
                item.setData(_NAME, ID_ROLE, board.id)
                item.setData(_NAME, NAME_ROLE, board.name)
                item.setTextAlignment(_COUNT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(_NAME, tr("{name}: {count} pictures", name=board.name, count=board.count))
                parent = self._items.get(board.parent or "")
                if parent is None:
                    self.addTopLevelItem(item)
                else:
                    parent.addChild(item)
                self._items[board.id] = item
            for key, item in self._items.items():
                item.setExpanded(key not in folded)
        self.show_chosen(chosen)

    def show_chosen(self, board_id: str) -> None:
        with QSignalBlocker(self):
            item = self._items.get(board_id)
            if item is None:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            else:
                self.setCurrentItem(item)

    def rename(self, board_id: str) -> None:
        if board_id in self._items:
            self.editItem(self._items[board_id], _NAME)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and self.state() != QAbstractItemView.State.EditingState:
            board_id = item.data(_NAME, ID_ROLE)
            act: Callable[[], object] | None = {
                Qt.Key.Key_Delete: lambda: self.board_removed.emit(board_id),
                Qt.Key.Key_Return: lambda: self.board_chosen.emit(board_id),
                Qt.Key.Key_Enter: lambda: self.board_chosen.emit(board_id),
                Qt.Key.Key_F2: lambda: self.rename(board_id),
            }.get(Qt.Key(event.key()))
            if act is not None:
                act()
                return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self or event.mimeData().hasFormat(PICTURE_IDS):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if event.source() is self:
            event.accept()
        elif event.mimeData().hasFormat(PICTURE_IDS) and self.itemAt(event.position().toPoint()) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Nothing moves here: the change is told, and what becomes of it comes back to be shown."""
        target = self.itemAt(event.position().toPoint())
        if event.mimeData().hasFormat(PICTURE_IDS):
            if target is not None:
                ids = bytes(event.mimeData().data(PICTURE_IDS).data()).decode().split("\n")
                self.pictures_dropped.emit(target.data(_NAME, ID_ROLE), ids)
        elif event.source() is self and (moved := self.currentItem()) is not None:
            self._drop_board(moved, target)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        return super().mimeData(items)

    def _drop_board(self, moved: QTreeWidgetItem, target: QTreeWidgetItem | None) -> None:
        board_id = moved.data(_NAME, ID_ROLE)
        where = self.dropIndicatorPosition()
        if target is None:
            self.board_moved.emit(board_id, None, self.topLevelItemCount())
        elif where == QAbstractItemView.DropIndicatorPosition.OnItem:
            self.board_moved.emit(board_id, target.data(_NAME, ID_ROLE), target.childCount())
        else:
            parent = target.parent()
            place = parent.indexOfChild(target) if parent else self.indexOfTopLevelItem(target)
            below = where == QAbstractItemView.DropIndicatorPosition.BelowItem
            parent_id = parent.data(_NAME, ID_ROLE) if parent else None
            self.board_moved.emit(board_id, parent_id, place + below)

    def _named(self, item: QTreeWidgetItem, column: int) -> None:
        before, name = item.data(_NAME, NAME_ROLE), item.text(_NAME).strip()
        if column != _NAME or name == before:
            return
        if name:
            self.board_named.emit(item.data(_NAME, ID_ROLE), name)
        else:
            with QSignalBlocker(self):
                item.setText(_NAME, before)

    def _show_menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item is None:
            menu.addAction(tr("New board"), lambda: self.board_asked.emit(None))
        else:
            board_id = item.data(_NAME, ID_ROLE)
            menu.addAction(tr("New board inside"), lambda: self.board_asked.emit(board_id))
            menu.addAction(tr("Rename"), lambda: self.rename(board_id))
            menu.addAction(tr("Remove board"), lambda: self.board_removed.emit(board_id))
        menu.popup(self.viewport().mapToGlobal(place))
