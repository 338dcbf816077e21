"""Two to four pictures side by side, zoomed and moved as one."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.library.picture import LibraryPicture
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import SPACE, theme_of
from desktop.widgets.translations import tr

Load = Callable[[LibraryPicture, QSize], Awaitable[QImage]]
LARGEST = QSize(8192, 8192)
MOST_ZOOM = 16.0
_STEP = 1.25


class CompareView(QWidget):
    """Over the gallery; Esc goes back, the wheel zooms, dragging moves, 0 fits."""

    closed = Signal()

    def __init__(self, parent: QWidget, *, load: Load) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = TaskOwner()
        self._pictures: list[LibraryPicture] = []
        self._images: list[QImage] = []
        self._zoom = 1.0
        self._middle = QPointF(0.5, 0.5)
        self._dragged_from: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Compare pictures"))
        self.hide()

    @property
    def zoom(self) -> float:
        """1 fits."""
        return self._zoom

    @property
    def middle(self) -> QPointF:
        """What part of each picture is in the middle of its place: 0 to 1 each way."""
        return self._middle

    def show_pictures(self, pictures: Sequence[LibraryPicture]) -> None:
        self._pictures = list(pictures)
        self._images = [QImage() for _ in pictures]
        self._fit()
        self.show()
        self.raise_()
        self.setFocus()
        for place, picture in enumerate(self._pictures):
            self._tasks.start(self._read(place, picture))

    def close_view(self) -> None:
        self._tasks.cancel_all()
        self._images = []
        self.hide()
        self.closed.emit()

    async def stop(self) -> None:
        await self._tasks.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_Space:
                self.close_view()
            case Qt.Key.Key_0:
                self._fit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom_by(_STEP)
            case Qt.Key.Key_Minus:
                self._zoom_by(1 / _STEP)
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom_by(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None and self._images:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            shown = self._shown_size(0, self._places()[0])
            self._move_to(self._middle - QPointF(moved.x() / shown.width(), moved.y() / shown.height()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._dragged_from = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme_of().colour("surround"))
        for number, place in enumerate(self._places()):
            image = self._images[number]
            painter.setClipRect(place)
            if image.isNull():
                painter.fillRect(place, theme_of().colour("raised"))
                continue
            size = self._shown_size(number, place)
            left = place.center().x() - self._middle.x() * size.width()
            top = place.center().y() - self._middle.y() * size.height()
            painter.drawImage(QRectF(left, top, size.width(), size.height()), image)

    def _places(self) -> list[QRect]:
        """Side by side; four as two by two."""
        count = max(1, len(self._images))
        columns = 2 if count == 4 else count
        lines = -(-count // columns)
        width = (self.width() - SPACE * (columns - 1)) // columns
        height = (self.height() - SPACE * (lines - 1)) // lines
        return [
            QRect((number % columns) * (width + SPACE), (number // columns) * (height + SPACE), width, height)
            for number in range(len(self._images))
        ]

    def _shown_size(self, number: int, place: QRect) -> QSize:
        image = self._images[number]
        size = image.size() if not image.isNull() else QSize(1, 1)
        fitting = size.scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return (fitting * self._zoom).expandedTo(QSize(1, 1))

    def _zoom_by(self, factor: float) -> None:
        self._zoom = max(1.0, min(MOST_ZOOM, self._zoom * factor))
        if self._zoom == 1.0:
            self._middle = QPointF(0.5, 0.5)
        self.update()

    def _move_to(self, middle: QPointF) -> None:
        if self._zoom > 1:
            self._middle = QPointF(max(0.0, min(1.0, middle.x())), max(0.0, min(1.0, middle.y())))
            self.update()

    def _fit(self) -> None:
        self._zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self.update()

    async def _read(self, place: int, picture: LibraryPicture) -> None:
        image = await self._load(picture, LARGEST)
        if place < len(self._images) and self._pictures[place] is picture:
            self._images[place] = image
            self.update()
