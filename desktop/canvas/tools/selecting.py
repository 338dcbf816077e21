"""Tools that draw the outline of a selection."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
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

    def select_ellipse(self, rect: QRectF, mode: SelectionMode) -> None: ...

    def select_lasso(self, points: Sequence[QPointF], mode: SelectionMode) -> None: ...

    def select_by_wand(self, at: QPointF, mode: SelectionMode) -> None: ...

    def select_by_colour(self, at: QPointF, mode: SelectionMode) -> None: ...

    def deselect(self) -> None: ...

    def is_selected(self, at: QPointF) -> bool: ...

    def move(self, way: QPoint) -> None: ...


class OutlineSource(Protocol):
    @property
    def selection_outline(self) -> QPainterPath: ...


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
    """A drag that ends in a shape; what the keys say at its start is what happens at its end.

    A drag that starts on what is selected, without a key, moves the outline.
    """

    def __init__(
        self, *, target: SelectionTarget, options: SelectionOptions, outlines: OutlineSource
    ) -> None:
        self._target = target
        self._options = options
        self._outlines = outlines
        self._moves = False
        self._points: list[QPointF] = []
        self._start_in_view = QPointF()
        self._dragged = False
        self._mode = SelectionMode.REPLACE

    @property
    def active(self) -> bool:
        return bool(self._points)

    @property
    def outline(self) -> QPainterPath:
        if not self._dragged:
            return QPainterPath()
        if self._moves:
            return self._outlines.selection_outline.translated(QPointF(self._way()))
        return self._shape()

    def press(self, pointer: Pointer) -> None:
        self._mode = combined_mode(pointer.modifiers, self._options.selection_mode)
        self._moves = self._mode is SelectionMode.REPLACE and self._target.is_selected(pointer.position)
        self._points = [pointer.position]
        self._start_in_view = pointer.in_view
        self._dragged = False

    def move(self, pointer: Pointer) -> None:
        if not self._points:
            return
        way = pointer.in_view - self._start_in_view
        self._dragged = self._dragged or max(abs(way.x()), abs(way.y())) >= SMALLEST_DRAG
        if self._moves:
            self._points = [self._points[0], pointer.position]
        else:
            self._extend(pointer)

    def release(self, pointer: Pointer) -> None:
        if not self._points:
            return
        self.move(pointer)
        points, dragged, way = self._points, self._dragged, self._way()
        self.cancel()
        if dragged and self._moves:
            self._target.move(way)
        elif dragged:
            self._select(points)
        elif self._mode is SelectionMode.REPLACE:
            self._target.deselect()

    def cancel(self) -> None:
        self._points = []
        self._dragged = False

    def _way(self) -> QPoint:
        way = self._points[-1] - self._points[0]
        return QPoint(round(way.x()), round(way.y()))

    @abstractmethod
    def _extend(self, pointer: Pointer) -> None: ...

    @abstractmethod
    def _shape(self) -> QPainterPath: ...

    @abstractmethod
    def _select(self, points: Sequence[QPointF]) -> None: ...


class MarqueeTool(_SelectingTool):
    """A rectangle of whole pixels along the document's own axes, however the view is turned; Ctrl makes a square."""

    def _extend(self, pointer: Pointer) -> None:
        corner = pointer.position
        if pointer.modifiers & Qt.KeyboardModifier.ControlModifier:
            corner = _squared(self._points[0], corner)
        self._points = [self._points[0], corner]

    def _shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(_whole_pixels(self._points)))
        return path

    def _select(self, points: Sequence[QPointF]) -> None:
        self._target.select_rectangle(_whole_pixels(points), self._mode)


class EllipseTool(MarqueeTool):
    """The ellipse inside such a rectangle; Ctrl makes a circle."""

    def _shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addEllipse(QRectF(_whole_pixels(self._points)))
        return path

    def _select(self, points: Sequence[QPointF]) -> None:
        self._target.select_ellipse(QRectF(_whole_pixels(points)), self._mode)


def _squared(start: QPointF, corner: QPointF) -> QPointF:
    way = corner - start
    side = max(abs(way.x()), abs(way.y()))
    return start + QPointF(math.copysign(side, way.x()), math.copysign(side, way.y()))


def _whole_pixels(points: Sequence[QPointF]) -> QRect:
    left, right = sorted((round(points[0].x()), round(points[-1].x())))
    top, bottom = sorted((round(points[0].y()), round(points[-1].y())))
    return QRect(left, top, right - left, bottom - top)


class LassoTool(_SelectingTool):
    """A shape drawn by hand, closed by a straight line."""

    def _extend(self, pointer: Pointer) -> None:
        if pointer.position != self._points[-1]:
            self._points.append(pointer.position)

    def _shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addPolygon(QPolygonF(self._points))
        path.closeSubpath()
        return path

    def _select(self, points: Sequence[QPointF]) -> None:
        self._target.select_lasso(points, self._mode)
