"""A tool that takes hold of a frame: its handles scale, its inside moves, outside it turns."""

import math
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.navigation import Navigation
from desktop.canvas.tools.base import Pointer
from desktop.canvas.transforming.pose import CORNERS, Handle, Pose

GRIP = 10.0
"""Logical pixels of the view around a handle that take hold of it."""


class FrameSession(Protocol):
    @property
    def in_hand(self) -> bool: ...

    @property
    def pose(self) -> Pose | None: ...

    @property
    def may_bend(self) -> bool: ...

    @property
    def keeps_ratio(self) -> bool: ...

    def begin(self) -> None: ...

    def set_pose(self, pose: Pose) -> None: ...

    def accept(self) -> None: ...

    def give_up(self) -> None: ...


class Attraction(Protocol):
    def snapped(self, point: QPointF) -> QPointF: ...

    def snapped_rect(self, rect: QRectF) -> QPointF: ...


class FrameTool:
    """Shift keeps the ratio, or turns in steps; Alt scales from the centre; Ctrl pulls a corner or skews a side."""

    def __init__(self, *, session: FrameSession, navigation: Navigation, lines: Attraction) -> None:
        self._session = session
        self._lines = lines
        self._navigation = navigation
        self._start: Pose | None = None
        self._from = QPointF()
        self._handle: Handle | None = None
        self._inside = False

    @property
    def active(self) -> bool:
        return self._start is not None

    @property
    def pending(self) -> bool:
        return self._session.in_hand

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        if not self._session.in_hand:
            self._session.begin()
        self._start, self._from = self._session.pose, pointer.position
        if self._start is not None:
            self._handle = self._handle_at(self._start, pointer.in_view)
            self._inside = self._start.frame.containsPoint(pointer.position, Qt.FillRule.OddEvenFill)

    def move(self, pointer: Pointer) -> None:
        if self._start is not None:
            self._session.set_pose(self._dragged(self._start, pointer))

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._start = None

    def cancel(self) -> None:
        if self._start is not None:
            self._session.set_pose(self._start)
            self._start = None

    def accept(self) -> None:
        self._start = None
        self._session.accept()

    def give_up(self) -> None:
        self._start = None
        self._session.give_up()

    def step_back(self) -> None:
        """There are no points to take back."""

    def put_away(self) -> None:
        self.accept()

    def _dragged(self, pose: Pose, pointer: Pointer) -> Pose:
        keys = pointer.modifiers
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        alt = bool(keys & Qt.KeyboardModifier.AltModifier)
        bends = self._session.may_bend and bool(keys & Qt.KeyboardModifier.ControlModifier)
        now, handle = pointer.position, self._handle
        if handle is None and self._inside:
            moved = pose.moved(_whole(now - self._from, along_axis=shift))
            return moved.moved(self._lines.snapped_rect(moved.frame.boundingRect()))
        if handle is None:
            return pose.turned(self._from, now, in_steps=shift)
        now = self._lines.snapped(now)
        if bends:
            return pose.bent(handle, now) if handle in CORNERS else pose.skewed(handle, self._from, now)
        return pose.scaled(handle, now, keep_ratio=shift != self._session.keeps_ratio, from_centre=alt)

    def _handle_at(self, pose: Pose, in_view: QPointF) -> Handle | None:
        def distance(handle: Handle) -> float:
            way = self._navigation.to_view(pose.point(handle)) - in_view
            return math.hypot(way.x(), way.y())

        nearest = min(Handle, key=distance)
        return nearest if distance(nearest) <= GRIP else None


class CropTool(FrameTool):
    """Another tool leaves the picture uncut: to cut it, an artist says so."""

    def put_away(self) -> None:
        self.give_up()


def _whole(way: QPointF, *, along_axis: bool) -> QPointF:
    """By whole pixels, so that a picture that is only moved stays as sharp as it was."""
    x, y = round(way.x()), round(way.y())
    if along_axis:
        x, y = (x, 0) if abs(x) >= abs(y) else (0, y)
    return QPointF(x, y)
