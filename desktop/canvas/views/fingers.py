"""Two fingers on the screen move, pinch and turn the view; one finger is left to Qt, as a mouse."""

import math

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QTouchEvent

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.gestures import Gestures

DEAD_ANGLE = 8.0
"""Degrees that two fingers must turn before the view does: nobody pinches quite straight."""


class Fingers:
    def __init__(self, *, navigation: Navigation, gestures: Gestures) -> None:
        self._navigation = navigation
        self._gestures = gestures
        self._last: tuple[QPointF, QPointF] | None = None
        self._turned = 0.0

    def take(self, event: QTouchEvent) -> bool:
        """Whether the event was one of two fingers, and is done with."""
        points = [point.position() for point in event.points()]
        ended = event.type() in {QEvent.Type.TouchEnd, QEvent.Type.TouchCancel}
        if len(points) != 2 or ended:
            was_two, self._last = self._last is not None, None
            return was_two
        now = (points[0], points[1])
        if self._last is None:
            # What one finger began to draw before the other came was not meant.
            self._gestures.cancel()
            self._turned = 0.0
        else:
            self._follow(self._last, now)
        self._last = now
        event.accept()
        return True

    def _follow(self, before: tuple[QPointF, QPointF], now: tuple[QPointF, QPointF]) -> None:
        old, new = before[1] - before[0], now[1] - now[0]
        middle = (now[0] + now[1]) / 2
        self._navigation.pan_by(middle - (before[0] + before[1]) / 2)
        length, former = math.hypot(new.x(), new.y()), math.hypot(old.x(), old.y())
        if length > 0 and former > 0:
            self._navigation.zoom_by(length / former, middle)
        way = math.degrees(math.atan2(new.y(), new.x()) - math.atan2(old.y(), old.x()))
        way = math.remainder(way, 360.0)
        self._turned += way
        if abs(self._turned) >= DEAD_ANGLE:
            self._navigation.rotate_to(self._navigation.angle + way, middle)
