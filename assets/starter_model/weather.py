"""Draws what lies between the eye and the land: mist in a fog, rain in a storm."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen, QRadialGradient

from assets.starter_model.easel import Easel, vertical
from assets.starter_model.palette import clear


def draw_haze(easel: Easel) -> None:
    """The horizon drowned in fog, before anything stands in front of it."""
    if easel.scene.hour != "fog":
        return
    pale = easel.light.horizon
    area = QRectF(0, easel.horizon - 0.24, easel.width, 0.52)
    veil = vertical(area.top(), area.bottom(), clear(pale, 0), clear(pale, 0.62), clear(pale, 0))
    easel.painter.fillRect(area, veil)


def draw_weather(easel: Easel) -> None:
    """Mist and rain before everything else."""
    if easel.scene.hour == "fog":
        _mist(easel)
    if easel.scene.hour == "storm":
        _rain(easel)


def _mist(easel: Easel) -> None:
    chance, painter = easel.chance(8), easel.painter
    for _ in range(4):
        half = chance.uniform(0.3, 0.5)
        place = QPointF(chance.uniform(0, easel.width), easel.horizon + chance.uniform(0.0, 0.3))
        painter.save()
        painter.translate(place)
        painter.scale(1.0, 0.16)
        bank = QRadialGradient(QPointF(0, 0), half)
        bank.setColorAt(0, clear(easel.light.horizon, 0.5))
        bank.setColorAt(1, clear(easel.light.horizon, 0))
        painter.fillRect(QRectF(-half, -half, half * 2, half * 2), QBrush(bank))
        painter.restore()


def _rain(easel: Easel) -> None:
    chance, painter = easel.chance(9), easel.painter
    pen = QPen(clear(QColor("#d3deea"), 0.38), 0.0085)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for _ in range(round(44 * easel.width * easel.height)):
        x, y = chance.uniform(0, easel.width + 0.1), chance.uniform(-0.05, easel.height)
        length = chance.uniform(0.06, 0.11)
        painter.drawLine(QPointF(x, y), QPointF(x - length * 0.28, y + length))
    painter.setPen(Qt.PenStyle.NoPen)
