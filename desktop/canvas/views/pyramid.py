"""The composite in half, quarter and smaller sizes, so that a small view of a large document is quick and smooth."""

import math

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QTransform

from desktop.canvas.tiles import TILE_FORMAT, new_image

LEVELS = 6


class Pyramid:
    """Level n is 2**n times smaller than the document; a change costs what its rectangle covers."""

    def __init__(self, width: int, height: int) -> None:
        self.rect = QRect(0, 0, width, height)
        levels = min(LEVELS, max(0, int(math.log2(max(min(width, height), 1))) - 4))
        step = 1 << levels
        # Padded sides halve without a remainder; the padding stays transparent.
        width, height = -(-width // step) * step, -(-height // step) * step
        self._images = [new_image(width >> level, height >> level) for level in range(levels + 1)]

    def level_for(self, zoom: float) -> int:
        """The smallest level that need not be enlarged to be shown at `zoom`."""
        if zoom >= 1:
            return 0
        return min(int(-math.log2(zoom) + 1e-6), len(self._images) - 1)

    def image(self, level: int) -> QImage:
        return self._images[level]

    def write(self, rect: QRect, pixels: QImage) -> None:
        """Take over the composite's `pixels` of `rect`, and bring the smaller levels up to date there."""
        self._copy(self._images[0], rect.topLeft(), pixels)
        for level in range(1, len(self._images)):
            outer = _halved(rect)
            painter = QPainter(self._images[level])
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            source = QRectF(2 * outer.x(), 2 * outer.y(), 2 * outer.width(), 2 * outer.height())
            painter.drawImage(QRectF(outer), self._images[level - 1], source)
            painter.end()
            rect = outer

    def colour_at(self, point: QPoint) -> tuple[int, int, int, int] | None:
        """Red, green, blue and alpha of one pixel, not premultiplied; None outside the document."""
        if not self.rect.contains(point):
            return None
        colour = self._images[0].pixelColor(point)
        return colour.red(), colour.green(), colour.blue(), colour.alpha()

    def draw(self, painter: QPainter, visible: QRectF, zoom: float) -> None:
        """Paint the part of the document under `visible` with a painter that works in document coordinates."""
        level = self.level_for(zoom)
        scale = 1 << level
        image = self._images[level]
        area = visible.toAlignedRect().intersected(self.rect)
        left, top = area.left() // scale, area.top() // scale
        right, bottom = -(-(area.right() + 1) // scale), -(-(area.bottom() + 1) // scale)
        source = QRectF(left, top, right - left, bottom - top).intersected(QRectF(image.rect()))
        if source.isEmpty():
            return
        target = QRectF(
            source.x() * scale, source.y() * scale, source.width() * scale, source.height() * scale
        )
        painter.drawImage(target, image, source)

    def draw_through(
        self, painter: QPainter, transform: QTransform, rect: QRect, *, exact: bool, smooth: bool
    ) -> None:
        """Paint what `transform` (from the document) brings to `rect`; the painter works where that leads to.

        `exact` says that the document's pixels come to lie on whole ones. Else the picture is sampled by OpenCV,
        which does that in threads and is some times as quick as a painter that turns it.
        """
        if exact:
            painter.save()
            painter.setTransform(transform)
            inverse, _ = transform.inverted()
            self.draw(painter, inverse.mapRect(QRectF(rect)).adjusted(-1, -1, 1, 1), 1.0)
            painter.restore()
            return
        level = self.level_for(math.hypot(transform.m11(), transform.m12()))
        image = self._images[level]
        through = QTransform.fromScale(1 << level, 1 << level) * transform
        inverse, _ = through.inverted()
        source = inverse.mapRect(QRectF(rect)).toAlignedRect().adjusted(-2, -2, 2, 2)
        source = source.intersected(image.rect())
        page = through.mapRect(QRectF(source)).toAlignedRect().adjusted(-1, -1, 1, 1).intersected(rect)
        if source.isEmpty() or page.isEmpty():
            return
        # From the middle of one pixel to the middle of another.
        through = (
            QTransform.fromTranslate(source.x() + 0.5, source.y() + 0.5)
            * through
            * QTransform.fromTranslate(-page.x() - 0.5, -page.y() - 0.5)
        )
        sampled = _sampled(image, source, through, page.size(), smooth=smooth)
        painter.drawImage(page.topLeft(), sampled)

    @staticmethod
    def _copy(target: QImage, at: QPoint, pixels: QImage) -> None:
        painter = QPainter(target)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(at, pixels)
        painter.end()


def _sampled(image: QImage, source: QRect, through: QTransform, size: QSize, *, smooth: bool) -> QImage:
    rows = np.frombuffer(image.constBits(), np.uint8, count=image.sizeInBytes())
    pixels = rows.reshape(image.height(), image.width(), 4)[
        source.top() : source.top() + source.height(), source.left() : source.left() + source.width()
    ]
    sampled = QImage(size, TILE_FORMAT)
    target = np.frombuffer(sampled.bits(), np.uint8, count=sampled.sizeInBytes())
    matrix = np.array(
        [[through.m11(), through.m21(), through.dx()], [through.m12(), through.m22(), through.dy()]]
    )
    cv2.warpAffine(
        pixels,
        matrix,
        (size.width(), size.height()),
        dst=target.reshape(size.height(), size.width(), 4),
        flags=cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return sampled


def _halved(rect: QRect) -> QRect:
    """The pixels of the next level that show any pixel of `rect`."""
    left, top = rect.left() // 2, rect.top() // 2
    return QRect(left, top, rect.right() // 2 - left + 1, rect.bottom() // 2 - top + 1)
