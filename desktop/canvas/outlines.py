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

Run = tuple[int, int, int]


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
    for row, start, end in across:
        path.moveTo(corner.x() + start * step_x, corner.y() + row * step_y)
        path.lineTo(corner.x() + end * step_x, corner.y() + row * step_y)
    for column, start, end in down:
        path.moveTo(corner.x() + column * step_x, corner.y() + start * step_y)
        path.lineTo(corner.x() + column * step_x, corner.y() + end * step_y)
    return path


def edges_of(mask: Mask) -> tuple[list[Run], list[Run]]:
    """(row, start, end) of every edge that runs across, (column, start, end) of every one that runs down."""
    inside = np.pad(mask >= HALF, 1)
    across = _runs(inside[1:, 1:-1] != inside[:-1, 1:-1])
    down = _runs((inside[1:-1, 1:] != inside[1:-1, :-1]).T)
    return across, down


def _halved(mask: Mask) -> Mask:
    size = (max(1, mask.shape[1] // 2), max(1, mask.shape[0] // 2))
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)


def _runs(marked: NDArray[np.bool_]) -> list[Run]:
    """(row, start, end) of every maximal run of True in each row; the end is exclusive."""
    places = np.flatnonzero(marked)
    if places.size == 0:
        return []
    rows, columns = np.divmod(places, marked.shape[1])
    breaks = np.flatnonzero((np.diff(places) != 1) | (np.diff(rows) != 0))
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [places.size - 1]))
    ends = columns[lasts] + 1
    return list(zip(rows[firsts].tolist(), columns[firsts].tolist(), ends.tolist(), strict=True))
