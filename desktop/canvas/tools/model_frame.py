"""The tool that draws the frame for the model: beside it a new one, on its lines another size, inside it moves."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainterPath

from desktop.canvas.model_frame import FrameSides, Grip, dragged, drawn, grip_at
from desktop.canvas.tools.base import Pointer
from desktop.canvas.tools.selecting import SMALLEST_DRAG

REACH = 8.0
"""Logical pixels around a line of the frame that still hold it."""


class FrameTarget(Protocol):
    @property
    def rect(self) -> QRect | None: ...

    @property
    def sides(self) -> FrameSides: ...

    def show(self, rect: QRect | None) -> None: ...


class Scale(Protocol):
    @property
    def zoom(self) -> float: ...

    @property
    def pixel_ratio(self) -> float: ...


class ModelFrameTool:
    def __init__(self, *, target: FrameTarget, navigation: Scale) -> None:
        self._target = target
        self._navigation = navigation
        self._start: Pointer | None = None
        self._before: QRect | None = None
        self._grip: Grip | None = None
        self._moved = False

    @property
    def active(self) -> bool:
        return self._start is not None

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._start, self._before, self._moved = pointer, self._target.rect, False
        reach = REACH * self._navigation.pixel_ratio / self._navigation.zoom
        self._grip = grip_at(self._before, pointer.position, reach) if self._before is not None else None

    def move(self, pointer: Pointer) -> None:
        start = self._start
        if start is None:
            return
        way = pointer.in_view - start.in_view
        self._moved = self._moved or max(abs(way.x()), abs(way.y())) >= SMALLEST_DRAG
        if self._moved:
            self._target.show(self._reshaped(start.position, pointer.position))

    def release(self, pointer: Pointer) -> None:
        """A click beside the frame takes it away."""
        self.move(pointer)
        if self._start is not None and not self._moved and self._grip is None:
            self._target.show(None)
        self._start = None

    def cancel(self) -> None:
        if self._start is not None:
            self._start = None
            self._target.show(self._before)

    def _reshaped(self, start: QPointF, now: QPointF) -> QRect:
        if self._grip is None or self._before is None:
            return drawn(start, now, self._target.sides)
        return dragged(self._before, self._grip, now - start, self._target.sides)
