"""Draws the things of a scene with the shadow each casts. Lengths in units of a thing's size."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from assets.starter_model.buildings import draw_bridge, draw_house
from assets.starter_model.easel import Easel, polygon
from assets.starter_model.palette import Light, clear
from assets.starter_model.scene import Thing
from assets.starter_model.trees import draw_tree
from assets.starter_model.vessels import draw_balloon, draw_boat


def draw_things(easel: Easel) -> None:
    """Farthest first, as the scene holds them."""
    for thing in easel.scene.things:
        x, y = thing.x * easel.width, thing.y * easel.height
        from_left = easel.sun.x() < x
        _draw(easel, thing, x, y, from_left=from_left)


def _draw(easel: Easel, thing: Thing, x: float, y: float, *, from_left: bool) -> None:
    """With its foot (a balloon: its middle) at x, y. Things turn to either side; the light does not."""
    painter, light, snowy = easel.painter, easel.light, easel.scene.ground == "snow"
    painter.save()
    painter.translate(x, y)
    painter.scale(thing.size, thing.size)
    if thing.kind in ("house", "tree"):
        _shadow(painter, thing, light, 1 if from_left else -1)
    lit_side = from_left
    if thing.mirrored and thing.kind != "bridge":
        painter.scale(-1, 1)
        lit_side = not from_left
    match thing.kind:
        case "house":
            draw_house(painter, thing, light, from_left=lit_side, snowy=snowy)
        case "tree":
            draw_tree(painter, thing, light, from_left=lit_side, snowy=snowy)
        case "boat":
            draw_boat(painter, thing, light, from_left=lit_side)
        case "balloon":
            draw_balloon(painter, thing, light, from_left=lit_side)
        case _:
            draw_bridge(painter, thing, light)
    painter.restore()


def _shadow(painter: QPainter, thing: Thing, light: Light, away: int) -> None:
    """On the ground, away from the light and towards the eye."""
    shade = clear(QColor("#101c38"), light.shadow)
    reach = light.reach * away
    if thing.kind == "house":
        far = ((0.56 + reach, 0.2), (-0.5 + reach, 0.2))
        polygon(painter, shade, (-0.5, -0.02), (0.56, -0.02), *far)
        return
    polygon(painter, shade, (-0.05, 0), (0.05, 0), (reach * 0.7 + 0.08, 0.1), (reach * 0.7 - 0.08, 0.1))
    painter.setBrush(shade)
    painter.drawEllipse(QPointF(reach * 0.8, 0.08), 0.34, 0.09)
