"""The frame that an artist draws for the model to see: its sides are always such as the model paints well."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF

NATIVE_PULL = 0.12
"""So near to the side that the model was trained at (as a share of it), a side becomes just that."""


@dataclass(frozen=True, slots=True)
class FrameSides:
    """What a model paints, in pixels; every side is a multiple of `multiple`."""

    minimum: int = 64
    native: int = 512
    maximum: int = 2048
    multiple: int = 8


class Grip(Enum):
    """Where the hand holds a frame: how much of a drag moves its left, top, right and bottom."""

    INSIDE = (1, 1, 1, 1)
    LEFT = (1, 0, 0, 0)
    TOP = (0, 1, 0, 0)
    RIGHT = (0, 0, 1, 0)
    BOTTOM = (0, 0, 0, 1)
    TOP_LEFT = (1, 1, 0, 0)
    TOP_RIGHT = (0, 1, 1, 0)
    BOTTOM_LEFT = (1, 0, 0, 1)
    BOTTOM_RIGHT = (0, 0, 1, 1)


def snapped_side(length: float, sides: FrameSides) -> int:
    """The nearest side that the model paints."""
    if abs(length - sides.native) <= NATIVE_PULL * sides.native:
        return sides.native
    least = -(-sides.minimum // sides.multiple) * sides.multiple
    most = sides.maximum // sides.multiple * sides.multiple
    return min(max(round(length / sides.multiple) * sides.multiple, least), most)


def drawn(start: QPointF, end: QPointF, sides: FrameSides) -> QRect:
    """From the corner where the drag began towards where it is now."""
    width, height = (
        snapped_side(abs(end.x() - start.x()), sides),
        snapped_side(abs(end.y() - start.y()), sides),
    )
    left = round(start.x()) - (width if end.x() < start.x() else 0)
    top = round(start.y()) - (height if end.y() < start.y() else 0)
    return QRect(left, top, width, height)


def dragged(frame: QRect, grip: Grip, way: QPointF, sides: FrameSides) -> QRect:
    """The frame after a drag by `way` at `grip`; the sides that are not held stay where they are."""
    if grip is Grip.INSIDE:
        return frame.translated(way.toPoint())
    left, top, right, bottom = grip.value
    width = snapped_side(frame.width() + way.x() * (right - left), sides)
    height = snapped_side(frame.height() + way.y() * (bottom - top), sides)
    return QRect(
        frame.x() + (frame.width() - width if left else 0),
        frame.y() + (frame.height() - height if top else 0),
        width if left or right else frame.width(),
        height if top or bottom else frame.height(),
    )


def fitted(frame: QRect, sides: FrameSides) -> QRect:
    """The same for another model: its sides snapped again around its middle."""
    width, height = snapped_side(frame.width(), sides), snapped_side(frame.height(), sides)
    middle = QRectF(frame).center()
    return QRect(round(middle.x() - width / 2), round(middle.y() - height / 2), width, height)


def grip_at(frame: QRect, point: QPointF, reach: float) -> Grip | None:
    """What a hand at `point` holds, `reach` pixels around the frame's lines; None beside the frame."""
    rect = QRectF(frame)
    if not rect.adjusted(-reach, -reach, reach, reach).contains(point):
        return None
    near = (
        abs(point.x() - rect.left()) <= reach,
        abs(point.y() - rect.top()) <= reach,
        abs(point.x() - rect.right()) <= reach,
        abs(point.y() - rect.bottom()) <= reach,
    )
    if not any(near):
        return Grip.INSIDE
    left, top, right, bottom = near
    return Grip((int(left), int(top), int(right and not left), int(bottom and not top)))
