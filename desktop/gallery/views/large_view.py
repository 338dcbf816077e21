"""One picture as large as the window, over the gallery."""

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.library.picture import LibraryPicture
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import SPACE, theme_of
from desktop.widgets.translations import tr

SLIDE_MILLISECONDS = 4000
Load = Callable[[LibraryPicture, QSize], Awaitable[QImage]]


class LargeView(QWidget):
    """Hidden until it has something to show; Esc, space or a click goes back, arrows walk on."""

    walked = Signal(int)
    star_asked = Signal()
    open_asked = Signal()
    trash_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget, *, load: Load) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = TaskOwner()
        self._picture: LibraryPicture | None = None
        self._image = QImage()
        self._loading: asyncio.Task[None] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._slides = QTimer(self, interval=SLIDE_MILLISECONDS)
        self._slides.timeout.connect(lambda: self.walked.emit(1))
        self.setToolTip(tr("Esc goes back, the arrow keys walk on, S plays them one after the other"))
        self.hide()

    @property
    def picture(self) -> LibraryPicture | None:
        return self._picture

    @property
    def image(self) -> QImage:
        return self._image

    def show_picture(self, picture: LibraryPicture, meanwhile: QImage | None) -> None:
        """`meanwhile` is a smaller version of it, shown until the whole is read."""
        self._picture = picture
        self._image = meanwhile or QImage()
        self.setAccessibleName(picture.prompt or picture.file.stem)
        self.show()
        self.raise_()
        self.setFocus()
        self._read()
        self.update()

    @property
    def is_playing(self) -> bool:
        return self._slides.isActive()

    def play(self, on: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        """A slideshow, until it is stopped or the last picture is shown."""
        if on:
            self._slides.start()
        else:
            self._slides.stop()

    def close_view(self) -> None:
        self.play(False)
        if self._loading is not None:
            self._loading.cancel()
        self._picture, self._image = None, QImage()
        self.hide()
        self.closed.emit()

    async def stop(self) -> None:
        await self._tasks.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_Space:
                self.close_view()
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.walked.emit(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.walked.emit(1)
            case Qt.Key.Key_S:
                self.play(not self.is_playing)
            case Qt.Key.Key_E:
                self.star_asked.emit()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.trash_asked.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.open_asked.emit()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.close_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._picture is not None:
            self._read()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme_of().colour("surround"))
        if self._picture is not None and not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._place(self._picture), self._image)
        painter.end()

    def _read(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
        if self._picture is not None:
            self._loading = self._tasks.start(self._read_picture(self._picture))

    async def _read_picture(self, picture: LibraryPicture) -> None:
        image = await self._load(picture, (self._space().size() * self.devicePixelRatioF()).toSize())
        if picture == self._picture and not image.isNull():
            self._image = image
            self.update()

    def _space(self) -> QRectF:
        margin = 4 * SPACE
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def _place(self, picture: LibraryPicture) -> QRectF:
        """A small picture is shown at its own size: enlarging it would show what is not there."""
        space, scale = self._space(), self.devicePixelRatioF()
        most = min(space.width() / picture.width, space.height() / picture.height, 1.0)
        width, height = picture.width * most, picture.height * most
        corner = space.center() - QPointF(width / 2, height / 2)
        return QRectF(round(corner.x() * scale) / scale, round(corner.y() * scale) / scale, width, height)
