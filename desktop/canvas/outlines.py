"""The outline of a selection, for marching ants: made once, on a thread, and never finer than can be drawn quickly."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from desktop.canvas.selection import Mask, Selection
from desktop.canvas.selection_growth import HALF

MOST_LINES = 12_000
"""So many straight pieces are drawn within a few milliseconds."""

BAND = 64
"""Rows that are looked through at a time."""
Runs = NDArray[np.int64]
"""(N, 3)."""


def outline_of(selection: Selection | None, *, most_lines: int = MOST_LINES) -> QPainterPath:
    """Along the edges of pixels that are at least half selected, in the document; reads every selected pixel.

    The outline of a selection that is all specks is that of a smaller copy of it.
    """
    path = QPainterPath()
    if selection is None:
        return path
    mask = selection.mask
    across, down = edges_of(mask)
    while len(across) + len(down) > most_lines and min(mask.shape) >= 4:
        mask = _halved(mask)
        across, down = edges_of(mask)
    corner = QPointF(selection.bounds.topLeft())
    step_x, step_y = selection.mask.shape[1] / mask.shape[1], selection.mask.shape[0] / mask.shape[0]
    for row, start, end in across.tolist():
        path.moveTo(corner.x() + start * step_x, corner.y() + row * step_y)
        path.lineTo(corner.x() + end * step_x, corner.y() + row * step_y)
    for column, start, end in down.tolist():
        path.moveTo(corner.x() + column * step_x, corner.y() + start * step_y)
        path.lineTo(corner.x() + column * step_x, corner.y() + end * step_y)
    return path


def edges_of(mask: Mask) -> tuple[Runs, Runs]:
    """(row, start, end) of every edge that runs across, (column, start, end) of every one that runs down."""
    inside = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.bool_)
    np.greater_equal(mask, HALF, out=inside[1:-1, 1:-1])
    turned = np.empty(inside.shape[::-1], np.bool_)
    # In bands, as numpy keeps the interpreter's lock for as long as it copies or looks for what is set.
    for top in range(0, inside.shape[0], BAND):
        turned[:, top : top + BAND] = inside[top : top + BAND].T
    return _runs(inside), _runs(turned)


def _halved(mask: Mask) -> Mask:
    size = (max(1, mask.shape[1] // 2), max(1, mask.shape[0] // 2))
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)


def _runs(inside: NDArray[np.bool_]) -> Runs:
    """Of every maximal run of pixels that differ from those above them; the end is exclusive."""
    found = [np.empty((0, 3), np.int64)]
    for top in range(1, inside.shape[0], BAND):
        rows = inside[top - 1 : top + BAND, 1:-1]
        runs = _runs_of_band(rows[1:] != rows[:-1])
        runs[:, 0] += top - 1
        found.append(runs)
    return np.concatenate(found)


def _runs_of_band(marked: NDArray[np.bool_]) -> Runs:
    places = np.flatnonzero(marked)
    rows, columns = np.divmod(places, marked.shape[1])
    begins = np.ones(places.size, np.bool_)
    begins[1:] = (np.diff(places) != 1) | (np.diff(rows) != 0)
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], places.size) - 1 if places.size else firsts
    return np.stack([rows[firsts], columns[firsts], columns[lasts] + 1], axis=1)
