"""The whole picture, small, with a frame around what the view shows: a press or a drag there looks elsewhere."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QTransform, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_view import WHEEL_STEP, CanvasView
from desktop.widgets.theme import SPACE, theme_of
from desktop.widgets.translations import tr

LEAST_HEIGHT = 30 * SPACE


class NavigatorPanel(QWidget):
    def __init__(self, *, viewmodel: CanvasViewModel, view: CanvasView) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.map = NavigatorMap(viewmodel=viewmodel, view=view)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self.map, 1)
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(tr("Navigator"))
        self.map.setAccessibleName(tr("The whole picture"))
        self.map.setToolTip(tr("Press or drag to look elsewhere; the wheel zooms"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)


class NavigatorMap(QWidget):
    def __init__(self, *, viewmodel: CanvasViewModel, view: CanvasView) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._view = view
        self.setMinimumHeight(LEAST_HEIGHT)
        viewmodel.navigation.look_changed.connect(self.update)
        view.picture_refreshed.connect(self.update)
        viewmodel.current.document_replaced.connect(self.update)

    @property
    def _to_map(self) -> QTransform:
        """From the document to this widget: whole, in the middle."""
        document = self._viewmodel.current.document
        transform = QTransform()
        if document is not None:
            scale = min(self.width() / document.width, self.height() / document.height)
            transform.translate(
                (self.width() - document.width * scale) / 2, (self.height() - document.height * scale) / 2
            )
            transform.scale(scale, scale)
        return transform

    def paintEvent(self, _event: QPaintEvent) -> None:
        document = self._viewmodel.current.document
        if document is None:
            return
        theme, transform = theme_of(self), self._to_map
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        page = transform.mapRect(QRectF(document.rect))
        painter.fillRect(page, theme.colour("checker_light"))
        painter.save()
        painter.setTransform(transform, True)
        self._view.draw_small(painter, QRectF(document.rect), transform.m11() * self.devicePixelRatioF())
        painter.restore()
        painter.setClipRect(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        area = transform.map(self._viewmodel.navigation.visible_area)
        painter.setPen(QPen(theme.colour("marker_dark", 0.6), 3))
        painter.drawPolygon(area)
        painter.setPen(QPen(theme.colour("accent"), 1))
        painter.drawPolygon(area)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look_at(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._viewmodel.navigation.zoom_by(WHEEL_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    def _look_at(self, at: QPointF) -> None:
        back, _ = self._to_map.inverted()
        self._viewmodel.navigation.look_at(back.map(at))
