"""Draws what is above the horizon: sky, stars, sun or moon, clouds, birds, mountains."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen, QRadialGradient

from assets.starter_model.easel import Easel, vertical
from assets.starter_model.palette import BIRDS, MOUNTAINS, clear, lit, mix


def draw_sky(easel: Easel) -> None:
    light, painter = easel.light, easel.painter
    colours = QColor(light.zenith), QColor(light.middle), QColor(light.horizon)
    painter.fillRect(QRectF(0, 0, easel.width, easel.height), vertical(0, easel.horizon, *colours))
    chance = easel.chance(1)
    for _ in range(easel.scene.stars):
        radius = chance.uniform(0.005, 0.011)
        fade = chance.uniform(0.55, 1.0)
        place = QPointF(chance.uniform(0, easel.width), chance.uniform(0, easel.horizon * 0.95))
        painter.setBrush(clear("#ffffff", fade))
        painter.drawEllipse(place, radius, radius)
    if easel.scene.light_shown:
        _sun_or_moon(easel)
    if easel.scene.hour == "storm":
        _heavy_sky(easel)
    _clouds(easel)
    if easel.scene.lightning:
        _lightning(easel)
    _birds(easel)


def _sun_or_moon(easel: Easel) -> None:
    light, painter, hour = easel.light, easel.painter, easel.scene.hour
    glow = QRadialGradient(easel.sun, 0.45)
    glow.setColorAt(0, clear(light.glow, light.glow_strength))
    glow.setColorAt(0.3, clear(light.glow, light.glow_strength * 0.4))
    glow.setColorAt(1, clear(light.glow, 0))
    painter.fillRect(QRectF(0, 0, easel.width, easel.height), QBrush(glow))
    radius = 0.095 if hour in ("sunset", "dawn") else 0.078
    disc = QPainterPath()
    disc.addEllipse(easel.sun, radius, radius)
    if hour == "night" and easel.scene.crescent:
        shadow = QPainterPath()
        shadow.addEllipse(easel.sun + QPointF(radius * 0.5, -radius * 0.2), radius * 0.9, radius * 0.9)
        disc = disc.subtracted(shadow)
    painter.setBrush(clear(light.disc, 0.75 if hour == "fog" else 1.0))
    painter.drawPath(disc)


def _heavy_sky(easel: Easel) -> None:
    """A storm's ceiling: rows of heavy cloud, the lowest the palest."""
    chance = easel.chance(5)
    for row in range(3):
        base = easel.horizon * (0.16 + 0.2 * row)
        colour = mix(QColor(easel.light.zenith), QColor(easel.light.cloud), 0.35 * row + 0.1)
        easel.painter.setBrush(vertical(0, base + 0.1, QColor(easel.light.zenith), colour))
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRect(QRectF(0, -0.1, easel.width, base + 0.1))
        x = -0.05
        while x < easel.width + 0.1:
            radius = chance.uniform(0.07, 0.14)
            path.addEllipse(QPointF(x, base), radius, radius * 0.62)
            x += radius * 1.25
        easel.painter.save()
        easel.painter.setOpacity(0.8)
        easel.painter.drawPath(path)
        easel.painter.restore()


def _lightning(easel: Easel) -> None:
    chance, painter = easel.chance(6), easel.painter
    x, y = easel.width * chance.uniform(0.2, 0.8), easel.horizon * 0.3
    points = [QPointF(x, y)]
    while y < easel.horizon * 0.97:
        x += chance.uniform(0.03, 0.07) * chance.choice((-1, 1))
        y = min(y + chance.uniform(0.06, 0.12), easel.horizon * 0.97)
        points.append(QPointF(x, y))
    glow = QRadialGradient(points[0], 0.5)
    glow.setColorAt(0, clear("#cfd8ff", 0.5))
    glow.setColorAt(1, clear("#cfd8ff", 0))
    painter.fillRect(QRectF(0, 0, easel.width, easel.horizon), QBrush(glow))
    for colour, wide in ((clear("#c9d4ff", 0.45), 0.035), (QColor("#fffbe6"), 0.014)):
        pen = QPen(colour, wide)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawPolyline(points)
    painter.setPen(Qt.PenStyle.NoPen)


