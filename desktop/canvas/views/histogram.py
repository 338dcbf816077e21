"""How many pixels of a layer have each brightness."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop.canvas.viewmodels.adjusting import Adjusting
from desktop.widgets.theme import RADIUS, SPACE, theme_of
from desktop.widgets.translations import tr

HEIGHT = 24 * SPACE


class Histogram(QWidget):
    def __init__(self, *, adjusting: Adjusting) -> None:
        super().__init__()
        self._adjusting = adjusting
        self._channel = 0
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(tr("Histogram"))
        self.setToolTip(tr("How many pixels are dark, at the left, or bright, at the right"))
        adjusting.histogram_counted.connect(self.update)

    def show_channel(self, channel: int) -> None:
        """0 is brightness; 1, 2 and 3 are red, green and blue."""
        self._channel = channel
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("field"))
        area = QRectF(self.rect())
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        counts = self._adjusting.histogram
        if counts is not None and counts[self._channel].any():
            # Two peaks of a painting (its paper, its ink) must not press everything else flat.
            heights = np.sqrt(counts[self._channel] / counts[self._channel].max())
            step = area.width() / 255
            points = [
                QPointF(i * step, area.bottom() - heights[i] * (area.height() - SPACE)) for i in range(256)
            ]
            painter.setBrush(theme.colour("quiet_text"))
            painter.drawPolygon(QPolygonF([area.bottomLeft(), *points, area.bottomRight()]))
        painter.end()
