"""Draws a scene with QPainter: sky, light, land or water; the things upon it are in `things`.

Coordinates are in units of the picture's shorter side, so that shapes keep their form at every aspect.
"""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QRadialGradient,
)

from assets.starter_model.palette import FAR_HILLS, GROUNDS, LIGHTS, MOUNTAINS, Light, clear, lit, mix
from assets.starter_model.scene import WATERS, Scene, ridge_line
from assets.starter_model.things import draw_thing


def render(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """The scene as RGB, shape (height, width, 3)."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = min(width, height)
    painter.scale(unit, unit)
    painter.setPen(Qt.PenStyle.NoPen)
    SceneDrawing(scene, painter, width / unit, height / unit).draw()
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : width * 3].reshape(height, width, 3).copy()


def vertical(top: float, bottom: float, *colours: QColor) -> QBrush:
    """A gradient from `top` to `bottom` through evenly spaced colours."""
    gradient = QLinearGradient(0, top, 0, bottom)
    for index, colour in enumerate(colours):
        gradient.setColorAt(index / (len(colours) - 1), colour)
    return QBrush(gradient)


class SceneDrawing:
    """One scene being drawn; `width` and `height` are in units of the shorter side."""

    def __init__(self, scene: Scene, painter: QPainter, width: float, height: float) -> None:
        self.scene = scene
        self.painter = painter
        self.width = width
        self.height = height
        self.light: Light = LIGHTS[scene.hour]
        self.horizon = scene.horizon * height
        self.sun = QPointF(scene.light_x * width, scene.light_y * height)

    def draw(self) -> None:
        self._sky()
        self._clouds()
        self._birds()
        self._mountains()
        self._far_hills()
        self._ground()
        for thing in self.scene.things:
            x, y = thing.x * self.width, thing.y * self.height
            draw_thing(self.painter, thing, self.light, x, y, snowy=self.scene.ground == "snow")

    def _sky(self) -> None:
        light, painter = self.light, self.painter
        sky = vertical(0, self.horizon, QColor(light.zenith), QColor(light.middle), QColor(light.horizon))
        painter.fillRect(QRectF(0, 0, self.width, self.height), sky)
        chance = random.Random(self.scene.seed + 1)
        for _ in range(self.scene.stars):
            radius = chance.uniform(0.004, 0.010)
            fade = chance.uniform(0.5, 1.0)
            place = QPointF(chance.uniform(0, self.width), chance.uniform(0, self.horizon * 0.95))
            painter.setBrush(clear(QColor("#ffffff"), fade))
            painter.drawEllipse(place, radius, radius)
        if not self.scene.light_shown:
            return
        glow = QRadialGradient(self.sun, 0.42)
        glow.setColorAt(0, clear(QColor(light.glow), light.glow_strength))
        glow.setColorAt(0.3, clear(QColor(light.glow), light.glow_strength * 0.4))
        glow.setColorAt(1, clear(QColor(light.glow), 0))
        painter.fillRect(QRectF(0, 0, self.width, self.height), QBrush(glow))
        radius = 0.085 if self.scene.hour in ("sunset", "dawn") else 0.07
        disc = QPainterPath()
        disc.addEllipse(self.sun, radius, radius)
        if self.scene.hour == "night" and self.scene.crescent:
            shadow = QPainterPath()
            shadow.addEllipse(self.sun + QPointF(radius * 0.5, -radius * 0.2), radius * 0.9, radius * 0.9)
            disc = disc.subtracted(shadow)
        painter.setBrush(QColor(light.disc))
        painter.drawPath(disc)

    def _clouds(self) -> None:
        chance = random.Random(self.scene.seed + 2)
        for x, y, size in self.scene.clouds:
            left, base = x * self.width - size / 2, y * self.height
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)
            path.addRoundedRect(
                QRectF(left, base - size * 0.13, size, size * 0.15), size * 0.075, size * 0.075
            )
            for place, radius in ((0.27, 0.13), (0.5, 0.2), (0.72, 0.15)):
                grown = radius * chance.uniform(0.85, 1.15) * size
                path.addEllipse(QPointF(left + place * size, base - size * 0.1), grown, grown)
            clip = QPainterPath()
            clip.addRect(QRectF(left - size, base - size, size * 3, size * 1.02))
            shape = path.intersected(clip)
            shaded = vertical(
                base - size * 0.3,
                base + size * 0.02,
                QColor(self.light.cloud),
                QColor(self.light.cloud_shade),
            )
            self.painter.setBrush(shaded)
            self.painter.drawPath(shape)

    def _birds(self) -> None:
        pen = QPen(lit("#3b4252", self.light, glow=0.5), 0.009)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y, size in self.scene.birds:
            centre = QPointF(x * self.width, y * self.height)
            wings = QPainterPath(centre + QPointF(-size, -size * 0.45))
            wings.quadTo(centre + QPointF(-size * 0.4, -size * 0.6), centre)
            wings.quadTo(centre + QPointF(size * 0.4, -size * 0.6), centre + QPointF(size, -size * 0.45))
            self.painter.drawPath(wings)
        self.painter.setPen(Qt.PenStyle.NoPen)

    def _mountains(self) -> None:
        """A range of peaks, each with a face in the light and one in shade, paling towards its foot."""
        scene = self.scene
        if not scene.mountain_colour:
            return
        colour = lit(MOUNTAINS[scene.mountain_colour], self.light, distance=0.18)
        shade = lit(QColor(MOUNTAINS[scene.mountain_colour]).darker(118), self.light, distance=0.14)
        snow = lit("#ffffff", self.light, glow=0.15)
        count = len(scene.ridges)
        spread = self.width / count
        for index in sorted(range(count), key=lambda number: -scene.ridges[number]):
            tall = scene.ridges[index] * 0.30 * self.height
            peak = QPointF((index + 0.5) * spread, self.horizon - tall)
            reach = max(spread * 0.95, tall * 1.05)
            from_left = self.sun.x() < peak.x()
            foot = mix(colour, QColor(self.light.horizon), 0.45)
            for side, bright in ((-1, from_left), (1, not from_left)):
                face = QPainterPath(peak)
                face.lineTo(peak.x() + side * reach, self.horizon + 0.01)
                face.lineTo(peak.x() + (0.12 if from_left else -0.12) * reach, self.horizon + 0.01)
                face.closeSubpath()
                self.painter.setBrush(vertical(peak.y(), self.horizon, colour if bright else shade, foot))
                self.painter.drawPath(face)
            if scene.snowy_peaks:
                cap = QPainterPath(peak)
                for x, y in ((0.30, 0.30), (0.13, 0.24), (0.02, 0.36), (-0.12, 0.25), (-0.30, 0.30)):
                    cap.lineTo(peak.x() + x * reach, peak.y() + y * tall)
                cap.closeSubpath()
                self.painter.setBrush(snow)
                self.painter.drawPath(cap)

    def _outline(self, layer: int, base: float, swing: float) -> QPainterPath:
        """The land below a rolling line around `base`."""
        path = QPainterPath(QPointF(0, self.height + 0.01))
        for index in range(41):
            x = index / 40
            path.lineTo(x * self.width, base - swing * ridge_line(self.scene.seed, layer, x))
        path.lineTo(self.width, self.height + 0.01)
        path.closeSubpath()
        return path

    def _far_hills(self) -> None:
        scene = self.scene
        layers = scene.hill_layers if scene.ground != "hills" else 1
        for layer in range(layers):
            colour = lit(
                FAR_HILLS[scene.ground],
                self.light,
                distance=0.25,
                glow=0.3 if scene.ground == "snow" else 0.0,
            )
            self.painter.setBrush(
                vertical(
                    self.horizon - 0.1,
                    self.horizon + 0.05,
                    colour,
                    mix(colour, QColor(self.light.horizon), 0.2),
                )
            )
            self.painter.drawPath(
                self._outline(layer, self.horizon - 0.035 * self.height, 0.035 * self.height)
            )

    def _ground(self) -> None:
        scene = self.scene
        # Snow throws back more of the sky's light than other ground and must read as snow at any hour.
        glow = 0.55 if scene.ground == "snow" else 0.0
        shades = [lit(colour, self.light, glow=glow) for colour in GROUNDS[scene.ground]]
        if scene.ground in WATERS:
            self._water(shades)
        elif scene.ground == "hills":
            count = scene.hill_layers
            for layer in range(count):
                share = layer / count
                base = self.horizon + (self.height - self.horizon) * share * 0.85 + 0.01
                top = mix(shades[0], shades[2], share)
                self.painter.setBrush(vertical(base - 0.06, base + 0.22, top, mix(top, shades[2], 0.55)))
                self.painter.drawPath(self._outline(10 + layer, base, 0.055 * self.height))
        else:
            swing = {"meadow": 0.012, "snow": 0.015, "desert": 0.022}[scene.ground] * self.height
            self.painter.setBrush(vertical(self.horizon, self.height, *shades))
            self.painter.drawPath(self._outline(10, self.horizon, swing))
            base = self.horizon + (self.height - self.horizon) * 0.55
            self.painter.setBrush(
                vertical(base - 0.05, self.height, mix(shades[1], shades[0], 0.35), shades[2])
            )
            self.painter.drawPath(self._outline(11, base, swing * 2.4))

    def _water(self, shades: list[QColor]) -> None:
        """Water that mirrors the sky near the horizon, the light's path on it, and a lake's near shore."""
        scene, painter = self.scene, self.painter
        mirror = 0.55 if scene.hour in ("sunset", "dawn") else 0.25
        far = mix(shades[0], QColor(self.light.horizon), mirror)
        middle = mix(shades[1], QColor(self.light.middle), mirror)
        painter.fillRect(
            QRectF(0, self.horizon, self.width, self.height),
            vertical(self.horizon, self.height, far, middle, shades[2]),
        )
        chance = random.Random(scene.seed + 3)
        depth = self.height - self.horizon
        for _ in range(12):
            share = chance.uniform(0.05, 0.95)
            y, length = self.horizon + depth * share, (0.05 + 0.12 * share) * chance.uniform(0.7, 1.3)
            painter.setBrush(clear(mix(far, QColor("#ffffff"), 0.25), 0.4))
            x = chance.uniform(-0.05, self.width)
            painter.drawRoundedRect(QRectF(x, y, length, 0.006 + 0.006 * share), 0.005, 0.005)
        if scene.light_shown:
            for step in range(9):
                share = (step + 0.5) / 9
                half = (0.035 + 0.06 * share) * chance.uniform(0.6, 1.2)
                painter.setBrush(clear(QColor(self.light.disc), 0.75 - 0.5 * share))
                bar = QRectF(self.sun.x() - half, self.horizon + depth * share * 0.8, half * 2, 0.014)
                painter.drawRoundedRect(bar, 0.007, 0.007)
        if scene.ground == "lake":
            shore = lit("#5f9f48", self.light)
            base = self.height * 0.97
            painter.setBrush(vertical(base - 0.06, self.height, shore, lit("#3f7f3c", self.light)))
            painter.drawPath(self._outline(20, base, 0.05 * self.height))
