"""Marching ants that cost next to nothing: a step of theirs repaints only the cells that their line runs through."""

from collections.abc import Callable

import cv2
import numpy as np
from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QRegion
from PySide6.QtWidgets import QWidget

from desktop.canvas.selection import grey_pixels
from desktop.canvas.views.markers import DASH
from desktop.canvas.views.overlay_painting import OverlayPainter

STEP_MILLISECONDS = 120
LONG_OUTLINE = 4000
"""Straight pieces from which on a step takes some milliseconds."""
SLOW_STEP_MILLISECONDS = 480
CELL = 32
"""Logical pixels on a side."""
FINER = 4
"""Parts of a cell's side for which it is told whether the line comes near."""


class MarchingAnts(QObject):
    """Moves the dashes of the selection's outline in `view`, and repaints where that shows."""

    def __init__(
        self, *, view: QWidget, overlays: OverlayPainter, reduced_motion: Callable[[], bool]
    ) -> None:
        super().__init__(view)
        self._view = view
        self._overlays = overlays
        self._reduced_motion = reduced_motion
        self._place: QRegion | None = None
        self._timer = QTimer(self, interval=STEP_MILLISECONDS)
        self._timer.timeout.connect(self._march)
        self.phase = 0.0

    @property
    def marching(self) -> bool:
        return self._timer.isActive()

    def start_or_stop(self) -> None:
        """The selection differs, or whether the view is seen."""
        self.forget_place()
        is_long = self._overlays.pieces > LONG_OUTLINE
        self._timer.setInterval(SLOW_STEP_MILLISECONDS if is_long else STEP_MILLISECONDS)
        if self._overlays.has_outline and self._view.isVisible() and not self._reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()

    def stop(self) -> None:
        self._timer.stop()

    def forget_place(self) -> None:
        """The outline or the look differs."""
        self._place = None

    def _march(self) -> None:
        self.phase = (self.phase + 1) % (2 * DASH)
        if self._place is None:
            self._place = cells_along(self._overlays.outline_in_view, self._view.rect())
        self._view.update(self._place)


def cells_along(path: QPainterPath, area: QRect) -> QRegion:
    """Cells of `area` that the path runs through, or comes so near to that its line may touch them."""
    image = QImage(
        -(-area.width() // CELL) * FINER, -(-area.height() // CELL) * FINER, QImage.Format.Format_Grayscale8
    )
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.scale(FINER / CELL, FINER / CELL)
    # Hard and one pixel wide, which is by far the quickest; the margin is added afterwards.
    pen = QPen(Qt.GlobalColor.white, 1.0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.drawPath(path)
    painter.end()
    near = cv2.dilate(grey_pixels(image), np.ones((3, 3), np.uint8))
    touched = near.reshape(-1, FINER, near.shape[1] // FINER, FINER).any(axis=(1, 3))
    region = QRegion()
    for row in range(touched.shape[0]):
        changes = np.flatnonzero(np.diff(np.pad(touched[row].astype(np.int8), 1)))
        for start, end in zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True):
            region += QRect(start * CELL, row * CELL, (end - start) * CELL, CELL)
    return region & QRegion(area)
