"""A compact colour chooser: saturation and value in a square, hue in a strip, and the value to type."""

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.widgets.theme import FOCUS_RING, RADIUS, SPACE, theme_of
from desktop.widgets.translations import tr

SQUARE = 200
STRIP = 4 * SPACE
STEP = 0.02
LARGE_STEP = 0.1


class _Area(QWidget):
    """A field in which a point from (0, 0) to (1, 1) is chosen by pointer or arrow keys."""

    point_changed = Signal(float, float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._x = 0.0
        self._y = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_point(self, x: float, y: float) -> None:
        self._x, self._y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._take(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        ways = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        way = ways.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        self.set_point(self._x + way[0], self._y + way[1])
        self.point_changed.emit(self._x, self._y)

    def _take(self, at: QPointF) -> None:
        self.set_point(at.x() / max(self.width() - 1, 1), at.y() / max(self.height() - 1, 1))
        self.point_changed.emit(self._x, self._y)

    def _draw_focus(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setPen(QPen(theme_of(self).colour("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class _Square(_Area):
    """Saturation from left to right, value from bottom to top."""

    def __init__(self) -> None:
        super().__init__(tr("Saturation and brightness"))
        self.hue = 0.0
        self.setFixedSize(SQUARE, SQUARE)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across = QLinearGradient(0, 0, self.width(), 0)
        across.setColorAt(0, theme.colour("marker_light"))
        across.setColorAt(1, QColor.fromHsvF(self.hue, 1, 1))
        down = QLinearGradient(0, 0, 0, self.height())
        down.setColorAt(0, theme.colour("marker_dark", 0.0))
        down.setColorAt(1, theme.colour("marker_dark"))
        painter.setPen(Qt.PenStyle.NoPen)
        for gradient in (across, down):
            painter.setBrush(gradient)
            painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        at = QPointF(self._x * (self.width() - 1), self._y * (self.height() - 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, radius in (("marker_dark", SPACE + 1), ("marker_light", SPACE)):
            painter.setPen(QPen(theme.colour(token), 1.5))
            painter.drawEllipse(at, radius, radius)
        self._draw_focus(painter)
        painter.end()


class _Hue(_Area):
    def __init__(self) -> None:
        super().__init__(tr("Hue"))
        self.setFixedSize(SQUARE, STRIP)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gradient = QLinearGradient(0, 0, self.width(), 0)
        for sixth in range(7):
            gradient.setColorAt(sixth / 6, QColor.fromHsvF(sixth / 6 % 1.0, 1, 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        x = min(max(self._x * (self.width() - 1), SPACE), self.width() - 1 - SPACE)
        mark = QRectF(x - SPACE / 2, 1, SPACE, self.height() - 2)
        painter.setPen(QPen(theme.colour("marker_dark"), 1))
        painter.setBrush(theme.colour("marker_light"))
        painter.drawRoundedRect(mark, 2, 2)
        self._draw_focus(painter)
        painter.end()


class ColourPanel(QWidget):
    """A popup. Hue and saturation are kept while the colour is grey, where a colour alone forgets them."""

    colour_changed = Signal(QColor)
    closed = Signal()

    def __init__(self, *, colour: QColor, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.setAccessibleName(tr("Choose a colour"))
        self._hue = max(colour.hsvHueF(), 0.0)
        self._saturation = colour.hsvSaturationF()
        self._value = colour.valueF()
        self.square = _Square()
        self.hue = _Hue()
        self.code = QLineEdit()
        self.code.setAccessibleName(tr("Colour as a code"))
        self.code.setToolTip(tr("Colour as a code"))
        self.code.setMaxLength(7)
        caption = QLabel(tr("Code"))
        caption.setBuddy(self.code)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self.square)
        column.addWidget(self.hue)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.code, 1)
        column.addLayout(row)
        self.square.point_changed.connect(self._on_square)
        self.hue.point_changed.connect(self._on_hue)
        self.code.editingFinished.connect(self._on_code)
        self._show()

    @property
    def colour(self) -> QColor:
        return QColor.fromHsvF(min(self._hue, 0.9999), self._saturation, self._value)

    def show_beside(self, widget: QWidget) -> None:
        corner = widget.mapToGlobal(QPoint(widget.width() + SPACE, 0))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            corner = widget.mapToGlobal(QPoint(-self.sizeHint().width() - SPACE, 0))
        screen = widget.screen().availableGeometry()
        size = self.sizeHint()
        x = min(max(corner.x(), screen.left()), screen.right() - size.width())
        y = min(max(corner.y(), screen.top()), screen.bottom() - size.height())
        self.move(x, y)
        self.show()
        self.square.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _on_square(self, x: float, y: float) -> None:
        self._saturation, self._value = x, 1 - y
        self._changed()

    def _on_hue(self, x: float, _y: float) -> None:
        self._hue = x
        self._changed()

    def _on_code(self) -> None:
        text = self.code.text().strip()
        colour = QColor(text if text.startswith("#") else f"#{text}")
        if colour.isValid() and colour != self.colour:
            self._hue = max(colour.hsvHueF(), 0.0) if colour.hsvHueF() >= 0 else self._hue
            self._saturation, self._value = colour.hsvSaturationF(), colour.valueF()
            self._changed()
        else:
            self._show()

    def _changed(self) -> None:
        self._show()
        self.colour_changed.emit(self.colour)

    def _show(self) -> None:
        self.square.hue = min(self._hue, 0.9999)
        self.square.set_point(self._saturation, 1 - self._value)
        self.hue.set_point(self._hue, 0.5)
        self.code.setText(self.colour.name())
