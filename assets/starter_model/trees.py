"""Draws trees of five kinds, each with a side in the light. Lengths in units of a tree's size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from assets.starter_model.easel import polygon
from assets.starter_model.palette import TREES, TRUNK, Light, lit
from assets.starter_model.scene import Thing


def draw_tree(painter: QPainter, thing: Thing, light: Light, *, from_left: bool, snowy: bool) -> None:
    """A tree of the kind that its colour names."""
    glow = 0.35 if thing.colour in ("cherry", "autumn") else 0.15
    leaf = lit(TREES[thing.colour], light, glow=glow)
    bright = lit(QColor(TREES[thing.colour]).lighter(122), light, glow=glow)
    dark = lit(QColor(TREES[thing.colour]).darker(122), light, glow=glow)
    trunk = lit(TRUNK, light, glow=0.1)
    if thing.colour == "palm":
        _palm(painter, trunk, leaf, bright)
    elif thing.colour == "pine":
        _pine(painter, trunk, (bright, dark) if from_left else (dark, bright), light, snowy=snowy)
    else:
        _round(painter, trunk, (leaf, bright, dark), -1 if from_left else 1)


def _palm(painter: QPainter, trunk: QColor, leaf: QColor, bright: QColor) -> None:
    stem = QPainterPath(QPointF(-0.05, 0))
    stem.quadTo(QPointF(-0.08, -0.5), QPointF(0.08, -0.9))
    stem.lineTo(0.13, -0.88)
    stem.quadTo(QPointF(0.0, -0.5), QPointF(0.06, 0))
    painter.setBrush(trunk)
    painter.drawPath(stem)
    fronds = (
        (-0.36, -0.62, leaf),
        (0.52, -0.62, leaf),
        (-0.12, -0.56, leaf),
        (-0.3, -1.02, bright),
        (0.48, -1.02, bright),
    )
    for x, y, colour in fronds:
        frond = QPainterPath(QPointF(0.1, -0.93))
        frond.quadTo(QPointF((x + 0.1) / 2, y - 0.28), QPointF(x, y))
        frond.quadTo(QPointF((x + 0.1) / 2, y - 0.06), QPointF(0.1, -0.84))
        painter.setBrush(colour)
        painter.drawPath(frond)


def _pine(
    painter: QPainter, trunk: QColor, sides: tuple[QColor, QColor], light: Light, *, snowy: bool
) -> None:
    painter.setBrush(trunk)
    painter.drawRect(QRectF(-0.05, -0.2, 0.1, 0.2))
    white = lit("#f4f8fc", light, glow=0.45)
    for base, top, half in ((-0.14, -0.62, 0.34), (-0.4, -0.84, 0.28), (-0.66, -1.08, 0.2)):
        polygon(painter, sides[0], (-half, base), (0, base + 0.03), (0, top))
        polygon(painter, sides[1], (half, base), (0, base + 0.03), (0, top))
        if snowy:
            brow = base + (top - base) * 0.45
            polygon(painter, white, (-half * 0.55, brow), (0.0, brow - 0.05), (half * 0.55, brow), (0, top))


def _round(
    painter: QPainter, trunk: QColor, colours: tuple[QColor, QColor, QColor], towards_light: int
) -> None:
    """A crown of three balls: its shaded side, its body, its side in the light."""
    leaf, bright, dark = colours
    polygon(painter, trunk, (-0.07, 0), (0.07, 0), (0.035, -0.4), (-0.035, -0.4))
    painter.setBrush(dark)
    painter.drawEllipse(QPointF(-0.1 * towards_light, -0.58), 0.28, 0.29)
    painter.setBrush(leaf)
    painter.drawEllipse(QPointF(0.04 * towards_light, -0.68), 0.3, 0.33)
    painter.setBrush(bright)
    painter.drawEllipse(QPointF(0.11 * towards_light, -0.77), 0.17, 0.18)
