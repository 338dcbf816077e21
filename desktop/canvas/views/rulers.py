"""Rulers beside the picture, in its pixels. A guide is dragged out of them."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.aids import Aids, GuideDrag
from desktop.widgets.theme import SMALL_TEXT_SIZE, SPACE, theme_of
from desktop.widgets.translations import tr

THICKNESS = 5 * SPACE
CLOSEST_LABELS = 64.0
"""Logical pixels between two numbers."""


class Ruler(QWidget):
    """`view` is what it measures; a horizontal ruler gives horizontal guides, as elsewhere."""

    def __init__(
        self, *, orientation: Qt.Orientation, aids: Aids, navigation: Navigation, view: QWidget
    ) -> None:
        super().__init__()
        self._orientation = orientation
        self._aids = aids
        self._navigation = navigation
        self._view = view
        self._drag: GuideDrag | None = None
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(THICKNESS)
            self.setCursor(Qt.CursorShape.SplitVCursor)
        else:
            self.setFixedWidth(THICKNESS)
            self.setCursor(Qt.CursorShape.SplitHCursor)
        navigation.look_changed.connect(self.update)
        self._name()

    def _name(self) -> None:
        across = self._orientation == Qt.Orientation.Horizontal
        name = tr("Ruler at the top") if across else tr("Ruler at the left")
        self.setAccessibleName(name)
        self.setToolTip(tr("Drag a guide out of the ruler"))

    # A guide

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = self._aids.take_guide(self._orientation)
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag.to(self._position(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            drag, self._drag = self._drag, None
            at = self._view.mapFromGlobal(event.globalPosition()).toPoint()
            # A guide that never left the ruler was not meant.
            drag.finish(self._position(event) if self._view.rect().contains(at) else math.inf)

    def _position(self, event: QMouseEvent) -> float:
        at = self._navigation.to_document(QPointF(self._view.mapFromGlobal(event.globalPosition())))
        value = at.y() if self._orientation == Qt.Orientation.Horizontal else at.x()
        return self._aids.snapped_guide(self._orientation, value)

    # Its marks

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        if self._navigation.angle % 180 == 0:
            font = self.font()
            font.setPixelSize(SMALL_TEXT_SIZE)
            painter.setFont(font)
            painter.setPen(theme.colour("quiet_text"))
            self._draw_marks(painter)
        painter.end()

    def _draw_marks(self, painter: QPainter) -> None:
        across = self._orientation == Qt.Orientation.Horizontal
        length = self.width() if across else self.height()
        step = _step(self._navigation.zoom / self._navigation.pixel_ratio)
        ends = [self._value_at(0), self._value_at(length)]
        first, last = math.floor(min(ends) / step), math.ceil(max(ends) / step)
        for number in range(first, last + 1):
            for part in range(5):
                value = (number + part / 5) * step
                at = self._place_of(value)
                size = THICKNESS if part == 0 else THICKNESS / 4
                if across:
                    painter.drawLine(QPointF(at, THICKNESS - size), QPointF(at, THICKNESS))
                else:
                    painter.drawLine(QPointF(THICKNESS - size, at), QPointF(THICKNESS, at))
            self._draw_number(painter, f"{number * step:g}", self._place_of(number * step))

    def _draw_number(self, painter: QPainter, text: str, at: float) -> None:
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop
        area = QRectF(SPACE // 2 + 1, 0, CLOSEST_LABELS, THICKNESS)
        painter.save()
        if self._orientation == Qt.Orientation.Horizontal:
            painter.translate(at, 0)
        else:
            painter.translate(0, at)
            painter.rotate(-90)
            area.translate(0, 0)
        painter.drawText(area, flags, text)
        painter.restore()

    def _value_at(self, logical: float) -> float:
        if self._orientation == Qt.Orientation.Horizontal:
            return self._navigation.to_document(QPointF(logical, 0)).x()
        return self._navigation.to_document(QPointF(0, logical)).y()

    def _place_of(self, value: float) -> float:
        if self._orientation == Qt.Orientation.Horizontal:
            return self._navigation.to_view(QPointF(value, 0)).x()
        return self._navigation.to_view(QPointF(0, value)).y()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)


def _step(scale: float) -> float:
    """1, 2 or 5 times a power of ten, so that numbers don't run into each other."""
    least = CLOSEST_LABELS / scale
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
