"""Strokes that are painted on several sides at once, around the middle of the document or another point."""

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
    """`folds` is how many times a radial stroke is repeated in a whole turn (2 to 24); `centre` of None: the middle."""

    kind: SymmetryKind = SymmetryKind.NONE
    folds: int = 6
    centre: tuple[float, float] | None = None

    def centre_in(self, rect: QRect) -> tuple[float, float]:
        """On an edge of pixels or the middle of one, so that each pixel has another as its image."""
        x, y = self.centre or (rect.width() / 2, rect.height() / 2)
        return round(2 * x) / 2, round(2 * y) / 2

    @property
    def has_upright_axis(self) -> bool:
        return self.mirrors_across or self.kind is SymmetryKind.RADIAL

    @property
    def has_level_axis(self) -> bool:
        return self.mirrors_down or self.kind is SymmetryKind.RADIAL

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
        x, y = self.centre_in(rect)
        across = QTransform(-1, 0, 0, 1, 2 * x, 0)
        down = QTransform(1, 0, 0, -1, 0, 2 * y)
        copies = [QTransform()]
        if self.mirrors_across:
            copies.append(across)
        if self.mirrors_down:
            copies += [copy * down for copy in copies]
        middle = QPointF(x, y)
        copies += [_turned(middle, degrees) for degrees in self.turns]
        return tuple(copies)

    def axes(self, rect: QRect) -> QPainterPath:
        """The lines to show over the document; empty without symmetry."""
        path = QPainterPath()
        x, y = self.centre_in(rect)
        if self.mirrors_across:
            path.moveTo(x, 0)
            path.lineTo(x, rect.height())
        if self.mirrors_down:
            path.moveTo(0, y)
            path.lineTo(rect.width(), y)
        if self.kind is SymmetryKind.RADIAL:
            reach = math.hypot(max(x, rect.width() - x), max(y, rect.height() - y))
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
