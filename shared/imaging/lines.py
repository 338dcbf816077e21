"""The lines of a picture, for models that are led by lines: white on black."""

import cv2
import numpy as np

from shared.contracts.generation import Preprocessor
from shared.imaging.pixels import Pixels

CANNY_LOW, CANNY_HIGH = 100, 200
SCRIBBLE_SHARE = 1 / 160
"""A scribble's line is so wide, as a share of the picture's shorter side."""


def preprocess(picture: Pixels, preprocessor: Preprocessor) -> Pixels:
    """RGB of the same size, from RGB."""
    match preprocessor:
        case "none":
            return picture
        case "canny":
            return _as_rgb(cv2.Canny(np.ascontiguousarray(picture), CANNY_LOW, CANNY_HIGH))
        case "scribble":
            return _as_rgb(_scribbled(picture))


def _scribbled(picture: Pixels) -> Pixels:
    """The main outlines alone, as wide as a hand draws them; what is fine is smoothed away first."""
    shorter = min(picture.shape[:2])
    width = max(2, round(shorter * SCRIBBLE_SHARE))
    smooth = cv2.medianBlur(np.ascontiguousarray(picture), 2 * width + 1)
    brightness = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY)
    middle = float(np.median(brightness))
    lines = cv2.Canny(smooth, max(20.0, 0.5 * middle), max(60.0, 1.1 * middle))
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width + 1, width + 1))
    drawn: Pixels = cv2.dilate(lines, pen)
    return drawn


def _as_rgb(lines: Pixels) -> Pixels:
    return np.repeat(lines[:, :, None], 3, axis=2)
