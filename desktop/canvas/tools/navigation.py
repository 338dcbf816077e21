"""Tools that move the view and leave the picture alone."""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.navigation import Look, Navigation
from desktop.canvas.tools.base import Pointer

ANGLE_STEP = 15.0
"""Degrees between the angles that Shift holds the view to."""


class PanTool:
    def __init__(self, *, navigation: Navigation) -> None:
        self._navigation = navigation
        self._last: QPointF | None = None
        self._before = Look()

    @property
    def active(self) -> bool:
        return self._last is not None

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._last = pointer.in_view
        self._before = self._navigation.look

    def move(self, pointer: Pointer) -> None:
        if self._last is not None:
            self._navigation.pan_by(pointer.in_view - self._last)
            self._last = pointer.in_view

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._last = None

    def cancel(self) -> None:
        if self._last is not None:
            self._last = None
            self._navigation.look_again(self._before)


class RotateTool:
    """Turns the view around its middle by a drag; Shift keeps to steps of 15 degrees."""

    def __init__(self, *, navigation: Navigation) -> None:
        self._navigation = navigation
        self._start: float | None = None
        self._before = Look()

    @property
    def active(self) -> bool:
        return self._start is not None

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._start = self._direction(pointer.in_view)
        self._before = self._navigation.look

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        angle = self._before.angle + self._direction(pointer.in_view) - self._start
        if pointer.modifiers & Qt.KeyboardModifier.ShiftModifier:
            angle = round(angle / ANGLE_STEP) * ANGLE_STEP
        self._navigation.rotate_to(angle)

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._start = None

    def cancel(self) -> None:
        if self._start is not None:
            self._start = None
            self._navigation.look_again(self._before)

    def _direction(self, point: QPointF) -> float:
        arm = point - self._navigation.middle
        return math.degrees(math.atan2(arm.y(), arm.x()))
