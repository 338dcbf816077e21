"""What a stroke is made with, besides where it goes."""

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.symmetry import NO_SYMMETRY, Symmetry


@dataclass(frozen=True, slots=True, kw_only=True)
class StrokeStyle:
    """`seed` decides all that is left to chance; `background` is what an eraser leaves where transparency is locked."""

    brush: Brush
    colour: QColor
    background: QColor = field(default_factory=lambda: QColor(255, 255, 255))
    symmetry: Symmetry = NO_SYMMETRY
    seed: int = 0


def colour_of_stroke(colour: QColor, brush: Brush, seed: int) -> QColor:
    """The colour that was chosen, or one near it where the brush leaves that to chance."""
    if not (brush.hue_jitter or brush.saturation_jitter or brush.lightness_jitter):
        return colour
    chance = Random(f"colour {seed}")
    hue, saturation, lightness = colour.hslHueF(), colour.hslSaturationF(), colour.lightnessF()
    hue = (max(hue, 0.0) + brush.hue_jitter * chance.uniform(-0.5, 0.5)) % 1.0
    saturation = min(max(saturation + brush.saturation_jitter * chance.uniform(-0.5, 0.5), 0.0), 1.0)
    lightness = min(max(lightness + brush.lightness_jitter * chance.uniform(-0.5, 0.5), 0.0), 1.0)
    return QColor.fromHslF(hue, saturation, lightness, colour.alphaF()).toRgb()


class Marks(Protocol):
    """Where touches go."""

    def lay(self, touches: list[Touch]) -> list[QRect]:
        """Paint them; the document's rectangles that show otherwise, few and apart."""
        ...


def gathered(areas: list[QRect]) -> list[QRect]:
    """Neighbours as one rectangle, but never two images of a symmetric stroke with all that lies between them."""
    kept: list[QRect] = []
    for area in areas:
        for index, known in enumerate(kept):
            both = known.united(area)
            if _size(both) <= 1.5 * (_size(known) + _size(area)):
                kept[index] = both
                break
        else:
            kept.append(area)
    return kept


def _size(area: QRect) -> int:
    return area.width() * area.height()
