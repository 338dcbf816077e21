"""Between Qt's premultiplied pictures and the plain RGBA arrays that files hold."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.tiles import TILE_SIDE, in_tile_format, pixels_of

Pixels = NDArray[np.uint8]


def straight_pixels(image: QImage) -> Pixels:
    """(H, W, 4) RGBA, not premultiplied; premultiplying again gives the very same bits (Qt's arithmetic).

    Works in bands, so that no single call keeps the interpreter's lock for long.
    """
    result = np.empty((image.height(), image.width(), 4), np.uint8)
    for top in range(0, image.height(), TILE_SIDE):
        band = image.copy(0, top, image.width(), min(TILE_SIDE, image.height() - top))
        straight = band.convertToFormat(QImage.Format.Format_RGBA8888)
        result[top : top + band.height()] = pixels_of(straight)
    return result


def image_from_pixels(pixels: Pixels) -> QImage:
    """Premultiplied picture of an (H, W, 3 or 4) RGB(A) array."""
    height, width, channels = pixels.shape
    layout = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
    data = np.ascontiguousarray(pixels)
    view = QImage(data.data, width, height, width * channels, layout)
    return in_tile_format(view)


def on_white(image: QImage) -> QImage:
    """What shows when a picture without transparency is wanted."""
    result = QImage(image.size(), QImage.Format.Format_RGB32)
    result.fill(Qt.GlobalColor.white)
    painter = QPainter(result)
    painter.drawImage(0, 0, image)
    painter.end()
    return result


def opaque_pixels(image: QImage) -> Pixels:
    """(H, W, 3) RGB of a picture laid on white."""
    return np.ascontiguousarray(straight_pixels(on_white(image))[:, :, :3])
