"""Draws the things of a scene: houses, trees, boats, balloons. Lengths in units of the shorter side."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QRadialGradient

from assets.starter_model.palette import (
    BALLOONS,
    HULL,
    ROOFS,
    SAILS,
    TREES,
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


def draw_thing(painter: QPainter, thing: Thing, light: Light, x: float, y: float, *, snowy: bool) -> None:
    """Draws one thing with its foot (a balloon: its middle) at x, y; `snowy` puts snow on trees."""
    painter.save()
    painter.translate(x, y)
    painter.scale(-thing.size if thing.mirrored else thing.size, thing.size)
    if thing.kind not in {"balloon", "boat"}:
        painter.setBrush(clear(QColor("#14203a"), 0.22))
        painter.drawEllipse(QPointF(0.06, 0.0), 0.34 if thing.kind == "tree" else 0.62, 0.05)
    if thing.kind == "tree":
        _tree(painter, thing, light, snowy=snowy)
    else:
        {"house": _house, "boat": _boat, "balloon": _balloon}[thing.kind](painter, thing, light)
    painter.restore()


def _polygon(painter: QPainter, colour: QColor, *points: tuple[float, float]) -> None:
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))


def _house(painter: QPainter, thing: Thing, light: Light) -> None:
    """A gabled front with a door, and a long side with two windows under a sloping roof."""
    wall = lit(WALLS[thing.colour], light, glow=READABLE_AT_NIGHT)
    shaded = lit(QColor(WALLS[thing.colour]).darker(122), light, glow=READABLE_AT_NIGHT)
    roof = lit(ROOFS[thing.second_colour], light, glow=0.3)
    snow_edge = lit(QColor(ROOFS[thing.second_colour]).lighter(125), light, glow=0.3)
    window = QColor(WINDOW_LIT) if light.lit_windows else QColor(WINDOW_DARK)
    if light.lit_windows:
        glow = QRadialGradient(QPointF(0.08, -0.25), 0.95)
        glow.setColorAt(0.4, clear(window, 0.28))
        glow.setColorAt(1, clear(window, 0))
        painter.setBrush(glow)
        painter.drawEllipse(QPointF(0.08, -0.25), 0.95, 0.95)
    _polygon(painter, shaded, (0.02, -0.48), (0.55, -0.48), (0.55, 0), (0.02, 0))
    _polygon(painter, wall, (-0.5, 0), (-0.5, -0.45), (-0.23, -0.78), (0.04, -0.45), (0.04, 0))
    _polygon(painter, roof, (-0.23, -0.86), (0.42, -0.86), (0.64, -0.44), (0.06, -0.44))
    _polygon(
        painter,
        snow_edge,
        (-0.23, -0.86),
        (-0.58, -0.42),
        (-0.5, -0.40),
        (-0.23, -0.74),
        (0.04, -0.40),
        (0.11, -0.44),
    )
    painter.setBrush(lit(TRUNK, light, glow=0.3))
    painter.drawRect(QRectF(-0.31, -0.25, 0.16, 0.25))
    painter.setBrush(window)
    painter.drawRect(QRectF(-0.31, -0.52, 0.16, 0.14))
    painter.drawRect(QRectF(0.14, -0.32, 0.13, 0.16))
    painter.drawRect(QRectF(0.35, -0.32, 0.13, 0.16))


def _tree(painter: QPainter, thing: Thing, light: Light, *, snowy: bool) -> None:
    leaf = lit(TREES[thing.colour], light, glow=0.12)
    bright = lit(QColor(TREES[thing.colour]).lighter(120), light, glow=0.12)
    trunk = lit(TRUNK, light, glow=0.1)
    if thing.colour == "palm":
        stem = QPainterPath(QPointF(-0.05, 0))
        stem.quadTo(QPointF(-0.08, -0.5), QPointF(0.08, -0.9))
        stem.lineTo(0.13, -0.88)
        stem.quadTo(QPointF(0.0, -0.5), QPointF(0.06, 0))
        painter.setBrush(trunk)
        painter.drawPath(stem)
        for x, y, colour in (
            (-0.36, -0.66, leaf),
            (0.52, -0.66, leaf),
            (-0.28, -1.0, bright),
            (0.46, -1.0, bright),
        ):
            frond = QPainterPath(QPointF(0.1, -0.9))
            frond.quadTo(QPointF((x + 0.1) / 2, y - 0.26), QPointF(x, y))
            frond.quadTo(QPointF((x + 0.1) / 2, y - 0.06), QPointF(0.1, -0.84))
            painter.setBrush(colour)
            painter.drawPath(frond)
        return
    painter.setBrush(trunk)
    painter.drawRect(QRectF(-0.05, -0.3, 0.1, 0.3))
    if thing.colour == "pine":
        for base, top, half in ((-0.16, -0.62, 0.36), (-0.42, -0.84, 0.29), (-0.66, -1.05, 0.21)):
            _polygon(painter, leaf, (-half, base), (half, base), (0, top))
            _polygon(painter, bright, (-half, base), (-half * 0.15, base), (0, top))
            if snowy:
                brow = base + (top - base) * 0.45
                white = lit("#f4f8fc", light, glow=0.4)
                _polygon(
                    painter, white, (-half * 0.55, brow), (0.0, brow - 0.05), (half * 0.55, brow), (0, top)
                )
        return
    painter.setBrush(leaf)
    painter.drawEllipse(QPointF(0, -0.62), 0.34, 0.4)
    painter.setBrush(bright)
    painter.drawEllipse(QPointF(-0.08, -0.7), 0.21, 0.25)


def _boat(painter: QPainter, thing: Thing, light: Light) -> None:
    """A sailing boat with a pale mirror image of hull and sail beneath it."""
    sail = lit(SAILS[thing.colour], light, glow=READABLE_AT_NIGHT)
    jib = lit(QColor(SAILS[thing.colour]).darker(114), light, glow=READABLE_AT_NIGHT)
    hull = lit(HULL, light, glow=0.3)
    painter.setOpacity(0.3)
    _polygon(painter, sail, (0.0, 0.12), (0.38, 0.14), (0.05, 0.55))
    _polygon(painter, hull, (-0.42, 0.02), (0.46, 0.02), (0.34, 0.16), (-0.3, 0.16))
    painter.setOpacity(1.0)
    painter.setBrush(lit(TRUNK, light, glow=0.2))
    painter.drawRect(QRectF(-0.03, -1.02, 0.04, 0.9))
    main = QPainterPath(QPointF(0.03, -1.0))
    main.quadTo(QPointF(0.42, -0.6), QPointF(0.46, -0.22))
    main.lineTo(0.03, -0.22)
    main.closeSubpath()
    painter.setBrush(sail)
    painter.drawPath(main)
    _polygon(painter, jib, (-0.06, -0.9), (-0.06, -0.22), (-0.38, -0.22))
    _polygon(painter, hull, (-0.46, -0.15), (0.52, -0.15), (0.38, 0.04), (-0.32, 0.04))
    _polygon(
        painter, lit("#f4ead8", light, glow=0.3), (-0.46, -0.15), (0.52, -0.15), (0.49, -0.1), (-0.43, -0.1)
    )


def _balloon(painter: QPainter, thing: Thing, light: Light) -> None:
    """A hot-air balloon with a paler stripe and a basket; its middle is the envelope's."""
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
    rope = QPen(lit(TRUNK, light, glow=0.3), 0.02)
    painter.setPen(rope)
    painter.drawLine(QPointF(-0.07, 0.5), QPointF(-0.06, 0.64))
    painter.drawLine(QPointF(0.07, 0.5), QPointF(0.06, 0.64))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(lit(TRUNK, light, glow=0.3))
    painter.drawRoundedRect(QRectF(-0.09, 0.63, 0.18, 0.14), 0.03, 0.03)
