"""A selection made larger, smaller, softer or rounder: functions from mask to mask, for a worker thread.

Distances are in pixels from centre to centre, so that growing by one takes in the four neighbours of a pixel. The
edge of the document is no edge of the selection: what touches it stays whole there.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect

from desktop.canvas.selection import Mask, Selection, from_part

HALF = 128
"""From here on a pixel counts as selected where only yes and no are asked for."""
REACH_OF_A_BLUR = 3
"""So many deviations away a Gaussian bell is lost in rounding."""
LARGEST_RADIUS = 500


def feather(selection: Selection, radius: float) -> Selection | None:
    """A soft edge, that goes from nothing to all within about `radius` pixels on either side."""
    sigma = max(radius, 0.1) / 2
    part, area = _around(selection, int(REACH_OF_A_BLUR * sigma) + 1)
    blurred = cv2.GaussianBlur(part, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return _placed(np.asarray(blurred, np.uint8), area, selection)


def grow(selection: Selection, radius: float) -> Selection | None:
    part, area = _around(selection, int(radius) + 2)
    return _placed(np.maximum(part, _grown(part, radius)), area, selection)


def shrink(selection: Selection, radius: float) -> Selection | None:
    """None where nothing is left."""
    part, area = _around(selection, 1)
    return _placed(np.minimum(part, 255 - _grown(255 - part, radius)), area, selection)


def border(selection: Selection, width: float) -> Selection | None:
    """A band along the edge, half of it inside and half outside."""
    part, area = _around(selection, int(width) + 2)
    outside, inside = _grown(part, width / 2), _grown(255 - part, width / 2)
    return _placed(np.minimum(outside, inside), area, selection)


def smooth(selection: Selection, radius: float) -> Selection | None:
    """Corners rounded, specks and notches smaller than `radius` gone; the edge stays as sharp as a pixel."""
    sigma = max(radius, 0.1) / 2
    part, area = _around(selection, int(REACH_OF_A_BLUR * sigma) + 1)
    blurred = cv2.GaussianBlur(part.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    # The slope of a blurred straight edge is 255 / (sigma * sqrt(2 pi)) a pixel; this makes it one pixel wide.
    steep = (blurred - 127.5) * (sigma * 2.5066) + 127.5
    return _placed(np.clip(np.rint(steep), 0, 255).astype(np.uint8), area, selection)


def _grown(mask: Mask, radius: float) -> Mask:
    """255 up to `radius` from what is selected, falling to 0 within one pixel more."""
    inside = mask >= HALF
    if not inside.any():
        return np.zeros_like(mask)
    away: NDArray[np.float32] = np.asarray(
        cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )
    return np.asarray(np.clip(np.rint((radius + 1 - away) * 255), 0, 255), np.uint8)


def _around(selection: Selection, margin: int) -> tuple[Mask, QRect]:
    """The mask with a margin around it, as far as the document goes, and where it lies."""
    document = QRect(0, 0, selection.width, selection.height)
    area = selection.bounds.adjusted(-margin, -margin, margin, margin).intersected(document)
    return selection.part(area), area


def _placed(mask: Mask, area: QRect, like: Selection) -> Selection | None:
    return from_part(mask, QPoint(area.topLeft()), like.width, like.height)
