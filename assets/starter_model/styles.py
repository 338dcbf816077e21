"""Turns a flat drawing into watercolour, ink or pixel art. Strength does not depend on the picture's size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

PAPER = np.array((250, 246, 236), np.float32)
INK = np.array((52, 52, 70), np.float32)
PIXELS_ACROSS = 64
PIXEL_STEP = 16


def pixel_size(width: int, height: int) -> int:
    """The side of one block of pixel art."""
    return max(1, round(min(width, height) / PIXELS_ACROSS))


def enlarge(small: Picture, width: int, height: int) -> Picture:
    """Pixel art: every pixel becomes a block, its colours are few."""
    few = np.clip((small.astype(np.int16) + PIXEL_STEP // 2) // PIXEL_STEP * PIXEL_STEP, 0, 255)
    return cv2.resize(few.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)


def stylise(picture: Picture, style: str, seed: int) -> Picture:
    """A drawing in RGB in the style named; pixel art is drawn small from the start, see `enlarge`."""
    if style == "watercolour":
        return _watercolour(picture, np.random.default_rng(seed))
    if style == "ink":
        return _ink(picture, np.random.default_rng(seed))
    return picture


def _clouds(chance: np.random.Generator, cells: int, width: int, height: int) -> NDArray[np.float32]:
    """Smooth noise of mean 0 and deviation 1."""
    grid = chance.normal(size=(cells, cells)).astype(np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def _watercolour(picture: Picture, chance: np.random.Generator) -> Picture:
    """Edges that waver and gather pigment, washes that vary, white paper around."""
    height, width = picture.shape[:2]
    unit = min(width, height)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    sway = 0.007 * unit
    x = columns + _clouds(chance, 22, width, height) * sway
    y = rows + _clouds(chance, 22, width, height) * sway
    bent = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    soft = cv2.GaussianBlur(bent, (0, 0), 0.004 * unit).astype(np.float32)
    around = cv2.GaussianBlur(soft, (0, 0), 0.022 * unit)
    gathered = np.minimum(soft - around, 0.0).mean(2, keepdims=True) * 0.5
    wash = 1.0 + 0.07 * _clouds(chance, 7, width, height) + 0.025 * _clouds(chance, 30, width, height)
    # More water, less pigment: the paper shows through.
    pigment = (PAPER - soft) * (0.86 * wash)[:, :, None] - gathered
    margin = np.minimum.reduce([columns, rows, width - 1 - columns, height - 1 - rows]) / unit
    covered = np.clip((margin - 0.022 + 0.012 * _clouds(chance, 26, width, height)) / 0.02, 0.0, 1.0)
    painted = PAPER - pigment * covered[:, :, None]
    return np.clip(painted, 0, 255).astype(np.uint8)


def _ink(picture: Picture, chance: np.random.Generator) -> Picture:
    """Dark contours of varying weight over a pale wash of the colours."""
    height, width = picture.shape[:2]
    unit = min(width, height)
    kernel = np.ones((2, 2) if unit < 192 else (3, 3), np.uint8)
    # Stars, birds and rain get no contour: they would drown in it.
    large = cv2.medianBlur(picture, int(0.0137 * unit) * 2 + 1)
    step = cv2.dilate(large, kernel).astype(np.int16) - cv2.erode(large, kernel)
    weight = 0.9 + 0.2 * _clouds(chance, 9, width, height)
    line = np.clip((step.max(2) - 16) / 42.0 * weight, 0.0, 0.8)[:, :, None]
    colours = picture.astype(np.float32)
    grey = colours.mean(2, keepdims=True)
    wash = grey + (colours - grey) * 0.95
    toned = PAPER - (PAPER - wash) * 0.76
    return np.clip(toned + (INK - toned) * line, 0, 255).astype(np.uint8)
