"""Draws a scene with QPainter at any size, then gives the picture its style."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from assets.starter_model.easel import Easel
from assets.starter_model.land import draw_far_land, draw_ground
from assets.starter_model.scene import Scene
from assets.starter_model.sky import draw_mountains, draw_sky
from assets.starter_model.styles import enlarge, pixel_size, stylise
from assets.starter_model.things import draw_things
from assets.starter_model.weather import draw_haze, draw_weather


def render(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """The scene as RGB, shape (height, width, 3)."""
    if scene.style == "pixel":
        size = pixel_size(width, height)
        return enlarge(_draw(scene, -(-width // size), -(-height // size)), width, height)
    return stylise(_draw(scene, width, height), scene.style, scene.seed)


def _draw(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    pixels = np.zeros((height, width, 4), np.uint8)
    unit = min(width, height)
    painter = QPainter()
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    easel = Easel(scene, painter, image, pixels, width / unit, height / unit, unit)
    easel.start()
    draw_sky(easel)
    draw_mountains(easel)
    draw_far_land(easel)
    draw_ground(easel)
    draw_haze(easel)
    draw_things(easel)
    draw_weather(easel)
    painter.end()
    return np.ascontiguousarray(pixels[:, :, 2::-1])
