"""Tools that draw the outline of a selection."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from desktop.canvas.selection import SelectionMode
from desktop.canvas.tools.base import Pointer

SMALLEST_DRAG = 3.0
"""Logical pixels of the view; a shorter drag is a click, which selects nothing."""


class SelectionOptions(Protocol):
    @property
    def selection_mode(self) -> SelectionMode: ...


class SelectionTarget(Protocol):
    def select_rectangle(self, rect: QRect, mode: SelectionMode) -> None: ...

    def select_lasso(self, points: Sequence[QPointF], mode: SelectionMode) -> None: ...

    def deselect(self) -> None: ...


def combined_mode(modifiers: Qt.KeyboardModifier, chosen: SelectionMode) -> SelectionMode:
    """Shift adds, Alt subtracts, both intersect; without either, what the options bar says."""
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    if shift and alt:
        return SelectionMode.INTERSECT
    if shift:
        return SelectionMode.ADD
    return SelectionMode.SUBTRACT if alt else chosen


class _SelectingTool(ABC):
    """A drag that ends in a shape; what the keys say at its start is what happens at its end."""

    def __init__(self, *, target: SelectionTarget, options: SelectionOptions) -> None:
        self._target = target
        self._options = options
        self._points: list[QPointF] = []
        self._start_in_view = QPointF()
        self._dragged = False
        self._mode = SelectionMode.REPLACE

    @property
    def active(self) -> bool:
        return bool(self._points)

    @property
    def outline(self) -> QPainterPath:
        return self._shape() if self._dragged else QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._mode = combined_mode(pointer.modifiers, self._options.selection_mode)
        self._points = [pointer.position]
        self._start_in_view = pointer.in_view
        self._dragged = False

    def move(self, pointer: Pointer) -> None:
        if not self._points:
            return
        way = pointer.in_view - self._start_in_view
        self._dragged = self._dragged or max(abs(way.x()), abs(way.y())) >= SMALLEST_DRAG
        self._extend(pointer.position)

    def release(self, pointer: Pointer) -> None:
        if not self._points:
            return
        self.move(pointer)
        points, dragged = self._points, self._dragged
        self.cancel()
        if dragged:
            self._select(points)
        elif self._mode is SelectionMode.REPLACE:
            self._target.deselect()

    def cancel(self) -> None:
        self._points = []
        self._dragged = False

    @abstractmethod
    def _extend(self, position: QPointF) -> None: ...

    @abstractmethod
    def _shape(self) -> QPainterPath: ...

    @abstractmethod
    def _select(self, points: Sequence[QPointF]) -> None: ...


class MarqueeTool(_SelectingTool):
    """A rectangle of whole pixels along the document's own axes, however the view is turned."""

    def _extend(self, position: QPointF) -> None:
        self._points = [self._points[0], position]

    def _shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(_whole_pixels(self._points)))
        return path

    def _select(self, points: Sequence[QPointF]) -> None:
        self._target.select_rectangle(_whole_pixels(points), self._mode)


def _whole_pixels(points: Sequence[QPointF]) -> QRect:
    left, right = sorted((round(points[0].x()), round(points[-1].x())))
    top, bottom = sorted((round(points[0].y()), round(points[-1].y())))
    return QRect(left, top, right - left, bottom - top)


class LassoTool(_SelectingTool):
    """A shape drawn by hand, closed by a straight line."""

    def _extend(self, position: QPointF) -> None:
        if position != self._points[-1]:
            self._points.append(position)

    def _shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addPolygon(QPolygonF(self._points))
        path.closeSubpath()
        return path

    def _select(self, points: Sequence[QPointF]) -> None:
        self._target.select_lasso(points, self._mode)
