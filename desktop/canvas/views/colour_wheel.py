"""Hue in a ring, saturation and brightness in the square inside of it."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QConicalGradient,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.widgets.theme import FOCUS_RING, SPACE, theme_of
from desktop.widgets.translations import tr

RING = 4 * SPACE
LARGEST = 60 * SPACE
STEP = 0.02


class ColourWheel(QWidget):
    """Arrow keys move in the square, Page Up and Down turn the hue."""

    colour_changed = Signal(QColor)

    def __init__(self) -> None:
        super().__init__()
        self._hue = self._saturation = self._value = 0.0
        self._holds_ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(26 * SPACE, 26 * SPACE)
        self.name()

    def name(self) -> None:
        text = tr("Colour wheel: hue in the ring, saturation and brightness in the square")
        self.setAccessibleName(text)
        self.setToolTip(text)

    @property
    def colour(self) -> QColor:
        return QColor.fromHsvF(min(self._hue, 0.9999), self._saturation, self._value)

    def set_colour(self, colour: QColor) -> None:
        """A grey keeps the hue, and black the saturation, that a colour alone forgets."""
        if colour.rgb() == self.colour.rgb():
            return
        if colour.hsvHueF() >= 0 and colour.hsvSaturationF() > 0:
            self._hue = colour.hsvHueF()
        if colour.valueF() > 0:
            self._saturation = colour.hsvSaturationF()
        self._value = colour.valueF()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(44 * SPACE, 44 * SPACE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        ring = self._ring()
        way = event.position() - ring.center()
        self._holds_ring = math.hypot(way.x(), way.y()) > ring.width() / 2 - RING
        self._take(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0.0, -STEP, 0.0),
            Qt.Key.Key_Right: (0.0, STEP, 0.0),
            Qt.Key.Key_Up: (0.0, 0.0, STEP),
            Qt.Key.Key_Down: (0.0, 0.0, -STEP),
            Qt.Key.Key_PageUp: (STEP, 0.0, 0.0),
            Qt.Key.Key_PageDown: (-STEP, 0.0, 0.0),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        self._set((self._hue + move[0]) % 1.0, self._saturation + move[1], self._value + move[2])

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring, square = self._ring(), self._square()
        hues = QConicalGradient(ring.center(), 0)
        for sixth in range(7):
            hues.setColorAt(sixth / 6, QColor.fromHsvF((1 - sixth / 6) % 1.0, 1, 1))
        band = QPainterPath()
        band.addEllipse(ring)
        band.addEllipse(ring.adjusted(RING, RING, -RING, -RING))
        painter.fillPath(band, hues)
        across = QLinearGradient(square.topLeft(), square.topRight())
        across.setColorAt(0, theme.colour("marker_light"))
        across.setColorAt(1, QColor.fromHsvF(min(self._hue, 0.9999), 1, 1))
        painter.fillRect(square, across)
        down = QLinearGradient(square.topLeft(), square.bottomLeft())
        down.setColorAt(0, theme.colour("marker_dark", 0.0))
        down.setColorAt(1, theme.colour("marker_dark"))
        painter.fillRect(square, down)
        angle = 2 * math.pi * self._hue
        reach = ring.width() / 2 - RING / 2
        self._mark(painter, ring.center() + QPointF(reach * math.cos(angle), reach * math.sin(angle)))
        self._mark(
            painter,
            QPointF(
                square.left() + self._saturation * square.width(),
                square.bottom() - self._value * square.height(),
            ),
        )
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("ring"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(ring.adjusted(1, 1, -1, -1))
        painter.end()

    def _mark(self, painter: QPainter, at: QPointF) -> None:
        theme = theme_of(self)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, radius in (("marker_dark", SPACE + 1.0), ("marker_light", SPACE + 0.0)):
            painter.setPen(QPen(theme.colour(token), 1.5))
            painter.drawEllipse(at, radius, radius)

    def _ring(self) -> QRectF:
        side = min(self.width(), self.height(), LARGEST)
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(self.rect()).center())
        return box

    def _square(self) -> QRectF:
        ring = self._ring()
        side = (ring.width() - 2 * RING - SPACE) / math.sqrt(2)
        box = QRectF(0, 0, side, side)
        box.moveCenter(ring.center())
        return box

    def _take(self, at: QPointF) -> None:
        if self._holds_ring:
            way = at - self._ring().center()
            hue = (math.atan2(way.y(), way.x()) / (2 * math.pi)) % 1.0
            self._set(hue, self._saturation, self._value)
        else:
            square = self._square()
            self._set(
                self._hue,
                (at.x() - square.left()) / square.width(),
                (square.bottom() - at.y()) / square.height(),
            )

    def _set(self, hue: float, saturation: float, value: float) -> None:
        self._hue = hue
        self._saturation, self._value = (min(max(part, 0.0), 1.0) for part in (saturation, value))
        self.update()
        self.colour_changed.emit(self.colour)
