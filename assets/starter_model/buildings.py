"""Draws houses and bridges. Lengths in units of a thing's size, its foot at the origin."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QRadialGradient

from assets.starter_model.easel import polygon
from assets.starter_model.palette import (
    BRIDGES,
    ROOFS,
    TRUNK,
    WALLS,
    WINDOW_DARK,
    WINDOW_LIT,
    Light,
    clear,
    lit,
)
from assets.starter_model.scene import Thing

READABLE_AT_NIGHT = 0.62


def draw_house(painter: QPainter, thing: Thing, light: Light, *, from_left: bool, snowy: bool) -> None:
    """A gabled front with a door, and a long side with two windows under a sloping roof; one of them in shade."""
    wall = lit(WALLS[thing.colour], light, glow=READABLE_AT_NIGHT)
    shaded = lit(QColor(WALLS[thing.colour]).darker(128), light, glow=READABLE_AT_NIGHT)
    roof_colour = QColor("#eef4fb") if snowy else QColor(ROOFS[thing.second_colour])
    roof = lit(roof_colour.darker(100 if from_left else 84), light, glow=0.35)
    edge = lit(roof_colour.lighter(122) if not snowy else QColor("#d2deec"), light, glow=0.35)
    window = QColor(WINDOW_LIT) if light.lit_windows else QColor(WINDOW_DARK)
    front, side = (wall, shaded) if from_left else (shaded, wall)
    if light.lit_windows:
        glow = QRadialGradient(QPointF(0.08, -0.25), 0.95)
        glow.setColorAt(0.4, clear(window, 0.26))
        glow.setColorAt(1, clear(window, 0))
        painter.setBrush(glow)
        painter.drawEllipse(QPointF(0.08, -0.25), 0.95, 0.95)
    painter.setBrush(lit(QColor(ROOFS[thing.second_colour]).darker(125), light, glow=0.3))
    painter.drawRect(QRectF(0.26, -1.0, 0.12, 0.24))
    polygon(painter, side, (0.02, -0.48), (0.55, -0.48), (0.55, 0), (0.02, 0))
    polygon(painter, front, (-0.5, 0), (-0.5, -0.45), (-0.23, -0.78), (0.04, -0.45), (0.04, 0))
    polygon(painter, roof, (-0.23, -0.86), (0.42, -0.86), (0.64, -0.44), (0.06, -0.44))
    gable = ((-0.58, -0.42), (-0.5, -0.40), (-0.23, -0.74), (0.04, -0.40), (0.11, -0.44))
    polygon(painter, edge, (-0.23, -0.86), *gable)
    painter.setBrush(lit(TRUNK, light, glow=0.3))
    painter.drawRect(QRectF(-0.31, -0.27, 0.16, 0.27))
    painter.setBrush(window)
    painter.drawRect(QRectF(-0.31, -0.54, 0.16, 0.15))
    painter.drawRect(QRectF(0.13, -0.33, 0.14, 0.17))
    painter.drawRect(QRectF(0.35, -0.33, 0.14, 0.17))


def draw_bridge(painter: QPainter, thing: Thing, light: Light) -> None:
    """Three arches from shore to shore, with their mirror in the water; broader than the picture."""
    stone = lit(BRIDGES[thing.colour], light, glow=0.5)
    under = lit(QColor(BRIDGES[thing.colour]).darker(135), light, glow=0.4)
    painter.save()
    painter.scale(1, -1)
    painter.setOpacity(0.28)
    painter.setBrush(stone)
    painter.drawPath(_arches(0.0))
    painter.restore()
    painter.setBrush(under)
    painter.drawPath(_arches(0.025))
    painter.setBrush(stone)
    painter.drawPath(_arches(0.0))
    painter.setBrush(lit(QColor(BRIDGES[thing.colour]).lighter(112), light, glow=0.5))
    rail = _deck(-0.025, 0.03)
    painter.drawPath(rail)


def _deck(top: float, thick: float) -> QPainterPath:
    """A strip along the bridge's gentle rise."""
    path = QPainterPath(QPointF(-1.6, top - 0.06))
    path.quadTo(QPointF(0, top - 0.42), QPointF(1.6, top - 0.06))
    path.lineTo(1.6, top + thick - 0.06)
    path.quadTo(QPointF(0, top + thick - 0.42), QPointF(-1.6, top + thick - 0.06))
    path.closeSubpath()
    return path


def _arches(shift: float) -> QPainterPath:
    """The bridge's face; `shift` moves the openings, so that a second face behind shows their thickness."""
    path = QPainterPath(QPointF(-1.6, -0.06))
    path.quadTo(QPointF(0, -0.42), QPointF(1.6, -0.06))
    path.lineTo(1.6, 0.03)
    path.lineTo(-1.6, 0.03)
    path.closeSubpath()
    openings = QPainterPath()
    for middle, half, tall in ((-0.44, 0.15, 0.13), (0, 0.2, 0.18), (0.44, 0.15, 0.13)):
        openings.addEllipse(QPointF(middle + shift, 0.03), half, tall + 0.03)
    return path.subtracted(openings)
