"""Selection tools that are clicked with: a polygon corner by corner, and what looks like the pixel clicked on."""

from collections.abc import Callable

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from desktop.canvas.navigation import Navigation
from desktop.canvas.selection import SelectionMode
from desktop.canvas.tools.base import Pointer
from desktop.canvas.tools.selecting import SMALLEST_DRAG, SelectionOptions, SelectionTarget, combined_mode

CLOSING_DISTANCE = 8.0
"""Logical pixels of the view from the first corner; a click there closes the polygon."""


class PolygonTool:
    """A click sets a corner; a click on the first one, a second click in one place, or Enter closes the shape."""

    def __init__(self, *, target: SelectionTarget, options: SelectionOptions, navigation: Navigation) -> None:
        self._target = target
        self._options = options
        self._navigation = navigation
        self._mode = SelectionMode.REPLACE
        self._corners: list[QPointF] = []
        self._pointer = QPointF()
        self._down = False

    @property
    def active(self) -> bool:
        return self._down

    @property
    def pending(self) -> bool:
        return bool(self._corners)

    @property
    def outline(self) -> QPainterPath:
        path = QPainterPath()
        if self._corners:
            path.addPolygon(QPolygonF([*self._corners, self._pointer]))
        return path

    def press(self, pointer: Pointer) -> None:
        self._down = True
        if not self._corners:
            self._mode = combined_mode(pointer.modifiers, self._options.selection_mode)
        self._pointer = pointer.position

    def move(self, pointer: Pointer) -> None:
        self._pointer = pointer.position

    def release(self, pointer: Pointer) -> None:
        self._down = False
        closes = len(self._corners) > 2 and self._is_near(pointer, 0, CLOSING_DISTANCE)
        repeats = bool(self._corners) and self._is_near(pointer, -1, SMALLEST_DRAG)
        if closes or repeats:
            self.accept()
            return
        self._corners.append(pointer.position)
        self._pointer = pointer.position

    def cancel(self) -> None:
        self._down = False

    def accept(self) -> None:
        corners, mode = self._corners, self._mode
        self.give_up()
        if len(corners) > 2:
            self._target.select_lasso(corners, mode)

    def give_up(self) -> None:
        self._down = False
        self._corners = []

    def step_back(self) -> None:
        del self._corners[-1:]

    def put_away(self) -> None:
        self.give_up()

    def _is_near(self, pointer: Pointer, corner: int, distance: float) -> bool:
        way = pointer.in_view - self._navigation.to_view(self._corners[corner])
        return max(abs(way.x()), abs(way.y())) <= distance


class SamplingTool:
    """Selects at the press what `select` finds at the pixel under the pointer."""

    def __init__(
        self, *, select: Callable[[QPointF, SelectionMode], None], options: SelectionOptions
    ) -> None:
        self._select = select
        self._options = options
        self._down = False

    @property
    def active(self) -> bool:
        return self._down

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, _pointer: Pointer) -> None:
        self._down = True

    def move(self, _pointer: Pointer) -> None:
        """A wand that is dragged does no more than one that is clicked with."""

    def release(self, pointer: Pointer) -> None:
        self._down = False
        mode = combined_mode(pointer.modifiers, self._options.selection_mode)
        self._select(pointer.position, mode)

    def cancel(self) -> None:
        self._down = False
