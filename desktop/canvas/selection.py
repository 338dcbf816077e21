"""What part of a document the artist has selected: a soft mask that never changes once it is made."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPainterPath, QPolygonF

from shared.imaging.pictures import encode_png

Mask = NDArray[np.uint8]
BAND = 32
"""Rows that are drawn at a time."""


class SelectionMode(StrEnum):
    REPLACE = "replace"
    ADD = "add"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"


class Selection:
    """0 is not selected, 255 is wholly selected. No selection at all is None, never an empty one."""

    def __init__(self, *, width: int, height: int, bounds: QRect, mask: Mask) -> None:
        """`mask` (H, W of `bounds`) is taken over and made read-only; prefer the functions below."""
        mask.setflags(write=False)
        self.width = width
        self.height = height
        self.mask = mask
        self._bounds = bounds

    @property
    def bounds(self) -> QRect:
        """The smallest rectangle of the document that holds all that is selected."""
        return QRect(self._bounds)

    def full_mask(self) -> Mask:
        """(H, W) over the whole document."""
        full = np.zeros((self.height, self.width), np.uint8)
        full[_slices(self._bounds)] = self.mask
        return full

    def part(self, area: QRect) -> Mask:
        """(H, W) over `area` of the document; nothing is selected outside the document."""
        mask = np.zeros((area.height(), area.width()), np.uint8)
        shared = area.intersected(self._bounds)
        if not shared.isEmpty():
            inner = shared.translated(-self._bounds.topLeft())
            mask[_slices(shared.translated(-area.topLeft()))] = self.mask[_slices(inner)]
        return mask

    def to_png(self) -> bytes:
        """A grey PNG of the document's size, white where selected."""
        return encode_png(self.full_mask())

    @cached_property
    def alpha(self) -> QImage:
        """The mask over `bounds` as an Alpha8 image, ready to limit painting with."""
        height, width = self.mask.shape
        image = QImage(width, height, QImage.Format.Format_Alpha8)
        rows = np.frombuffer(image.bits(), np.uint8, count=image.sizeInBytes())
        # numpy lets other threads go on while it copies, as Qt does not.
        rows.reshape(height, image.bytesPerLine())[:, :width] = self.mask
        return image

    def inverted(self) -> "Selection | None":
        return from_mask(255 - self.full_mask())


def _slices(bounds: QRect) -> tuple[slice, slice]:
    return (
        slice(bounds.y(), bounds.y() + bounds.height()),
        slice(bounds.x(), bounds.x() + bounds.width()),
    )


def from_mask(mask: Mask) -> Selection | None:
    """Select by an (H, W) mask of the document's size; None if nothing in it is above 0."""
    height, width = mask.shape
    return from_part(mask, QPoint(0, 0), width, height)


def from_part(part: Mask, corner: QPoint, width: int, height: int) -> Selection | None:
    """Select by a mask of which (0, 0) lies at `corner` of the document."""
    rows = np.flatnonzero(part.any(axis=1)) if part.size else part
    if rows.size == 0:
        return None
    columns = np.flatnonzero(part.any(axis=0))
    inner = QRect(
        int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    )
    mask = part[_slices(inner)].copy()
    return Selection(width=width, height=height, bounds=inner.translated(corner), mask=mask)


def everything(width: int, height: int) -> Selection:
    full = np.full((height, width), 255, np.uint8)
    return Selection(width=width, height=height, bounds=QRect(0, 0, width, height), mask=full)


def rectangle(width: int, height: int, rect: QRect) -> Selection | None:
    """Whole pixels of `rect`; what lies outside the document is cut off."""
    bounds = rect.normalized().intersected(QRect(0, 0, width, height))
    if bounds.isEmpty():
        return None
    mask = np.full((bounds.height(), bounds.width()), 255, np.uint8)
    return Selection(width=width, height=height, bounds=bounds, mask=mask)


def ellipse(width: int, height: int, rect: QRectF) -> Selection | None:
    """The ellipse inside `rect` with antialiased edges."""
    path = QPainterPath()
    path.addEllipse(rect.normalized())
    return _filled(path, width, height)


def lasso(width: int, height: int, points: Sequence[QPointF]) -> Selection | None:
    """The inside of a closed polygon with antialiased edges; crossing lines leave holes (odd-even)."""
    if len(points) < 3:
        return None
    path = QPainterPath()
    path.addPolygon(QPolygonF(list(points)))
    path.closeSubpath()
    return _filled(path, width, height)


def _filled(path: QPainterPath, width: int, height: int) -> Selection | None:
    bounds = path.boundingRect().toAlignedRect().adjusted(-1, -1, 1, 1)
    bounds = bounds.intersected(QRect(0, 0, width, height))
    if bounds.isEmpty():
        return None
    mask = np.empty((bounds.height(), bounds.width()), np.uint8)
    # In bands, as a painter keeps the interpreter's lock for as long as it draws.
    for top in range(0, bounds.height(), BAND):
        image = QImage(bounds.width(), min(BAND, bounds.height() - top), QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.black)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-bounds.x(), -bounds.y() - top)
        painter.fillPath(path, QBrush(Qt.GlobalColor.white))
        painter.end()
        mask[top : top + image.height()] = grey_pixels(image)
    return from_part(mask, bounds.topLeft(), width, height)


def grey_pixels(image: QImage) -> Mask:
    """(H, W) copy of an 8-bit image."""
    rows = np.frombuffer(image.constBits(), np.uint8, count=image.sizeInBytes())
    return rows.reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()


def combine(current: Selection | None, new: Selection | None, mode: SelectionMode) -> Selection | None:
    """Both must be of one document. Taking away from nothing, or intersecting with it, gives nothing."""
    if mode is SelectionMode.REPLACE:
        return new
    if current is None:
        return new if mode is SelectionMode.ADD else None
    if new is None:
        return None if mode is SelectionMode.INTERSECT else current
    match mode:
        case SelectionMode.ADD:
            area = current.bounds.united(new.bounds)
            mask = np.maximum(current.part(area), new.part(area))
        case SelectionMode.SUBTRACT:
            area = current.bounds
            mask = np.minimum(current.mask, 255 - new.part(area))
        case SelectionMode.INTERSECT:
            area = current.bounds.intersected(new.bounds)
            mask = np.minimum(current.part(area), new.part(area))
    return from_part(mask, area.topLeft(), current.width, current.height)


def moved(selection: Selection, dx: int, dy: int, width: int, height: int) -> Selection | None:
    """The same part of a picture after it moved by (dx, dy) on a document of another size; None if it is all cut off."""
    return from_part(selection.part(QRect(-dx, -dy, width, height)), QPoint(0, 0), width, height)
