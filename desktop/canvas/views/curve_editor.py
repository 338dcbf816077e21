"""A small curve: how much the pen's pressure or tilt gives. Points are dragged; a click makes one, Delete takes it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.canvas.brushes.curves import LINEAR, MOST_POINTS, Curve, Point
from desktop.widgets.theme import FOCUS_RING, RADIUS, SPACE, theme_of
from desktop.widgets.translations import tr

HEIGHT = 24 * SPACE
REACH = 3 * SPACE
"""Logical pixels from a point within which a press takes it."""
CLOSEST = 0.02
STEP = 0.02


class CurveEditor(QWidget):
    curve_changed = Signal(object)
    """A Curve."""

    def __init__(self) -> None:
        super().__init__()
        self._points: list[Point] = list(LINEAR.points)
        self._held = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    @property
    def curve(self) -> Curve:
        return Curve(points=tuple(self._points))

    def set_curve(self, curve: Curve) -> None:
        if curve.points != tuple(self._points):
            self._points = list(curve.points)
            self._held = min(self._held, len(self._points) - 1)
            self.update()

    def set_text(self, text: str) -> None:
        self.setAccessibleName(text)
        self.setToolTip(
            tr(
                "{name}. Drag points, click to add one, Delete removes it, double click makes it straight",
                name=text,
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(50 * SPACE, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        near = [
            (QPointF(self._place(point) - at).manhattanLength(), index)
            for index, point in enumerate(self._points)
        ]
        distance, index = min(near)
        if distance <= REACH:
            self._held = index
        elif len(self._points) < MOST_POINTS:
            self._insert(*self._value(at))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_held(*self._value(event.position()))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._points, self._held = list(LINEAR.points), 0
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        x, y = self._points[self._held]
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if 0 < self._held < len(self._points) - 1:
                del self._points[self._held]
                self._held -= 1
                self._tell()
            case Qt.Key.Key_Up:
                self._move_held(x, y + STEP)
            case Qt.Key.Key_Down:
                self._move_held(x, y - STEP)
            case Qt.Key.Key_Left:
                self._held = max(0, self._held - 1)
                self.update()
            case Qt.Key.Key_Right:
                self._held = min(len(self._points) - 1, self._held + 1)
                self.update()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(theme.colour("ring"), FOCUS_RING) if self.hasFocus() else QPen(theme.colour("line"), 1)
        )
        painter.setBrush(theme.colour("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        inner = self._inner()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(inner.bottomLeft(), inner.topRight())
        curve = self.curve
        path = QPainterPath(self._place((0.0, curve.at(0.0))))
        for step in range(1, 65):
            path.lineTo(self._place((step / 64, curve.at(step / 64))))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("text"), 1.5))
        painter.drawPath(path)
        for index, point in enumerate(self._points):
            painter.setBrush(theme.colour("accent" if index == self._held and self.hasFocus() else "text"))
            painter.setPen(QPen(theme.colour("field"), 1))
            painter.drawEllipse(self._place(point), SPACE, SPACE)
        painter.end()

    def _inner(self) -> QRectF:
        margin = 2 * SPACE
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def _place(self, point: Point) -> QPointF:
        inner = self._inner()
        return QPointF(inner.left() + point[0] * inner.width(), inner.bottom() - point[1] * inner.height())

    def _value(self, at: QPointF) -> Point:
        inner = self._inner()
        x = (at.x() - inner.left()) / max(inner.width(), 1)
        y = (inner.bottom() - at.y()) / max(inner.height(), 1)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _insert(self, x: float, y: float) -> None:
        """A new point, where it does not crowd its neighbours."""
        index = next((number for number, (right, _) in enumerate(self._points) if right > x), 1)
        if self._points[index - 1][0] + CLOSEST <= x <= self._points[index][0] - CLOSEST:
            self._points.insert(index, (x, y))
            self._held = index
            self._tell()

    def _move_held(self, x: float, y: float) -> None:
        """The ends stay at the sides; every other point stays between its neighbours."""
        index, last = self._held, len(self._points) - 1
        if index in {0, last}:
            x = 0.0 if index == 0 else 1.0
        else:
            left, right = self._points[index - 1][0] + CLOSEST, self._points[index + 1][0] - CLOSEST
            x = min(max(x, left), right) if left <= right else self._points[index][0]
        self._points[index] = (x, min(max(y, 0.0), 1.0))
        self._tell()

    def _tell(self) -> None:
        self.update()
        self.curve_changed.emit(self.curve)
