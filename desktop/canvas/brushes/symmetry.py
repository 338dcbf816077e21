"""Strokes that are painted on several sides at once, around the middle of the document."""

import math
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainterPath, QTransform

LARGEST_FOLD = 24


class SymmetryKind(StrEnum):
    NONE = "none"
    VERTICAL = "vertical"
    """A vertical axis: left and right are alike."""
    HORIZONTAL = "horizontal"
    BOTH = "both"
    RADIAL = "radial"


@dataclass(frozen=True, slots=True)
class Symmetry:
    """`folds` is how many times a radial stroke is repeated in a whole turn (2 to 24)."""

    kind: SymmetryKind = SymmetryKind.NONE
    folds: int = 6

    @property
    def mirrors_across(self) -> bool:
        return self.kind in {SymmetryKind.VERTICAL, SymmetryKind.BOTH}

    @property
    def mirrors_down(self) -> bool:
        return self.kind in {SymmetryKind.HORIZONTAL, SymmetryKind.BOTH}

    @property
    def turns(self) -> tuple[float, ...]:
        """Degrees by which a radial stroke is repeated, without the stroke itself."""
        if self.kind is not SymmetryKind.RADIAL:
            return ()
        return tuple(360.0 * number / self.folds for number in range(1, self.folds))

    def copies(self, rect: QRect) -> tuple[QTransform, ...]:
        """How a point goes to each of its images, the point's own place first."""
        width, height = rect.width(), rect.height()
        across = QTransform(-1, 0, 0, 1, width, 0)
        down = QTransform(1, 0, 0, -1, 0, height)
        copies = [QTransform()]
        if self.mirrors_across:
            copies.append(across)
        if self.mirrors_down:
            copies += [copy * down for copy in copies]
        middle = QPointF(width / 2, height / 2)
        copies += [_turned(middle, degrees) for degrees in self.turns]
        return tuple(copies)

    def axes(self, rect: QRect) -> QPainterPath:
        """The lines to show over the document; empty without symmetry."""
        path = QPainterPath()
        x, y = rect.width() / 2, rect.height() / 2
        if self.mirrors_across:
            path.moveTo(x, 0)
            path.lineTo(x, rect.height())
        if self.mirrors_down:
            path.moveTo(0, y)
            path.lineTo(rect.width(), y)
        if self.kind is SymmetryKind.RADIAL:
            reach = math.hypot(x, y)
            for number in range(self.folds):
                angle = math.radians(360.0 * number / self.folds - 90)
                path.moveTo(x, y)
                path.lineTo(x + reach * math.cos(angle), y + reach * math.sin(angle))
        return path


NO_SYMMETRY = Symmetry()


def _turned(middle: QPointF, degrees: float) -> QTransform:
    transform = QTransform()
    transform.translate(middle.x(), middle.y())
    transform.rotate(degrees)
    transform.translate(-middle.x(), -middle.y())
    return transform
