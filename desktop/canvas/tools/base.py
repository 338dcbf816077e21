"""What a tool is: a small state machine fed with pointer events, in coordinates of the document."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath


class ToolName(StrEnum):
    BRUSH = "brush"
    ERASER = "eraser"
    FILL = "fill"
    GRADIENT = "gradient"
    SHAPE = "shape"
    TEXT = "text"
    MARQUEE = "marquee"
    ELLIPSE = "ellipse"
    LASSO = "lasso"
    POLYGON = "polygon"
    WAND = "wand"
    COLOUR_RANGE = "colour_range"
    MOVE = "move"
    TRANSFORM = "transform"
    CROP = "crop"
    PICKER = "picker"
    FRAME = "frame"
    PAN = "pan"
    ROTATE = "rotate"


NO_MODIFIER = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True)
class Pointer:
    """A mouse, pen or finger at one moment. `position` lies on the document, `in_view` in logical pixels."""

    position: QPointF
    in_view: QPointF
    pressure: float = 1.0
    modifiers: Qt.KeyboardModifier = NO_MODIFIER
    tilt: float = 0.0
    """0 is an upright pen, 1 one that lies flat; the rest of what a mouse knows nothing of."""
    direction: float = 0.0
    """Where the pen leans to, in degrees clockwise from the right of the document."""


class Tool(Protocol):
    """`press`, then any number of `move`, then `release` or `cancel`; `cancel` leaves all as it was before."""

    def press(self, pointer: Pointer) -> None: ...

    def move(self, pointer: Pointer) -> None: ...

    def release(self, pointer: Pointer) -> None: ...

    def cancel(self) -> None: ...

    @property
    def active(self) -> bool:
        """Whether a gesture is in hand."""
        ...

    @property
    def outline(self) -> QPainterPath:
        """What the gesture draws over the picture so far, in the document; empty when there is nothing."""
        ...


@runtime_checkable
class HoveringTool(Tool, Protocol):
    """One that shows before the press what the press would do."""

    def hover(self, pointer: Pointer) -> bool:
        """The pointer moves with no button down; whether the outline differs."""
        ...

    def forget(self) -> None:
        """Another document is there: what was done on the last one means nothing."""
        ...


@runtime_checkable
class LastingTool(Tool, Protocol):
    """One whose work may go on between gestures: a polygon point by point, a frame that is fitted."""

    @property
    def pending(self) -> bool: ...

    def accept(self) -> None:
        """Enter: what there is, is what was meant."""
        ...

    def give_up(self) -> None:
        """Esc: leave all as it was."""
        ...

    def step_back(self) -> None:
        """Backspace: take the last point back."""
        ...

    def put_away(self) -> None:
        """Another tool is chosen."""
        ...
