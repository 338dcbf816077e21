"""Pixels through a transformation: whole turns, flips and steps bit for bit, all else bicubic. For a worker thread."""

from enum import StrEnum
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QTransform

NEARLY = 1e-6
"""Differences of numbers that were meant to be whole."""

Array = NDArray[np.uint8]
"""(H, W, 4) premultiplied, or (H, W) of a mask."""


class Resampling(StrEnum):
    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


_METHODS = {
    Resampling.NEAREST: cv2.INTER_NEAREST,
    Resampling.BILINEAR: cv2.INTER_LINEAR,
    Resampling.BICUBIC: cv2.INTER_CUBIC,
    Resampling.LANCZOS: cv2.INTER_LANCZOS4,
}


def is_exact(transform: QTransform) -> bool:
    """Whether pixels fall on pixels: quarter turns, flips and moves by whole pixels."""
    linear = (transform.m11(), transform.m12(), transform.m21(), transform.m22())
    whole = (*linear, transform.m31(), transform.m32())
    straight = max(abs(transform.m13()), abs(transform.m23()), abs(transform.m33() - 1)) < NEARLY
    near = all(abs(value - round(value)) < NEARLY for value in whole)
    return straight and near and sorted(abs(round(value)) for value in linear) == [0, 0, 1, 1]


def is_shift(transform: QTransform) -> bool:
    """Whether it only moves, by whole pixels."""
    return is_exact(transform) and round(transform.m11()) == round(transform.m22()) == 1


def resampled(
    pixels: Array,
    place: QPoint,
    transform: QTransform,
    *,
    limit: QRect,
    method: Resampling = Resampling.BICUBIC,
    outside: int = 0,
) -> tuple[Array, QPoint]:
    """The pixels, which lay at `place`, and where they lie then. Nothing is made outside `limit`.

    `outside` is what surrounds the pixels: 0, or the background of a mask.
    """
    area = QRect(place.x(), place.y(), pixels.shape[1], pixels.shape[0])
    if is_exact(transform):
        return _turned(pixels, transform), transform.mapRect(QRectF(area)).toRect().topLeft()
    margin = 0 if method is Resampling.NEAREST else 2
    target = transform.mapRect(QRectF(area)).toAlignedRect().adjusted(-margin, -margin, margin, margin)
    target &= limit
    if target.isEmpty():
        return pixels[:0, :0], QPoint()
    source = pixels
    before = QTransform.fromTranslate(area.x(), area.y())
    if method is not Resampling.NEAREST:
        source, shrunk = _shrunk(pixels, area, transform)
        before = shrunk * before
    whole = before * transform * QTransform.fromTranslate(-target.x(), -target.y())
    # OpenCV's whole numbers are the middles of pixels, Qt's are their corners.
    middles = QTransform.fromTranslate(0.5, 0.5) * whole * QTransform.fromTranslate(-0.5, -0.5)
    warp = partial(
        cv2.warpPerspective,
        flags=_METHODS[method],
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(outside,) * 4,
    )
    result: Array = np.asarray(warp(source, matrix_of(middles), (target.width(), target.height())), np.uint8)
    if result.ndim == 3:
        # Cubics swing over; a premultiplied colour is never above its alpha.
        np.minimum(result[:, :, :3], result[:, :, 3:], out=result[:, :, :3])
    return result, target.topLeft()


def matrix_of(transform: QTransform) -> NDArray[np.float64]:
    """For column vectors, as OpenCV has them."""
    return np.array(
        [
            [transform.m11(), transform.m21(), transform.m31()],
            [transform.m12(), transform.m22(), transform.m32()],
            [transform.m13(), transform.m23(), transform.m33()],
        ]
    )


def _turned(pixels: Array, transform: QTransform) -> Array:
    turned = round(transform.m11()) == 0
    across = round(transform.m21() if turned else transform.m11())
    down = round(transform.m12() if turned else transform.m22())
    result = pixels.swapaxes(0, 1) if turned else pixels
    result = result[:, ::-1] if across < 0 else result
    result = result[::-1] if down < 0 else result
    return np.ascontiguousarray(result)


def _shrunk(pixels: Array, area: QRect, transform: QTransform) -> tuple[Array, QTransform]:
    """Averages of blocks, where many pixels become one; how those lie on the pixels themselves."""
    middle = QPointF(area.center())
    factors = []
    for step in (QPointF(1, 0), QPointF(0, 1)):
        way = transform.map(middle + step) - transform.map(middle)
        length = float(np.hypot(way.x(), way.y()))
        factors.append(int(np.clip(np.floor(1 / max(length, NEARLY) + NEARLY), 1, 256)))
    across, down = factors
    if across == down == 1:
        return pixels, QTransform()
    height, width = pixels.shape[:2]
    padded = cv2.copyMakeBorder(pixels, 0, -height % down, 0, -width % across, cv2.BORDER_CONSTANT, value=0)
    size = (padded.shape[1] // across, padded.shape[0] // down)
    small: Array = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, QTransform.fromScale(across, down)
