"""Snapping for tools that draw or fit shapes, and the hand that takes hold of a guide."""

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from desktop.canvas.tools.base import Pointer, Tool


class HeldGuide(Protocol):
    def to(self, position: float) -> None: ...

    def finish(self, position: float) -> None: ...

    def cancel(self) -> None: ...


class GuideSource(Protocol):
    def guide_at(self, in_view: QPointF) -> tuple[Qt.Orientation, float] | None: ...

    def take_guide(self, orientation: Qt.Orientation, position: float | None = None) -> HeldGuide | None: ...

    def snapped_guide(self, orientation: Qt.Orientation, position: float) -> float: ...

    def snapped(self, point: QPointF) -> QPointF: ...


class GuideOr:
    """Drags the guide that is pressed on; anywhere else it is `tool`."""

    def __init__(self, *, tool: Tool, guides: GuideSource) -> None:
        self._tool = tool
        self._guides = guides
        self._held: HeldGuide | None = None
        self._orientation = Qt.Orientation.Vertical

    @property
    def active(self) -> bool:
        return self._held is not None or self._tool.active

    @property
    def outline(self) -> QPainterPath:
        return self._tool.outline

    def press(self, pointer: Pointer) -> None:
        found = self._guides.guide_at(pointer.in_view)
        if found is None:
            self._tool.press(pointer)
        else:
            self._orientation = found[0]
            self._held = self._guides.take_guide(*found)

    def move(self, pointer: Pointer) -> None:
        if self._held is not None:
            self._held.to(self._position(pointer))
        else:
            self._tool.move(pointer)

    def release(self, pointer: Pointer) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.finish(self._position(pointer))
        else:
            self._tool.release(pointer)

    def cancel(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.cancel()
        else:
            self._tool.cancel()

    def _position(self, pointer: Pointer) -> float:
        upright = self._orientation == Qt.Orientation.Vertical
        value = pointer.position.x() if upright else pointer.position.y()
        return self._guides.snapped_guide(self._orientation, value)


class Snapping:
    """`tool` with a pointer that lines attract."""

    def __init__(self, *, tool: Tool, guides: GuideSource) -> None:
        self._tool = tool
        self._guides = guides

    @property
    def active(self) -> bool:
        return self._tool.active

    @property
    def outline(self) -> QPainterPath:
        return self._tool.outline

    def press(self, pointer: Pointer) -> None:
        self._tool.press(self._snapped(pointer))

    def move(self, pointer: Pointer) -> None:
        self._tool.move(self._snapped(pointer))

    def release(self, pointer: Pointer) -> None:
        self._tool.release(self._snapped(pointer))

    def cancel(self) -> None:
        self._tool.cancel()

    def _snapped(self, pointer: Pointer) -> Pointer:
        return replace(pointer, position=self._guides.snapped(pointer.position))
