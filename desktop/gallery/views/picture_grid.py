"""The grid of pictures: even columns, thumbnails drawn as they come, walked by keys."""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyleOptionViewItem,
)

from desktop.gallery.picture_list import PictureList
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.gallery.views.picture_delegate import MARGIN, PictureDelegate
from desktop.library.picture import LibraryPicture
from desktop.widgets.theme import (
    THUMBNAIL_SIDE,
)

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 96, 320, 16


class PictureGrid(QAbstractItemView):
    """Lays out by arithmetic, so that a million pictures cost what a hundred do.

    Signals carry the selected pictures, the current one first.
    """

    opened = Signal(object)
    enlarged = Signal(object)
    star_toggled = Signal(object)
    rated = Signal(object, int)
    trashed = Signal(object)
    menu_asked = Signal(object, object)
    """The selected pictures, and where on the screen."""
    current_picture_changed = Signal(object)
    side_changed = Signal(int)

    def __init__(self, pictures: PictureList, thumbnails: ThumbnailCache) -> None:
        super().__init__()
        self._pictures = pictures
        self._side = THUMBNAIL_SIDE
        self._columns = 1
        self._cell = THUMBNAIL_SIDE
        self._anchor = QPersistentModelIndex()
        self._kept_id = ""
        self._removed_row: int | None = None
        self._top_before_change: QPersistentModelIndex | None = None
        # Connected before Qt's own, which moves the current index.
        pictures.rowsAboutToBeRemoved.connect(self._keep_removed)
        pictures.rowsAboutToBeInserted.connect(self._keep_top)
        self.setModel(pictures)
        self.setItemDelegate(PictureDelegate(thumbnails, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # Always there, or its coming would change the width, the columns and so the place of everything.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(lambda _index: self.enlarged.emit(self.selected()))
        self.selectionModel().currentChanged.connect(self._tell_current)
        pictures.modelAboutToBeReset.connect(self._keep_current)
        pictures.modelReset.connect(self._find_current)
        pictures.rowsRemoved.connect(self._choose_next)
        pictures.rowsInserted.connect(self._stay)
        pictures.dataChanged.connect(self._tell_read)

    def side(self) -> int:
        return self._side

    def set_side(self, side: int) -> None:
        """The least width of a picture's cell without its margin, in pixels."""
        side = max(SMALLEST_SIDE, min(LARGEST_SIDE, side))
        if side != self._side:
            self._side = side
            self._lay_out()
            self.side_changed.emit(side)

    def current_picture(self) -> LibraryPicture | None:
        return self._pictures.picture(self.currentIndex())

    def selected_rows(self) -> list[int]:
        """The current one first."""
        current = self.currentIndex().row()
        spans = self.selectionModel().selection()
        rows = {
            row
            for place in range(spans.count())
            for row in range(spans.at(place).top(), spans.at(place).bottom() + 1)
        }
        return sorted(rows, key=lambda row: (row != current, row))

    def selected(self) -> list[LibraryPicture]:
        """As far as they are read; `selected_rows` are all."""
        pictures = [self._pictures.picture(self._pictures.index(row)) for row in self.selected_rows()]
        return [picture for picture in pictures if picture is not None]

    def move_current(self, step: int) -> None:
        """To the next (1) or the one before (-1), if there is one."""
        row = self.currentIndex().row() + step
        if 0 <= row < self._pictures.rowCount():
            self.setCurrentIndex(self._pictures.index(row))

    # What QAbstractItemView asks of a view

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        if not index.isValid():
            return QRect()
        line, column = divmod(index.row(), self._columns)
        top = line * self._cell - self.verticalScrollBar().value()
        return QRect(column * self._cell, top, self._cell, self._cell)

    def indexAt(self, point: QPoint) -> QModelIndex:
        column = point.x() // self._cell
        row = (point.y() + self.verticalScrollBar().value()) // self._cell * self._columns + column
        if 0 <= column < self._columns and 0 <= row < self._pictures.rowCount():
            return self._pictures.index(row)
        return QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid():
            return
        place, bar, height = self.visualRect(index), self.verticalScrollBar(), self.viewport().height()
        top = place.top() + bar.value()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop:
            bar.setValue(top)
        elif hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(top - (height - self._cell) // 2)
        elif place.top() < 0:
            bar.setValue(top)
        elif place.bottom() >= height:
            bar.setValue(top + self._cell - height)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: QModelIndex | QPersistentModelIndex) -> bool:
        return False

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        count = self._pictures.rowCount()
        if not count:
            return QModelIndex()
        row = self.currentIndex().row()
        if row < 0:
            return self._pictures.index(0)
        page = max(1, self.viewport().height() // self._cell) * self._columns
        steps = {
            QAbstractItemView.CursorAction.MoveLeft: -1,
            QAbstractItemView.CursorAction.MovePrevious: -1,
            QAbstractItemView.CursorAction.MoveRight: 1,
            QAbstractItemView.CursorAction.MoveNext: 1,
            QAbstractItemView.CursorAction.MoveUp: -self._columns,
            QAbstractItemView.CursorAction.MoveDown: self._columns,
            QAbstractItemView.CursorAction.MovePageUp: -page,
            QAbstractItemView.CursorAction.MovePageDown: page,
            QAbstractItemView.CursorAction.MoveHome: -count,
            QAbstractItemView.CursorAction.MoveEnd: count,
        }
        step = steps[action]
        wanted = row + step
        if abs(step) == self._columns and not 0 <= wanted < count and count > 1:
            # From the line above a last, shorter one, down goes to its end.
            last_line = (count - 1) // self._columns
            wanted = count - 1 if step > 0 and row // self._columns < last_line else row
        return self._pictures.index(max(0, min(wanted, count - 1)))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """From the rectangle that is drawn over the pictures, or from one to another in reading order."""
        selection = QItemSelection()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            area = rect.translated(0, self.verticalScrollBar().value())
            lines = range(max(0, area.top() // self._cell), area.bottom() // self._cell + 1)
            first = max(0, area.left() // self._cell)
            last = min(self._columns - 1, area.right() // self._cell)
            for line in lines:
                self._select(selection, line * self._columns + first, line * self._columns + last)
        else:
            end = self.currentIndex().row()
            start = self._anchor.row() if self._anchor.isValid() else end
            self._select(selection, min(start, end), max(start, end))
        self.selectionModel().select(selection, command)

    def _select(self, selection: QItemSelection, first: int, last: int) -> None:
        last = min(last, self._pictures.rowCount() - 1)
        if 0 <= first <= last:
            selection.select(self._pictures.index(first), self._pictures.index(last))

    def visualRegionForSelection(self, _selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def updateGeometries(self) -> None:
        lines = -(-self._pictures.rowCount() // self._columns)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(height)
        bar.setSingleStep(max(1, self._cell // 3))
        bar.setRange(0, max(0, lines * self._cell - height))
        super().updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        selection, current = self.selectionModel(), self.currentIndex().row()
        hovered = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())).row()
        area = event.rect().translated(0, self.verticalScrollBar().value())
        first = max(0, area.top() // self._cell * self._columns)
        last = min((area.bottom() // self._cell + 1) * self._columns, self._pictures.rowCount())
        plain = option.state & ~(
            QStyle.StateFlag.State_MouseOver
            | QStyle.StateFlag.State_Selected
            | QStyle.StateFlag.State_HasFocus
        )
        for row in range(first, last):
            index = self._pictures.index(row)
            state = plain
            if selection.isSelected(index):
                state |= QStyle.StateFlag.State_Selected
            if row == current and self.hasFocus():
                state |= QStyle.StateFlag.State_HasFocus
            if row == hovered and self.underMouse():
                state |= QStyle.StateFlag.State_MouseOver
            option.rect = self.visualRect(index)
            option.state = state
            self.itemDelegate().paint(painter, option, index)

    def event(self, event: QEvent) -> bool:
        # Other rooms have commands on the same letters: here they are the grid's.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._own_key(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._own_key(event)
        if act is None:
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._anchor = QPersistentModelIndex()
            elif not self._anchor.isValid():
                self._anchor = QPersistentModelIndex(self.currentIndex())
            super().keyPressEvent(event)
        elif selected := self.selected():
            act(selected)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = QPersistentModelIndex(self.indexAt(event.position().toPoint()))
        elif not self._anchor.isValid():
            self._anchor = QPersistentModelIndex(self.currentIndex())
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if selected := self.selected():
            self.menu_asked.emit(selected, event.globalPos())

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_side(self._side + (SIDE_STEP if event.angleDelta().y() > 0 else -SIDE_STEP))
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.viewport().update()
        super().leaveEvent(event)

    def dragEnterEvent(self, event: QDropEvent) -> None:
        event.ignore()

    def _own_key(self, event: QKeyEvent) -> Callable[[list[LibraryPicture]], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_5:
            rating = event.key() - Qt.Key.Key_0
            return lambda pictures: self.rated.emit(pictures, rating)
        acts: dict[int, Callable[[list[LibraryPicture]], None]] = {
            Qt.Key.Key_Space: self.enlarged.emit,
            Qt.Key.Key_Return: self.opened.emit,
            Qt.Key.Key_Enter: self.opened.emit,
            Qt.Key.Key_E: self.star_toggled.emit,
            Qt.Key.Key_Delete: self.trashed.emit,
            Qt.Key.Key_Backspace: self.trashed.emit,
        }
        return acts.get(event.key())

    def _lay_out(self) -> None:
        """As many columns as fit, shared out evenly; the row on top stays on top."""
        width = max(1, self.viewport().width())
        columns = max(1, width // (self._side + 2 * MARGIN))
        cell = width // columns
        if (columns, cell) == (self._columns, self._cell):
            return
        top = self._top()
        self._columns, self._cell = columns, cell
        self.updateGeometries()
        if top.isValid() and top.row() > 0:
            self.scrollTo(top, QAbstractItemView.ScrollHint.PositionAtTop)
        self.viewport().update()

    def _top(self) -> QModelIndex:
        return self.indexAt(QPoint(self._cell // 2, self._cell // 2))

    def _keep_top(self, _parent: QModelIndex, first: int, _last: int) -> None:
        """Who has scrolled down goes on looking at the same pictures when new ones come above."""
        top = self._top()
        scrolled = self.verticalScrollBar().value() > 0
        self._top_before_change = QPersistentModelIndex(top) if scrolled and first <= top.row() else None

    def _stay(self) -> None:
        self.updateGeometries()
        if self._top_before_change is not None:
            offset = self.verticalScrollBar().value() % self._cell
            line = self._top_before_change.row() // self._columns
            self.verticalScrollBar().setValue(line * self._cell + offset)
            self._top_before_change = None
        self.viewport().update()

    def _tell_current(self, *_: object) -> None:
        self.current_picture_changed.emit(self.current_picture())

    def _tell_read(self, first: QModelIndex, last: QModelIndex) -> None:
        """The current one may have been read only now."""
        if first.row() <= self.currentIndex().row() <= last.row():
            self._tell_current()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()

    def _keep_current(self) -> None:
        picture = self.current_picture()
        self._kept_id = picture.id if picture else ""

    def _find_current(self) -> None:
        self.updateGeometries()
        row = self._pictures.row_of(self._kept_id)
        if row is None:
            self.verticalScrollBar().setValue(0)
            self._tell_current()
        else:
            self.setCurrentIndex(self._pictures.index(row))
        self.viewport().update()

    def _keep_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        row = self.currentIndex().row()
        self._removed_row = row if first <= row <= last else None

    def _choose_next(self) -> None:
        """Who deletes one picture after the other goes on downwards; Qt would go up."""
        self.updateGeometries()
        if self._removed_row is not None and self._pictures.rowCount() > 0:
            self.setCurrentIndex(self._pictures.index(min(self._removed_row, self._pictures.rowCount() - 1)))
        self.viewport().update()
