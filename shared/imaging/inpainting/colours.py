"""Bringing a result's colours back to its surroundings' (interop.md, inpainting 9)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.imaging.pixels import Pixels

LEAST_PIXELS = 64
LEAST_DEVIATION = 1.0
"""In units of Lab. An evener area's deviation is noise, and its quotient would distort the painted part."""
LARGEST_FACTOR = 2.0


def match_colours(result: Pixels, reference: Pixels, mask: NDArray[np.generic]) -> Pixels:
    """`result` with mean and deviation in Lab moved to the reference's, both measured where `mask` is 0.

    RGB pictures and mask of one size; the mask is the denoising mask over the context. Nothing is changed
    where too little lies outside the mask to measure.
    """
    outside = mask == 0
    if np.count_nonzero(outside) < LEAST_PIXELS:
        return result.copy()
    lab = _lab(result)
    measured, wanted = lab[outside], _lab(reference)[outside]
    deviations, wanted_deviations = measured.std(axis=0), wanted.std(axis=0)
    reliable = (deviations >= LEAST_DEVIATION) & (wanted_deviations >= LEAST_DEVIATION)
    factors = np.where(reliable, wanted_deviations / np.maximum(deviations, LEAST_DEVIATION), 1.0)
    factors = np.clip(factors, 1 / LARGEST_FACTOR, LARGEST_FACTOR)
    matched = (lab - measured.mean(axis=0)) * factors + wanted.mean(axis=0)
    rgb = cv2.cvtColor(matched.astype(np.float32), cv2.COLOR_LAB2RGB)
    pixels: Pixels = np.rint(np.clip(rgb, 0.0, 1.0) * 255).astype(np.uint8)
    return pixels


def _lab(pixels: Pixels) -> NDArray[np.float32]:
    lab: NDArray[np.float32] = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return lab
