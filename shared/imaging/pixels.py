"""The one form in which pictures pass between modules: numpy arrays of 8-bit sRGB, rows first."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB, (height, width, 4) RGB with straight alpha, or (height, width) for a mask."""


def resize_picture(pixels: Pixels, width: int, height: int) -> Pixels:
    """Resample without aliasing when shrinking and without blur when enlarging; the same size is a copy."""
    old_height, old_width = pixels.shape[:2]
    if (old_width, old_height) == (width, height):
        return pixels.copy()
    shrinks = width * height < old_width * old_height
    resized: Pixels = cv2.resize(
        np.ascontiguousarray(pixels),
        (width, height),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
    )
    return resized


def resize_mask(mask: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Resample a mask of 0 to 1; the result never leaves that range, and an even area stays exactly even."""
    old_height, old_width = mask.shape
    if (old_width, old_height) == (width, height):
        return mask.copy()
    shrinks = width * height < old_width * old_height
    resized: NDArray[np.float32] = cv2.resize(
        np.ascontiguousarray(mask),
        (width, height),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    resized[resized > 1 - 1e-6] = 1
    return np.clip(resized, 0.0, 1.0)


def flatten(pixels: Pixels, background: tuple[int, int, int] = (255, 255, 255)) -> Pixels:
    """RGB of a picture over one colour, since models know no transparency; opaque pixels keep their values."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[:, :, 3:].astype(np.uint16)
    below = np.array(background, np.uint16) * (255 - alpha)
    return ((pixels[:, :, :3] * alpha + below + 127) // 255).astype(np.uint8)
