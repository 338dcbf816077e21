"""The grid of a board in the artist's own order: pictures are dragged, or moved by keys, to their places."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)

from desktop.gallery.picture_list import PICTURE_IDS, PictureList
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.gallery.views.picture_grid import PictureGrid
from desktop.widgets.theme import SPACE

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class ArrangingGrid(PictureGrid):
    """Only while `arranging`; elsewhere nothing of the grid's own is taken in."""

    arranged = Signal(object, object)
    """The rows of the moved pictures, and the id of the one that they come before; None for the end."""

    def __init__(self, pictures: PictureList, thumbnails: ThumbnailCache) -> None:
        super().__init__(pictures, thumbnails)
        self.arranging = False
        self._gap: int | None = None
        self._moved_ids: list[str] = []
        pictures.rowsInserted.connect(self._follow_moved)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._step(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = self._step(event)
        if step is None:
            super().keyPressEvent(event)
        else:
            self.move_selected(step)

    def move_selected(self, step: int) -> None:
        """One place towards the front (-1) or the end (1)."""
        rows = sorted(self.selected_rows())
        if not rows or not self.arranging:
            return
        gap = rows[0] - 1 if step < 0 else rows[-1] + 2
        if 0 <= gap <= self._pictures.rowCount():
            self._move(rows, gap)

    def dragEnterEvent(self, event: QDropEvent) -> None:
        self._offer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._offer(event)

    def _offer(self, event: QDropEvent) -> None:
        if self.arranging and event.source() is self and event.mimeData().hasFormat(PICTURE_IDS):
            self._show_gap(self._gap_at(event.position().toPoint()))
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_gap(None)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        gap = self._gap_at(event.position().toPoint())
        self._show_gap(None)
        self._move(sorted(self.selected_rows()), gap)
        event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._gap is not None:
            painter = QPainter(self.viewport())
            painter.fillRect(self._gap_line(self._gap), self.palette().highlight())

    def set_arranging(self, *, arranging: bool) -> None:
        self.arranging = arranging
        self.setDragDropMode(self.DragDropMode.DragDrop if arranging else self.DragDropMode.DragOnly)

    def _step(self, event: QKeyEvent) -> int | None:
        if not self.arranging or event.modifiers() != Qt.KeyboardModifier.AltModifier:
            return None
        return _STEPS.get(Qt.Key(event.key()))

    def _move(self, rows: list[int], gap: int) -> None:
        following = self._pictures.picture(self._pictures.index(gap))
        self._moved_ids = [picture.id for picture in self.selected()]
        if rows:
            self.arranged.emit(rows, following.id if following else None)

    def _follow_moved(self) -> None:
        """What was moved stays chosen, the current one first."""
        rows = [
            row for picture_id in self._moved_ids if (row := self._pictures.row_of(picture_id)) is not None
        ]
        self._moved_ids = []
        if rows:
            current = self._pictures.index(rows[0])
            self.selectionModel().setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.selectionModel().select(self._only(rows), QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(current)

    def _only(self, rows: list[int]) -> QItemSelection:
        selection = QItemSelection()
        for row in rows:
            selection.select(self._pictures.index(row), self._pictures.index(row))
        return selection

    def _gap_at(self, point: QPoint) -> int:
        """Before which row: the nearer side of the picture under the pointer."""
        index = self.indexAt(point)
        if not index.isValid():
            return self._pictures.rowCount() if point.y() > 0 else 0
        return index.row() + (point.x() > self.visualRect(index).center().x())

    def _gap_line(self, gap: int) -> QRect:
        """At the left of a picture, or at the right of the last."""
        last = self._pictures.rowCount() - 1
        place = self.visualRect(self._pictures.index(min(gap, last)))
        left = place.right() if gap > last else place.left()
        return QRect(left - SPACE // 4, place.top(), SPACE // 2, place.height())

    def _show_gap(self, gap: int | None) -> None:
        if gap != self._gap:
            self._gap = gap
            self.viewport().update()
