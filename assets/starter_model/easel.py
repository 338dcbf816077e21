"""What the parts of a drawing share: the painter on its pixels, units, and a few shapes."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPolygonF

from assets.starter_model.palette import LIGHTS, Light
from assets.starter_model.scene import Scene, ridge_line


@dataclass(frozen=True)
class Easel:
    """One scene being drawn. `width` and `height` are in units of the picture's shorter side, `unit` pixels;
    `pixels` (height, width, 4) is the memory of `image`, which the painter paints on.
    """

    scene: Scene
    painter: QPainter
    image: QImage
    pixels: NDArray[np.uint8]
    width: float
    height: float
    unit: int

    @property
    def light(self) -> Light:
        return LIGHTS[self.scene.hour]

    @property
    def horizon(self) -> float:
        return self.scene.horizon * self.height

    @property
    def sun(self) -> QPointF:
        return QPointF(self.scene.light_x * self.width, self.scene.light_y * self.height)

    def chance(self, part: int) -> random.Random:
        """Each part of a drawing has its own randomness, so that none depends on another's."""
        return random.Random(self.scene.seed * 16 + part)

    def outline(self, layer: int, base: float, swing: float) -> QPainterPath:
        """The land below a rolling line around `base`."""
        path = QPainterPath(QPointF(0, self.height + 0.01))
        for index in range(41):
            x = index / 40
            path.lineTo(x * self.width, base - swing * ridge_line(self.scene.seed, layer, x))
        path.lineTo(self.width, self.height + 0.01)
        path.closeSubpath()
        return path

    def start(self) -> None:
        """Begins painting on the pixels; numbers are units from here on."""
        self.painter.begin(self.image)
        smooth = self.scene.style != "pixel"
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        self.painter.scale(self.unit, self.unit)
        self.painter.setPen(Qt.PenStyle.NoPen)


def vertical(top: float, bottom: float, *colours: QColor) -> QBrush:
    """A gradient from `top` to `bottom` through evenly spaced colours."""
    gradient = QLinearGradient(0, top, 0, bottom)
    for index, colour in enumerate(colours):
        gradient.setColorAt(index / (len(colours) - 1), colour)
    return QBrush(gradient)


def polygon(painter: QPainter, colour: QColor, *points: tuple[float, float]) -> None:
    """A filled polygon."""
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
