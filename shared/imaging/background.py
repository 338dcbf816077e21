"""A picture's subject without its background, by GrabCut: until a model for it is at hand."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import Rectangle
from shared.imaging.pixels import Pixels, resize_picture

_WORKING_SIDE = 768
"""GrabCut sees no more of a larger picture; the outline is then fitted to the picture's own edges."""
_ROUNDS = 5
_RIM = 0.04
"""Without a hint the subject lies within all but this share at each side."""
_FIT_RADIUS = 6
_FIT_SMOOTHNESS = 1e-4
_LEAST_SHARE = 0.002


def remove_background(
    picture: Pixels, *, hint: Rectangle | None = None, mask: Pixels | None = None
) -> Pixels:
    """RGBA: the picture's own colours, its background transparent. `mask` of the picture's size, white within.

    Raises InvalidRequestError where no subject is found, or where the hint lies outside.
    """
    rgb = np.ascontiguousarray(picture[:, :, :3])
    height, width = rgb.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(width, height))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = resize_picture(rgb, *size)
    marks = _marks(small.shape[:2], (width, height), hint, mask)
    cv2.setRNGSeed(0)  # the same picture gives the same outline
    try:
        cv2.grabCut(small, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error as error:
        raise _nothing_found() from error
    found = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if found.mean() < _LEAST_SHARE:
        raise _nothing_found()
    alpha = _fitted(found.astype(np.float32), rgb)
    if picture.shape[2] == 4:
        alpha = alpha * (picture[:, :, 3].astype(np.float32) / np.float32(255))
    cut = np.dstack([rgb, np.rint(alpha * 255).astype(np.uint8)])
    cut[cut[:, :, 3] == 0] = 0
    return cut


def _marks(
    small: tuple[int, ...], size: tuple[int, int], hint: Rectangle | None, mask: Pixels | None
) -> Pixels:
    """What surely is background, and what may be subject."""
    marks = np.full(small, cv2.GC_BGD, np.uint8)
    if mask is not None:
        within = resize_picture(mask, small[1], small[0]) > 127
        if not within.any():
            raise _nothing_found()
        marks[within] = cv2.GC_PR_FGD
        return marks
    x_scale, y_scale = small[1] / size[0], small[0] / size[1]
    if hint is None:
        rim_x, rim_y = max(1, round(small[1] * _RIM)), max(1, round(small[0] * _RIM))
        marks[rim_y : small[0] - rim_y, rim_x : small[1] - rim_x] = cv2.GC_PR_FGD
        return marks
    if hint.x + hint.width > size[0] or hint.y + hint.height > size[1]:
        raise InvalidRequestError(
            "The rectangle around the subject reaches beyond the picture.",
            advice="Draw it within the picture.",
        )
    top, bottom = round(hint.y * y_scale), max(round((hint.y + hint.height) * y_scale), 1)
    left, right = round(hint.x * x_scale), max(round((hint.x + hint.width) * x_scale), 1)
    marks[top:bottom, left:right] = cv2.GC_PR_FGD
    return marks


def _fitted(found: NDArray[np.float32], rgb: Pixels) -> NDArray[np.float32]:
    """The coarse outline drawn to the edges of the picture itself (He, Sun and Tang's guided filter)."""
    height, width = rgb.shape[:2]
    coarse: NDArray[np.float32] = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
    guide: NDArray[np.float32] = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    side = 2 * max(_FIT_RADIUS, round(max(width, height) / _WORKING_SIDE * _FIT_RADIUS)) + 1

    def mean(values: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        averaged: NDArray[np.float32] = cv2.blur(values, (side, side))
        return averaged

    mean_guide, mean_coarse = mean(guide), mean(coarse)
    both: NDArray[np.float32] = (guide * coarse).astype(np.float32)
    slope = (mean(both) - mean_guide * mean_coarse) / (
        mean((guide * guide).astype(np.float32)) - mean_guide * mean_guide + _FIT_SMOOTHNESS
    )
    offset = mean_coarse - slope * mean_guide
    fitted: NDArray[np.float32] = np.clip(mean(slope) * guide + mean(offset), 0, 1)
    # Far from the outline there is nothing to fit: what is sure stays sure.
    sure = mean(coarse)
    fitted[sure > 0.999] = 1
    fitted[sure < 0.001] = 0
    return np.where(fitted < 0.02, 0, np.where(fitted > 0.98, 1, fitted)).astype(np.float32)


def _nothing_found() -> InvalidRequestError:
    return InvalidRequestError(
        "No subject was found in the picture.",
        advice="Select the subject, or draw a rectangle around it, and try again.",
    )
