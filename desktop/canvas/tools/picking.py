"""The picker takes the foreground colour from the picture, as it is seen."""

from math import floor
from typing import Protocol

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainterPath

from desktop.canvas.tools.base import Pointer


class ColourSource(Protocol):
    def colour_at(self, point: QPoint) -> QColor | None:
        """What is seen there; None outside the picture and where it is transparent."""
        ...


class ColourKeeper(Protocol):
    @property
    def foreground(self) -> QColor: ...

    def set_foreground(self, colour: QColor) -> None: ...


class PickerTool:
    """The colour follows the pointer as long as it is down."""

    def __init__(self, *, source: ColourSource, colours: ColourKeeper) -> None:
        self._source = source
        self._colours = colours
        self._down = False
        self._before = QColor()

    @property
    def active(self) -> bool:
        return self._down

    @property
    def outline(self) -> QPainterPath:
        return QPainterPath()

    def press(self, pointer: Pointer) -> None:
        self._down = True
        self._before = self._colours.foreground
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        if self._down:
            position = pointer.position
            colour = self._source.colour_at(QPoint(floor(position.x()), floor(position.y())))
            if colour is not None:
                self._colours.set_foreground(colour)

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._down = False

    def cancel(self) -> None:
        if self._down:
            self._down = False
            self._colours.set_foreground(self._before)
