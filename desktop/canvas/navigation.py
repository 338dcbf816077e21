"""Where the artist looks: zoom, angle and the point in the middle of the view."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Signal
from PySide6.QtGui import QPolygonF, QTransform

SMALLEST_ZOOM = 1 / 64
LARGEST_ZOOM = 64.0
FIT_MARGIN = 24
"""Logical pixels left free around a document that is fitted into the view."""


@dataclass(frozen=True, slots=True)
class Look:
    """`zoom` is device pixels per pixel of the document, `angle` degrees clockwise, (x, y) in the document."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    angle: float = 0.0
    mirrored: bool = False
    """Left and right are swapped, as in a mirror; a fresh eye sees what is askew."""


class Navigation(QObject):
    """Turns document coordinates into the view's logical pixels and back. The view tells its size."""

    look_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._view_size = QSizeF(1, 1)
        self._pixel_ratio = 1.0
        self._document_rect = QRect()
        self._fitted = True

    @property
    def look(self) -> Look:
        return self._look

    @property
    def zoom(self) -> float:
        return self._look.zoom

    @property
    def angle(self) -> float:
        return self._look.angle

    @property
    def pixel_ratio(self) -> float:
        return self._pixel_ratio

    @property
    def middle(self) -> QPointF:
        """The middle of the view, in logical pixels."""
        return QPointF(self._view_size.width() / 2, self._view_size.height() / 2)

    @property
    def transform(self) -> QTransform:
        """Document to view, in logical pixels."""
        return self._transform(self._look)

    @property
    def device_transform(self) -> QTransform:
        """Document to the view's device pixels."""
        return self.transform * QTransform.fromScale(self._pixel_ratio, self._pixel_ratio)

    def to_document(self, point: QPointF) -> QPointF:
        inverse, _ = self.transform.inverted()
        return inverse.map(point)

    def to_view(self, point: QPointF) -> QPointF:
        return self.transform.map(point)

    def set_view(self, size: QSizeF, pixel_ratio: float) -> None:
        """The view was resized or moved to another screen; a fitted document stays fitted."""
        if (size, pixel_ratio) == (self._view_size, self._pixel_ratio) or size.isEmpty():
            return
        self._view_size, self._pixel_ratio = size, pixel_ratio
        if self._fitted:
            self.fit()
        self.look_changed.emit()

    def set_document_rect(self, rect: QRect) -> None:
        self._document_rect = rect

    def follow_page(self, rect: QRect, shift: QPointF) -> None:
        """The page has another size, and what was on it lies `shift` further: the picture stays where it is seen."""
        self._document_rect = rect
        if self._fitted:
            self.fit()
        else:
            self._set(replace(self._look, x=self._look.x + shift.x(), y=self._look.y + shift.y()))

    def fit(self) -> None:
        """Show the whole document, straight, and no smaller than it need be."""
        self._fitted = True
        rect = self._document_rect
        if rect.isEmpty():
            return
        ratio = self._pixel_ratio
        width = max(self._view_size.width() - 2 * FIT_MARGIN, 16) * ratio
        height = max(self._view_size.height() - 2 * FIT_MARGIN, 16) * ratio
        zoom = min(width / rect.width(), height / rect.height())
        # A small document may be enlarged by whole numbers, which keeps its pixels square.
        zoom = math.floor(zoom) if zoom >= 2 else min(zoom, max(1.0, ratio))
        centre = QRectF(rect).center()
        self._set(Look(centre.x(), centre.y(), zoom, 0.0))

    def actual_size(self) -> None:
        """One pixel of the document on one of the screen, around the middle of the view."""
        self._fitted = False
        self._set(replace(self._look, zoom=1.0))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.zoom_to(self._look.zoom * factor, at)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """What lies under `at` (in the view; its middle if None) stays under it."""
        zoom = min(max(zoom, SMALLEST_ZOOM), LARGEST_ZOOM)
        self._change_around(at, replace(self._look, zoom=zoom))

    def rotate_to(self, angle: float, at: QPointF | None = None) -> None:
        self._change_around(at, replace(self._look, angle=math.remainder(angle, 360.0)))

    @property
    def mirrored(self) -> bool:
        return self._look.mirrored

    def mirror(self) -> None:
        """As if the screen were seen in a mirror: what is in the middle stays there."""
        look = self._look
        self._set(replace(look, mirrored=not look.mirrored, angle=-look.angle))

    def look_at(self, point: QPointF) -> None:
        """Bring a point of the document to the middle of the view."""
        self._fitted = False
        self._set(replace(self._look, x=point.x(), y=point.y()))

    @property
    def visible_area(self) -> QPolygonF:
        """What of the document's plane the view shows."""
        size = self._view_size
        corners = [
            QPointF(0, 0),
            QPointF(size.width(), 0),
            QPointF(size.width(), size.height()),
            QPointF(0, size.height()),
        ]
        return QPolygonF([self.to_document(corner) for corner in corners])

    def pan_by(self, delta: QPointF) -> None:
        """Move the picture by `delta` logical pixels of the view."""
        self._fitted = False
        middle = self.middle
        point = self.to_document(middle - delta)
        self._set(replace(self._look, x=point.x(), y=point.y()))

    def look_again(self, look: Look) -> None:
        """Go back to a look that was taken before."""
        self._set(look)

    def _change_around(self, at: QPointF | None, changed: Look) -> None:
        self._fitted = False
        at = self.middle if at is None else at
        kept = self.to_document(at)
        moved = self._transform(changed).map(kept) - at
        inverse, _ = self._transform(changed).inverted()
        centre = inverse.map(self.middle + moved)
        self._set(replace(changed, x=centre.x(), y=centre.y()))

    def _set(self, look: Look) -> None:
        if look != self._look:
            self._look = look
            self.look_changed.emit()

    def _transform(self, look: Look) -> QTransform:
        scale = look.zoom / self._pixel_ratio
        transform = QTransform()
        transform.rotate(look.angle)
        transform.scale(-scale if look.mirrored else scale, scale)
        middle = self.middle
        offset = middle - transform.map(QPointF(look.x, look.y))
        # Whole device pixels, so that an unscaled picture is sharp, and one that only moves need not be drawn anew.
        ratio = self._pixel_ratio
        offset = QPointF(round(offset.x() * ratio) / ratio, round(offset.y() * ratio) / ratio)
        return transform * QTransform.fromTranslate(offset.x(), offset.y())
