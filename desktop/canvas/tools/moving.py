"""The tool that moves layers, or what is selected on them, by whole pixels."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.tools.base import Pointer


class Movement(Protocol):
    def to(self, dx: int, dy: int) -> None: ...

    def finish(self) -> None: ...

    def cancel(self) -> None: ...


class MovingTarget(Protocol):
    def begin_move(self) -> Movement | None: ...

    def bounds(self) -> QRectF | None:
        """Of what would be moved, where it is known."""
        ...

    def snapped_rect(self, rect: QRectF) -> QPointF:
        """By how much to move it further."""
        ...


class MoveTool:
    """Lines attract what is moved; Shift holds it to one direction."""

    def __init__(self, *, target: MovingTarget) -> None:
        self._target = target
        self._move: Movement | None = None
        self._start = QPointF()
        self._bounds: QRectF | None = None

    @property
    def active(self) -> bool:
        return self._move is not None

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._bounds = self._target.bounds()
        self._move = self._target.begin_move()
        self._start = pointer.position

    def move(self, pointer: Pointer) -> None:
        if self._move is not None:
            way = self._way(pointer)
            self._move.to(round(way.x()), round(way.y()))

    def release(self, pointer: Pointer) -> None:
        if self._move is not None:
            self.move(pointer)
            move, self._move = self._move, None
            move.finish()

    def cancel(self) -> None:
        if self._move is not None:
            move, self._move = self._move, None
            move.cancel()

    def _way(self, pointer: Pointer) -> QPointF:
        way = pointer.position - self._start
        held = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
        across = abs(way.x()) >= abs(way.y())
        if held:
            way = QPointF(way.x(), 0) if across else QPointF(0, way.y())
        if self._bounds is None:
            return way
        further = self._target.snapped_rect(self._bounds.translated(way))
        if held:
            further = QPointF(further.x(), 0) if across else QPointF(0, further.y())
        return way + further
