"""Marching ants that cost next to nothing: a step changes a table of colours, and repaints only where the line runs."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.overlays import Overlays
from desktop.canvas.views.markers import DASH
from desktop.widgets.theme import Theme

STEP_MILLISECONDS = 120
CELL = 32
"""Device pixels on a side."""


class MarchingAnts(QObject):
    """Draws the outline of the selection in `view`, and moves its dashes."""

    def __init__(
        self,
        *,
        view: QWidget,
        overlays: Overlays,
        navigation: Navigation,
        reduced_motion: Callable[[], bool],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._overlays = overlays
        self._navigation = navigation
        self._reduced_motion = reduced_motion
        self._line: Line | None = None
        self._timer = QTimer(self, interval=STEP_MILLISECONDS)
        self._timer.timeout.connect(self._march)
        self._phase = 0

    @property
    def marching(self) -> bool:
        return self._timer.isActive()

    @property
    def has_outline(self) -> bool:
        return not self._overlays.selection_outline.isEmpty()

    def start_or_stop(self) -> None:
        """The selection differs, or whether the view is seen."""
        self.forget_line()
        if self.has_outline and self._view.isVisible() and not self._reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        self._timer.stop()

    def forget_line(self) -> None:
        """The outline, the look or the size of the view differs."""
        self._line = None

    def draw(self, painter: QPainter, theme: Theme) -> None:
        """With a painter in logical pixels of the view."""
        if self.has_outline:
            ratio = self._view.devicePixelRatioF()
            if self._line is None:
                path = self._navigation.device_transform.map(self._overlays.selection_outline)
                self._line = Line(path, (QRectF(self._view.rect()).size() * ratio).toSize(), ratio)
            image = self._line.coloured(theme, self._phase)
            painter.drawImage(QRectF(0, 0, image.width() / ratio, image.height() / ratio), image)

    def _march(self) -> None:
        self._phase += 1
        if self._line is not None:
            ratio = self._view.devicePixelRatioF()
            back = QTransform.fromScale(1 / ratio, 1 / ratio)
            self._view.update(self._line.place if ratio == 1 else back.map(self._line.place))


class Line:
    """A line on the screen, each pixel of which holds where in the pattern of stripes it lies; 0 is beside the line.

    The stripes run across the screen, so that they move on any line without a length being measured.
    """

    def __init__(self, path: QPainterPath, size: QSize, ratio: float) -> None:
        """`path` is in device pixels."""
        self._dash = max(1, round(DASH * ratio))
        width = max(1, round(ratio))
        image = QImage(size, QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.black)
        painter = QPainter(image)
        pen = QPen(Qt.GlobalColor.white, width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.end()
        rows = np.frombuffer(image.bits(), np.uint8, count=image.sizeInBytes())
        places = rows.reshape(image.height(), image.bytesPerLine())
        period = 2 * self._dash
        across = np.arange(places.shape[1])
        for row in range(min(period, places.shape[0])):
            places[row::period] &= ((across + row) % period + 1).astype(np.uint8)
        self.place = cells_of(places[:, : image.width()])
        image.reinterpretAsFormat(QImage.Format.Format_Indexed8)
        self._image = image

    def coloured(self, theme: Theme, phase: int) -> QImage:
        light = theme.colour("marker_light").rgba()
        dark = theme.colour("marker_dark", 0.85).rgba()
        period = 2 * self._dash
        step = phase * self._dash // round(DASH)
        stripes = [light if (place - step) % period < self._dash else dark for place in range(period)]
        self._image.setColorTable([0, *stripes])
        return self._image


def cells_of(marks: NDArray[np.uint8]) -> QRegion:
    """Squares that hold everything that is marked, in as few rectangles as lie beside each other."""
    height, width = marks.shape
    padded = marks if height % CELL == 0 else np.pad(marks, ((0, -height % CELL), (0, 0)))
    rows = np.bitwise_or.reduce(padded.reshape(-1, CELL, width), axis=1)
    touched = np.bitwise_or.reduceat(rows, np.arange(0, width, CELL), axis=1) > 0
    region = QRegion()
    for row in range(touched.shape[0]):
        changes = np.flatnonzero(np.diff(np.pad(touched[row].astype(np.int8), 1)))
        for start, end in zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True):
            region += QRect(start * CELL, row * CELL, (end - start) * CELL, CELL)
    return region
