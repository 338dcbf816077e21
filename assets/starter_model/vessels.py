"""Draws boats and hot-air balloons. Lengths in units of a thing's size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen

from assets.starter_model.buildings import READABLE_AT_NIGHT
from assets.starter_model.easel import polygon
from assets.starter_model.palette import BALLOONS, HULL, SAILS, TRUNK, Light, clear, lit
from assets.starter_model.scene import Thing


def draw_boat(painter: QPainter, thing: Thing, light: Light, *, from_left: bool) -> None:
    """A sailing boat; hull and sails stand once more, pale and upside down, in the water."""
    painter.save()
    painter.scale(1, -0.62)
    painter.setOpacity(0.3)
    _boat(painter, thing, light, from_left=from_left)
    painter.restore()
    _boat(painter, thing, light, from_left=from_left)


def _boat(painter: QPainter, thing: Thing, light: Light, *, from_left: bool) -> None:
    colour = QColor(SAILS[thing.colour])
    main_colour = lit(colour.darker(100 if from_left else 108), light, glow=READABLE_AT_NIGHT)
    jib = lit(colour.darker(118 if from_left else 100), light, glow=READABLE_AT_NIGHT)
    hull = lit(HULL, light, glow=0.35)
    painter.setBrush(lit(TRUNK, light, glow=0.2))
    painter.drawRect(QRectF(-0.03, -1.02, 0.04, 0.9))
    main = QPainterPath(QPointF(0.03, -1.0))
    main.quadTo(QPointF(0.44, -0.6), QPointF(0.48, -0.22))
    main.lineTo(0.03, -0.22)
    main.closeSubpath()
    painter.setBrush(main_colour)
    painter.drawPath(main)
    polygon(painter, jib, (-0.06, -0.9), (-0.06, -0.22), (-0.4, -0.22))
    polygon(painter, hull, (-0.46, -0.15), (0.52, -0.15), (0.38, 0.03), (-0.32, 0.03))
    rail = lit("#f4ead8", light, glow=0.35)
    polygon(painter, rail, (-0.46, -0.15), (0.52, -0.15), (0.48, -0.1), (-0.42, -0.1))


def draw_balloon(painter: QPainter, thing: Thing, light: Light, *, from_left: bool) -> None:
    """An envelope with a paler stripe and a basket, its middle at the origin; one side lies in shade."""
    envelope = QPainterPath(QPointF(-0.08, 0.5))
    envelope.cubicTo(QPointF(-0.16, 0.3), QPointF(-0.4, 0.2), QPointF(-0.4, -0.1))
    envelope.cubicTo(QPointF(-0.4, -0.62), QPointF(0.4, -0.62), QPointF(0.4, -0.1))
    envelope.cubicTo(QPointF(0.4, 0.2), QPointF(0.16, 0.3), QPointF(0.08, 0.5))
    envelope.closeSubpath()
    painter.setBrush(lit(BALLOONS[thing.colour], light, glow=READABLE_AT_NIGHT))
    painter.drawPath(envelope)
    stripe = QPainterPath(QPointF(-0.04, 0.5))
    stripe.cubicTo(QPointF(-0.2, 0.1), QPointF(-0.2, -0.3), QPointF(0, -0.5))
    stripe.cubicTo(QPointF(0.2, -0.3), QPointF(0.2, 0.1), QPointF(0.04, 0.5))
    stripe.closeSubpath()
    painter.setBrush(lit(QColor(BALLOONS[thing.colour]).lighter(145), light, glow=READABLE_AT_NIGHT))
    painter.drawPath(stripe)
    shade = QLinearGradient(-0.4, 0, 0.4, 0) if from_left else QLinearGradient(0.4, 0, -0.4, 0)
    shade.setColorAt(0, clear("#ffffff", 0.18))
    shade.setColorAt(0.45, clear("#101c38", 0))
    shade.setColorAt(1, clear("#101c38", 0.3))
    painter.setBrush(shade)
    painter.drawPath(envelope)
    painter.setPen(QPen(lit(TRUNK, light, glow=0.3), 0.025))
    painter.drawLine(QPointF(-0.07, 0.5), QPointF(-0.06, 0.64))
    painter.drawLine(QPointF(0.07, 0.5), QPointF(0.06, 0.64))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(lit(TRUNK, light, glow=0.3))
    painter.drawRoundedRect(QRectF(-0.1, 0.63, 0.2, 0.15), 0.03, 0.03)
