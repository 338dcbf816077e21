"""Tools that cover much at once: the gradient, shapes, and what acts by a press alone."""

import math
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.tools.base import Pointer
from desktop.canvas.tools.selecting import SMALLEST_DRAG

ANGLE_STEP = 15.0
"""Degrees between the directions that Shift holds a gradient to."""


class PouringTarget(Protocol):
    def show_gradient(self, start: QPointF, end: QPointF) -> None:
        """A preview; nothing is painted yet."""
        ...

    def pour_gradient(self, start: QPointF, end: QPointF) -> None: ...

    def show_shape(self, start: QPointF, end: QPointF, *, even: bool, from_middle: bool) -> None: ...

    def pour_shape(self, start: QPointF, end: QPointF, *, even: bool, from_middle: bool) -> None: ...

    def clear_draft(self) -> None: ...


class PressTool:
    """Acts where it is pressed, and by nothing else: the bucket, and text."""

    def __init__(self, *, press: Callable[[QPointF], None]) -> None:
        self._press = press

    @property
    def active(self) -> bool:
        return False

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._press(pointer.position)

    def move(self, pointer: Pointer) -> None:
        """The press was all."""

    def release(self, pointer: Pointer) -> None:
        """The press was all."""

    def cancel(self) -> None:
        """The press was all."""


class _DraggingTool:
    """A drag from a start to an end; one that is too short to be meant does nothing."""

    def __init__(self, *, target: PouringTarget) -> None:
        self._target = target
        self._start: QPointF | None = None
        self._start_in_view = QPointF()

    @property
    def active(self) -> bool:
        return self._start is not None

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._start = pointer.position
        self._start_in_view = pointer.in_view

    def move(self, pointer: Pointer) -> None:
        if self._start is not None and self._meant(pointer):
            self._show(self._start, pointer)

    def release(self, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        if self._meant(pointer):
            self._pour(start, pointer)
        else:
            self._target.clear_draft()

    def cancel(self) -> None:
        if self._start is not None:
            self._start = None
            self._target.clear_draft()

    def _meant(self, pointer: Pointer) -> bool:
        way = pointer.in_view - self._start_in_view
        return max(abs(way.x()), abs(way.y())) >= SMALLEST_DRAG

    def _show(self, start: QPointF, pointer: Pointer) -> None:
        raise NotImplementedError

    def _pour(self, start: QPointF, pointer: Pointer) -> None:
        raise NotImplementedError


class GradientTool(_DraggingTool):
    """From the first colour to the last, by a line that is drawn; Shift holds it to steps of 15 degrees."""

    def __init__(self, *, target: PouringTarget) -> None:
        super().__init__(target=target)
        self._end: QPointF | None = None

    @property
    def outline(self) -> QPainterPath:
        path = QPainterPath()
        if self._start is not None and self._end is not None:
            path.moveTo(self._start)
            path.lineTo(self._end)
        return path

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        self._end = None

    def _show(self, start: QPointF, pointer: Pointer) -> None:
        self._end = _held(start, pointer)
        self._target.show_gradient(start, self._end)

    def _pour(self, start: QPointF, pointer: Pointer) -> None:
        self._target.pour_gradient(start, _held(start, pointer))


class ShapeTool(_DraggingTool):
    """From corner to corner; Shift makes sides alike, Alt begins in the middle."""

    def _show(self, start: QPointF, pointer: Pointer) -> None:
        self._target.show_shape(
            start, pointer.position, even=_has_shift(pointer), from_middle=_has_alt(pointer)
        )

    def _pour(self, start: QPointF, pointer: Pointer) -> None:
        self._target.pour_shape(
            start, pointer.position, even=_has_shift(pointer), from_middle=_has_alt(pointer)
        )


def _has_shift(pointer: Pointer) -> bool:
    return bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)


def _has_alt(pointer: Pointer) -> bool:
    return bool(pointer.modifiers & Qt.KeyboardModifier.AltModifier)


def _held(start: QPointF, pointer: Pointer) -> QPointF:
    if not _has_shift(pointer):
        return pointer.position
    way = pointer.position - start
    step = math.radians(ANGLE_STEP)
    angle = round(math.atan2(way.y(), way.x()) / step) * step
    length = math.hypot(way.x(), way.y())
    return start + QPointF(length * math.cos(angle), length * math.sin(angle))
