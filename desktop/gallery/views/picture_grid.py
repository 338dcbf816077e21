"""The grid of pictures: even columns, thumbnails drawn as they come, walked by keys."""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.gallery.picture_list import PICTURE_ROLE, PictureList
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.library.picture import LibraryPicture
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.theme import (
    FOCUS_RING,
    ICON_SIZE,
    LARGE_ICON_SIZE,
    RADIUS,
    SPACE,
    THUMBNAIL_SIDE,
    theme_of,
)

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 96, 320, 16
MARGIN = 2 * SPACE
BATCH = 500
STAR = QPolygonF(
    [
        QPointF(0.0, -1.0),
        QPointF(0.235, -0.324),
        QPointF(0.951, -0.309),
        QPointF(0.380, 0.124),
        QPointF(0.588, 0.809),
        QPointF(0.0, 0.4),
        QPointF(-0.588, 0.809),
        QPointF(-0.380, 0.124),
        QPointF(-0.951, -0.309),
        QPointF(-0.235, -0.324),
    ]
)
"""Of radius 1."""


class PictureDelegate(QStyledItemDelegate):
    def __init__(self, thumbnails: ThumbnailCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = self.parent()
        return view.gridSize() if isinstance(view, QListView) else super().sizeHint(option, index)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        picture = index.data(PICTURE_ROLE)
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if not isinstance(picture, LibraryPicture):
            return
        space = cell.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        scale = painter.device().devicePixelRatio()
        image = self._thumbnails.image(picture, round(min(space.width(), space.height()) * scale))
        place = _place_of(picture, space, scale)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if image is not None:
            painter.drawImage(place, image, QRectF(image.rect()))
        else:
            self._paint_placeholder(painter, place, scale, missing=self._thumbnails.is_missing(picture))
        if state & QStyle.StateFlag.State_Selected:
            self._paint_ring(painter, place, focused=bool(state & QStyle.StateFlag.State_HasFocus))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(theme_of().colour("line"), 1))
            painter.drawRect(place.adjusted(-1.5, -1.5, 1.5, 1.5))
        if picture.starred:
            self._paint_star(painter, place)
        painter.restore()

    def _paint_placeholder(self, painter: QPainter, place: QRectF, scale: float, *, missing: bool) -> None:
        painter.fillRect(place, theme_of().colour("raised"))
        if missing:
            sign = icon_pixmap("triangle-alert", side=LARGE_ICON_SIZE, scale=scale, role="quiet_text")
            half = LARGE_ICON_SIZE / 2
            painter.drawPixmap(place.center() - QPointF(half, half), sign)

    def _paint_ring(self, painter: QPainter, place: QRectF, *, focused: bool) -> None:
        """Outside the picture, so that nothing of it is hidden."""
        width = FOCUS_RING + 1 if focused else FOCUS_RING
        away = width / 2 + 1
        painter.setPen(QPen(theme_of().colour("ring"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-away, -away, away, away), RADIUS, RADIUS)

    def _paint_star(self, painter: QPainter, place: QRectF) -> None:
        """On a shade, so that it shows on any picture."""
        theme = theme_of()
        centre = QPointF(place.right() - ICON_SIZE * 0.75, place.top() + ICON_SIZE * 0.75)
        radius = ICON_SIZE * 0.625
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("shade", 0.6))
        painter.drawEllipse(centre, radius, radius)
        path = QPainterPath()
        path.addPolygon(
            QTransform.fromTranslate(centre.x(), centre.y()).scale(radius * 0.7, radius * 0.7).map(STAR)
        )
        painter.fillPath(path, theme.colour("marker_light"))


