"""From a tablet's event to a pointer on the document."""

import math

from PySide6.QtGui import QTabletEvent

from desktop.canvas.navigation import Navigation
from desktop.canvas.tools.base import Pointer

FLAT = 60.0
"""Degrees of tilt at which tablets end: the pen lies as flat as it can."""


def pen_pointer(event: QTabletEvent, navigation: Navigation) -> Pointer:
    """Tilt and its direction are turned with the view, so that a brush leans as the hand does."""
    x, y = math.tan(math.radians(event.xTilt())), math.tan(math.radians(event.yTilt()))
    tilt = min(1.0, math.degrees(math.atan(math.hypot(x, y))) / FLAT)
    direction = math.degrees(math.atan2(y, x)) - navigation.angle if tilt else 0.0
    return Pointer(
        navigation.to_document(event.position()),
        event.position(),
        event.pressure(),
        event.modifiers(),
        tilt,
        direction,
    )
