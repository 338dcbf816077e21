"""Selecting by colour: what looks like the pixel under the pointer. For a worker thread.

Pixels are compared as they are stored, premultiplied, so that all that is wholly transparent looks alike.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect

from desktop.canvas.composing import flatten
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.selection import Mask, Selection, from_mask
from desktop.canvas.tile_arrays import array_from_tiles, slices
from desktop.canvas.tiles import TILE_SIDE, keys_over, pixels_of, tile_rect

Pixels = NDArray[np.uint8]


def seen_pixels(snapshot: DocumentSnapshot) -> Pixels:
    """(H, W, 4) of the document as it is seen, premultiplied."""
    pixels = np.empty((snapshot.height, snapshot.width, 4), np.uint8)
    # Tile by tile, as a painter keeps the interpreter's lock for as long as it draws.
    for key in keys_over(snapshot.rect):
        area = tile_rect(key).intersected(snapshot.rect)
        pixels[slices(area)] = pixels_of(flatten(snapshot, area))
    return pixels


def layer_pixels(layer: LayerSnapshot, document: QRect) -> Pixels:
    """(H, W, 4) of a layer's own pixels where they lie on the document, premultiplied."""
    return array_from_tiles(layer.tiles, document.translated(-layer.properties.x, -layer.properties.y))


def alpha_of(layer: LayerSnapshot, document: QRect) -> Selection | None:
    """What is opaque on a layer, as far as it is."""
    return from_mask(np.ascontiguousarray(layer_pixels(layer, document)[:, :, 3]))


def wand(
    pixels: Pixels, at: QPoint, *, tolerance: int, contiguous: bool, within: Selection | None = None
) -> Selection | None:
    """Pixels that differ from the one at `at` by at most `tolerance` in every channel; None outside the picture.

    `contiguous`: only those that are joined to it side by side, and never around what lies outside `within`.
    """
    height, width = pixels.shape[:2]
    if not (0 <= at.x() < width and 0 <= at.y() < height):
        return None
    seed = pixels[at.y(), at.x()].astype(int)
    lower, upper = np.clip(seed - tolerance, 0, 255), np.clip(seed + tolerance, 0, 255)
    alike: Mask = np.asarray(cv2.inRange(pixels, lower.astype(np.uint8), upper.astype(np.uint8)), np.uint8)
    if within is not None:
        alike = np.where(within.full_mask() > 0, alike, np.uint8(0))
        if not alike[at.y(), at.x()]:
            return None
    if contiguous:
        cv2.floodFill(alike, None, (at.x(), at.y()), 1)
        alike = np.where(alike == 1, np.uint8(255), np.uint8(0))
    return from_mask(alike)


def by_colour(pixels: Pixels, at: QPoint, *, tolerance: int) -> Selection | None:
    """The whole picture by likeness: all of what is within `tolerance`, fading out at twice as much."""
    height, width = pixels.shape[:2]
    if not (0 <= at.x() < width and 0 <= at.y() < height):
        return None
    seed = pixels[at.y(), at.x()].astype(np.int16)
    mask = np.empty((height, width), np.uint8)
    for top in range(0, height, TILE_SIDE):
        rows = slice(top, top + TILE_SIDE)
        differs = np.abs(pixels[rows].astype(np.int16) - seed).max(axis=2)
        falling = (2.0 - differs / max(tolerance, 1)) * 255
        mask[rows] = np.where(differs <= tolerance, 255, np.clip(falling, 0, 255)).astype(np.uint8)
    return from_mask(mask)
