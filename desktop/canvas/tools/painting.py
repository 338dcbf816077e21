"""Brush and eraser."""

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.strokes import Stroke
from desktop.canvas.tools.base import Pointer


class PaintingTarget(Protocol):
    def begin_stroke(self, *, eraser: bool) -> Stroke | None:
        """None when there is nothing to paint on."""
        ...


class BrushTool:
    """Shift at the press draws a straight line from the end of the stroke before; the stroke goes on from there.

    While Shift is down the line is shown before it is drawn.
    """

    def __init__(self, *, target: PaintingTarget, eraser: bool) -> None:
        self._target = target
        self._eraser = eraser
        self._stroke: Stroke | None = None
        self._last: QPointF | None = None
        self._line_start: QPointF | None = None
        self._shown_line = QPainterPath()

    @property
    def active(self) -> bool:
        return self._stroke is not None

    @property
    def outline(self) -> QPainterPath:
        return self._shown_line

    def hover(self, pointer: Pointer) -> bool:
        line = QPainterPath()
        if self._line_start is not None and _has_shift(pointer):
            line.moveTo(self._line_start)
            line.lineTo(pointer.position)
        differs = line != self._shown_line
        self._shown_line = line
        return differs

    def forget(self) -> None:
        self._line_start, self._shown_line = None, QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._shown_line = QPainterPath()
        self._stroke = self._target.begin_stroke(eraser=self._eraser)
        self._last = None
        if self._stroke is not None and _has_shift(pointer) and self._line_start is not None:
            self._stroke.draw_line(self._line_start, pointer.position, pointer.pressure)
            self._last = pointer.position
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        if self._stroke is not None and pointer.position != self._last:
            self._add(self._stroke, pointer)

    def release(self, pointer: Pointer) -> None:
        if self._stroke is None:
            return
        if self._last != pointer.position and pointer.pressure > 0:
            self._add(self._stroke, pointer)
        stroke, self._stroke = self._stroke, None
        self._line_start = self._last
        stroke.finish()

    def cancel(self) -> None:
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            stroke.cancel()

    def _add(self, stroke: Stroke, pointer: Pointer) -> None:
        stroke.add(pointer.position, pointer.pressure, tilt=pointer.tilt, direction=pointer.direction)
        self._last = pointer.position


def _has_shift(pointer: Pointer) -> bool:
    return bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
