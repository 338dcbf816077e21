"""Draws the ground: what rises behind it, meadows, hills, dunes, snow, forest, and water with its mirror."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from assets.starter_model.easel import Easel, polygon, vertical
from assets.starter_model.palette import FAR_HILLS, GROUNDS, TREES, clear, lit, mix
from assets.starter_model.scene import WATERS


def draw_far_land(easel: Easel) -> None:
    scene, light, painter = easel.scene, easel.light, easel.painter
    layers = scene.hill_layers if scene.ground != "hills" else 1
    glow = 0.3 if scene.ground == "snow" else 0.0
    for layer in range(layers):
        colour = lit(FAR_HILLS[scene.ground], light, distance=light.haze + 0.1, glow=glow)
        foot = mix(colour, QColor(light.horizon), 0.25)
        painter.setBrush(vertical(easel.horizon - 0.1, easel.horizon + 0.05, colour, foot))
        painter.drawPath(easel.outline(layer, easel.horizon - 0.035 * easel.height, 0.035 * easel.height))
    if scene.ground == "forest":
        _wood(easel)


def _wood(easel: Easel) -> None:
    """Two rows of firs along the horizon, the farther paler."""
    light, chance = easel.light, easel.chance(4)
    for row in range(2):
        far = (light.haze + 0.22, light.haze * 0.6)[row]
        left = lit(QColor(TREES["pine"]).lighter(118 - 10 * row), light, distance=far)
        right = lit(QColor(TREES["pine"]).darker(112 + 10 * row), light, distance=far)
        if easel.sun.x() > easel.width / 2:
            left, right = right, left
        foot = easel.horizon + 0.02 + 0.03 * row
        x = -0.05
        while x < easel.width + 0.05:
            tall = chance.uniform(0.2, 0.3) * (1.0 if row else 0.95)
            half = tall * 0.3
            top = foot - tall - (0.02 if row else 0.07)
            polygon(easel.painter, left, (x - half, foot), (x, foot), (x, top))
            polygon(easel.painter, right, (x, foot), (x + half, foot), (x, top))
            x += half * chance.uniform(1.1, 1.7)


def draw_ground(easel: Easel) -> None:
    scene, light, painter = easel.scene, easel.light, easel.painter
    # Snow throws back more of the sky's light than other ground and must read as snow at any hour.
    glow = 0.55 if scene.ground == "snow" else 0.0
    shades = [lit(colour, light, glow=glow) for colour in GROUNDS[scene.ground]]
    shades[0] = mix(shades[0], QColor(light.horizon), light.haze * 0.6)
    if scene.ground in WATERS:
        _water(easel, shades)
    elif scene.ground == "hills":
        count = scene.hill_layers
        for layer in range(count):
            share = layer / count
            base = easel.horizon + (easel.height - easel.horizon) * share * 0.85 + 0.01
            top = mix(shades[0], shades[2], share)
            painter.setBrush(vertical(base - 0.06, base + 0.22, top, mix(top, shades[2], 0.6)))
            painter.drawPath(easel.outline(10 + layer, base, 0.06 * easel.height))
    else:
        _plain(easel, shades)


def _plain(easel: Easel, shades: list[QColor]) -> None:
    """A far and a near slope; dunes have a lit and a shaded flank."""
    scene, painter = easel.scene, easel.painter
    swing = {"meadow": 0.012, "snow": 0.015, "desert": 0.024, "forest": 0.01}[scene.ground] * easel.height
    painter.setBrush(vertical(easel.horizon, easel.height, *shades))
    painter.drawPath(easel.outline(10, easel.horizon + 0.01, swing))
    base = easel.horizon + (easel.height - easel.horizon) * 0.55
    near = vertical(base - 0.06, easel.height, mix(shades[1], shades[0], 0.45), shades[2])
    if scene.ground == "desert":
        painter.setBrush(mix(shades[1], shades[2], 0.7))
        painter.drawPath(easel.outline(11, base - 0.03, swing * 2.4))
    painter.setBrush(near)
    painter.drawPath(easel.outline(11, base, swing * 2.4))
    if scene.ground in ("meadow", "forest"):
        _tufts(easel, base)


def _tufts(easel: Easel, base: float) -> None:
    """Flowers in a meadow, dark grass in a forest."""
    chance, light = easel.chance(7), easel.light
    colours = ("#ffffff", "#ffd94a", "#f08aa8") if easel.scene.ground == "meadow" else ("#3c6f3c", "#7a5a38")
    colour = lit(chance.choice(colours), light, glow=0.3)
    for _ in range(chance.choice((0, 7, 12))):
        share = chance.uniform(0.1, 1.0)
        place = QPointF(chance.uniform(0, easel.width), base + (easel.height - base) * share)
        easel.painter.setBrush(clear(colour, 0.8))
        easel.painter.drawEllipse(place, 0.008 + 0.006 * share, 0.006 + 0.005 * share)


def _water(easel: Easel, shades: list[QColor]) -> None:
    """Water that mirrors what stands at the horizon, the light's path on it, and a lake's near shore."""
    scene, painter, light = easel.scene, easel.painter, easel.light
    mirror = 0.55 if scene.hour in ("sunset", "dawn", "fog") else 0.25
    far = mix(shades[0], QColor(light.horizon), mirror)
    middle = mix(shades[1], QColor(light.middle), mirror)
    above = easel.pixels.copy()
    area = QRectF(0, easel.horizon, easel.width, easel.height)
    painter.fillRect(area, vertical(easel.horizon, easel.height, far, middle, shades[2]))
    painter.end()
    _mirror(easel, above, 0.2 if scene.hour == "storm" else 0.42 if scene.ground == "lake" else 0.26)
    easel.start()
    _ripples(easel, far)
    if scene.ground == "lake":
        base = easel.height * 0.97
        painter.setBrush(vertical(base - 0.06, easel.height, lit("#66a54c", light), lit("#3c7a3a", light)))
        painter.drawPath(easel.outline(20, base, 0.05 * easel.height))


def _mirror(easel: Easel, above: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], strength: float) -> None:
    """Blends the upper part, upside down and swayed by ripples, into the water; fading towards the front."""
    height = len(above)
    top = round(easel.horizon * easel.unit)
    depth = height - top
    rows = np.arange(depth)
    source = np.clip(top - 1 - (rows * 1.05).astype(int), 0, top - 1)
    mirrored = above[source].astype(np.float32)
    sway = np.round(np.sin(rows / depth * 40.0) * 0.006 * easel.unit * (rows / depth + 0.3)).astype(int)
    columns = np.clip(np.arange(above.shape[1])[None, :] + sway[:, None], 0, above.shape[1] - 1)
    mirrored = np.take_along_axis(mirrored, columns[:, :, None], 1)
    share = (strength * (1.0 - 0.75 * rows / depth))[:, None, None].astype(np.float32)
    below = easel.pixels[top:]
    below[...] = (below + (mirrored - below) * share).astype(np.uint8)


def _ripples(easel: Easel, far: QColor) -> None:
    scene, painter, light = easel.scene, easel.painter, easel.light
    chance, depth = easel.chance(3), easel.height - easel.horizon
    rough = scene.hour == "storm"
    for _ in range(18 if rough else 12):
        share = chance.uniform(0.05, 0.95)
        y, length = easel.horizon + depth * share, (0.05 + 0.12 * share) * chance.uniform(0.7, 1.3)
        painter.setBrush(clear(mix(far, QColor("#ffffff"), 0.5 if rough else 0.3), 0.45))
        x = chance.uniform(-0.05, easel.width)
        painter.drawRoundedRect(QRectF(x, y, length, 0.007 + 0.006 * share), 0.005, 0.005)
    if scene.light_shown and scene.hour != "fog":
        for step in range(9):
            share = (step + 0.5) / 9
            half = (0.04 + 0.06 * share) * chance.uniform(0.6, 1.2)
            painter.setBrush(clear(light.disc, 0.75 - 0.5 * share))
            bar = QRectF(easel.sun.x() - half, easel.horizon + depth * share * 0.8, half * 2, 0.015)
            painter.drawRoundedRect(bar, 0.007, 0.007)