def _clouds(easel: Easel) -> None:
    chance = easel.chance(2)
    for x, y, size in easel.scene.clouds:
        left, base = x * easel.width - size / 2, y * easel.height
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRoundedRect(QRectF(left, base - size * 0.13, size, size * 0.15), size * 0.075, size * 0.075)
        for place, radius in ((0.27, 0.13), (0.5, 0.2), (0.72, 0.15)):
            grown = radius * chance.uniform(0.85, 1.15) * size
            path.addEllipse(QPointF(left + place * size, base - size * 0.1), grown, grown)
        clip = QPainterPath()
        clip.addRect(QRectF(left - size, base - size, size * 3, size * 1.02))
        top, shade = QColor(easel.light.cloud), QColor(easel.light.cloud_shade)
        easel.painter.setBrush(vertical(base - size * 0.3, base + size * 0.02, top, shade))
        easel.painter.drawPath(path.intersected(clip))


def _birds(easel: Easel) -> None:
    pen = QPen(lit(BIRDS[easel.scene.bird_colour], easel.light, glow=0.6), 0.011)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    easel.painter.setPen(pen)
    easel.painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, y, size in easel.scene.birds:
        centre = QPointF(x * easel.width, y * easel.height)
        wings = QPainterPath(centre + QPointF(-size, -size * 0.45))
        wings.quadTo(centre + QPointF(-size * 0.4, -size * 0.7), centre)
        wings.quadTo(centre + QPointF(size * 0.4, -size * 0.7), centre + QPointF(size, -size * 0.45))
        easel.painter.drawPath(wings)
    easel.painter.setPen(Qt.PenStyle.NoPen)


def draw_mountains(easel: Easel) -> None:
    """A range of peaks, each with a face in the light and one in shade, paling towards its foot."""
    scene, light = easel.scene, easel.light
    if not scene.mountain_colour:
        return
    haze = light.haze
    colour = lit(MOUNTAINS[scene.mountain_colour], light, distance=haze)
    shade = lit(QColor(MOUNTAINS[scene.mountain_colour]).darker(128), light, distance=haze)
    snow, snow_shade = lit("#ffffff", light, glow=0.2), lit("#c3d3ea", light, glow=0.15)
    count = len(scene.ridges)
    spread = easel.width / count
    for index in sorted(range(count), key=lambda number: -scene.ridges[number]):
        tall = scene.ridges[index] * 0.31 * easel.height
        peak = QPointF((index + 0.5) * spread, easel.horizon - tall)
        reach = max(spread * 0.95, tall * 1.05)
        from_left = easel.sun.x() < peak.x()
        foot = mix(colour, QColor(light.horizon), 0.5)
        turn = (0.12 if from_left else -0.12) * reach
        for side, bright in ((-1, from_left), (1, not from_left)):
            face = QPainterPath(peak)
            face.lineTo(peak.x() + side * reach, easel.horizon + 0.01)
            face.lineTo(peak.x() + turn, easel.horizon + 0.01)
            face.closeSubpath()
            easel.painter.setBrush(vertical(peak.y(), easel.horizon, colour if bright else shade, foot))
            easel.painter.drawPath(face)
            if scene.snowy_peaks:
                cap = QPainterPath(peak)
                for x, y in ((0.30, 0.30), (0.13, 0.24)):
                    cap.lineTo(peak.x() + side * x * reach, peak.y() + y * tall)
                cap.lineTo(peak.x() + turn * 0.36, peak.y() + 0.36 * tall)
                cap.closeSubpath()
                easel.painter.setBrush(mix(snow if bright else snow_shade, QColor(light.horizon), haze * 0.7))
                easel.painter.drawPath(cap)