class PictureGrid(QListView):
    """Signals carry the selected pictures, the current one first."""

    opened = Signal(object)
    enlarged = Signal(object)
    star_toggled = Signal(object)
    trashed = Signal(object)
    current_picture_changed = Signal(object)
    side_changed = Signal(int)

    def __init__(self, pictures: PictureList, thumbnails: ThumbnailCache) -> None:
        super().__init__()
        self._pictures = pictures
        self._side = THUMBNAIL_SIDE
        self._kept_id = ""
        self._removed_row: int | None = None
        # Connected before Qt's own, which moves the current index.
        pictures.rowsAboutToBeRemoved.connect(self._keep_removed)
        self.setModel(pictures)
        self.setItemDelegate(PictureDelegate(thumbnails, self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH)
        self.setUniformItemSizes(True)
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
        self.doubleClicked.connect(lambda _index: self.enlarged.emit(self.selected()))
        self.selectionModel().currentChanged.connect(self._tell_current)
        pictures.modelAboutToBeReset.connect(self._keep_current)
        pictures.modelReset.connect(self._find_current)
        pictures.rowsRemoved.connect(self._choose_next)

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

    def selected(self) -> list[LibraryPicture]:
        current = self.currentIndex()
        indexes = sorted(self.selectedIndexes(), key=lambda index: (index != current, index.row()))
        pictures = [self._pictures.picture(index) for index in indexes]
        return [picture for picture in pictures if picture is not None]

    def move_current(self, step: int) -> None:
        """To the next (1) or the one before (-1), if there is one."""
        row = self.currentIndex().row() + step
        if 0 <= row < self._pictures.rowCount():
            self.setCurrentIndex(self._pictures.index(row))

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
            super().keyPressEvent(event)
        elif selected := self.selected():
            act(selected)

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

    def dragEnterEvent(self, event: QDropEvent) -> None:
        event.ignore()

    def _own_key(self, event: QKeyEvent) -> Callable[[list[LibraryPicture]], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        match event.key():
            case Qt.Key.Key_Space:
                return self.enlarged.emit
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                return self.opened.emit
            case Qt.Key.Key_E:
                return self.star_toggled.emit
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                return self.trashed.emit
            case _:
                return None

    def _lay_out(self) -> None:
        """As many columns as fit, shared out evenly; the row on top stays on top."""
        # One pixel stays free: Qt wraps a row that fills the width exactly.
        width = self.viewport().width() - 1
        columns = max(1, width // (self._side + 2 * MARGIN))
        cell = QSize(width // columns, width // columns)
        if cell == self.gridSize():
            return
        top = self.indexAt(self.viewport().rect().topLeft() + QRect(0, 0, MARGIN, MARGIN).center())
        self.setGridSize(cell)
        if top.isValid() and self.verticalScrollBar().value() > 0:
            self.scrollTo(top, QAbstractItemView.ScrollHint.PositionAtTop)

    def _tell_current(self, *_: object) -> None:
        self.current_picture_changed.emit(self.current_picture())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()

    def _keep_current(self) -> None:
        picture = self.current_picture()
        self._kept_id = picture.id if picture else ""

    def _find_current(self) -> None:
        row = self._pictures.row_of(self._kept_id)
        if row is None:
            self._tell_current()
        else:
            self.setCurrentIndex(self._pictures.index(row))

    def _keep_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        row = self.currentIndex().row()
        self._removed_row = row if first <= row <= last else None

    def _choose_next(self) -> None:
        """Who deletes one picture after the other goes on downwards; Qt would go up."""
        if self._removed_row is not None and self._pictures.rowCount() > 0:
            self.setCurrentIndex(self._pictures.index(min(self._removed_row, self._pictures.rowCount() - 1)))


def _place_of(picture: LibraryPicture, space: QRect, scale: float) -> QRectF:
    """As large as fits, never larger than the picture, on whole device pixels, so that it stays sharp."""
    most = min(space.width() / picture.width, space.height() / picture.height, 1.0)
    width = max(1, round(picture.width * most * scale)) / scale
    height = max(1, round(picture.height * most * scale)) / scale
    left = round((space.left() + (space.width() - width) / 2) * scale) / scale
    top = round((space.top() + (space.height() - height) / 2) * scale) / scale
    return QRectF(left, top, width, height)
