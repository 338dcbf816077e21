"""The picture as the view shows it: a buffer of the view's own size, of which only what changed is drawn again."""

from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QElapsedTimer, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPolygonF, QRegion

from desktop.canvas.navigation import Navigation
from desktop.canvas.tiles import TILE_SIDE
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.views.pyramid import Pyramid
from desktop.widgets.theme import SPACE, Theme

BUDGET_MILLISECONDS = 6
"""Time for bringing the composite up to date in one turn of the loop; the rest waits for the next."""
PIXELS_SHOW_FROM_ZOOM = 2.0
"""From here on an artist wants to see the document's pixels, not a blur of them."""


class PictureBuffer:
    """Paints surround, checkerboard and composite. All its rectangles are in device pixels of the view."""

    def __init__(self, *, current: CurrentDocument, navigation: Navigation) -> None:
        self._current = current
        self._navigation = navigation
        self._pyramid = Pyramid(1, 1)
        self._stale = QRegion()
        self._image = QImage()
        self._undrawn = QRegion()
        self._checker = QBrush()
        self._checker_key: tuple[str, float] | None = None
        self._refreshed = False
        self.smooth = True

    @property
    def image(self) -> QImage:
        return self._image

    def replace_document(self) -> None:
        document = self._current.document
        if document is None:
            self._pyramid, self._stale = Pyramid(1, 1), QRegion()
        else:
            self._pyramid, self._stale = Pyramid(document.width, document.height), QRegion(document.rect)
        self.redraw_all()

    def resize(self, size: QSize) -> None:
        if size != self._image.size():
            self._image = QImage(size, QImage.Format.Format_RGB32)
            self.redraw_all()

    def redraw_all(self) -> None:
        self._undrawn = QRegion(self._image.rect())

    def invalidate(self, region: QRegion) -> QRect:
        """The composite of `region` (of the document) differs; where in the view that shows."""
        self._stale += region
        return self.device_rect(region.boundingRect())

    def device_rect(self, rect: QRect) -> QRect:
        """With a margin for smooth sampling."""
        zoom = self._navigation.zoom
        margin = 2 + int(zoom) if zoom > 1 else 3
        mapped = self._navigation.device_transform.mapRect(QRectF(rect)).toAlignedRect()
        return mapped.adjusted(-margin, -margin, margin, margin)

    def draw_small(self, painter: QPainter, area: QRectF, zoom: float) -> None:
        """As it was last composed, from the level that fits `zoom`."""
        self._pyramid.draw(painter, area, zoom)

    def take_refreshed(self) -> bool:
        """Whether pixels came in since this was last asked."""
        refreshed, self._refreshed = self._refreshed, False
        return refreshed

    def refresh(self) -> bool:
        """Compose what is stale, nearest to the eye first, for a few milliseconds; whether all is done."""
        compositor = self._current.compositor
        if compositor is None or self._stale.isEmpty():
            return True
        clock = QElapsedTimer()
        clock.start()
        visible = self._visible_document_rect()
        while not self._stale.isEmpty():
            piece = self._next_piece(visible)
            self._pyramid.write(piece, compositor.composite(piece))
            self._stale -= piece
            self._refreshed = True
            self._undrawn += self.device_rect(piece).intersected(self._image.rect())
            if clock.elapsed() >= BUDGET_MILLISECONDS:
                break
        return self._stale.isEmpty()

    def _next_piece(self, visible: QRect) -> QRect:
        seen = self._stale.intersected(visible)
        rect = (self._stale if seen.isEmpty() else seen).boundingRect()
        if rect.width() <= 2 * TILE_SIDE and rect.height() <= 2 * TILE_SIDE:
            return rect
        first = next(iter(cast(Iterable[QRect], self._stale if seen.isEmpty() else seen)))
        column, row = first.left() // TILE_SIDE, first.top() // TILE_SIDE
        tile = QRect(column * TILE_SIDE, row * TILE_SIDE, TILE_SIDE, TILE_SIDE)
        return tile.intersected(self._pyramid.rect)

    def _visible_document_rect(self) -> QRect:
        inverse, _ = self._navigation.device_transform.inverted()
        return inverse.mapRect(QRectF(self._image.rect())).toAlignedRect().intersected(self._pyramid.rect)

    def draw(self, theme: Theme) -> None:
        """Bring the buffer up to date where anything differs."""
        undrawn, self._undrawn = self._undrawn.intersected(self._image.rect()), QRegion()
        if undrawn.isEmpty():
            return
        bounds = undrawn.boundingRect()
        painter = QPainter(self._image)
        painter.setClipRegion(undrawn)
        painter.fillRect(bounds, theme.colour("surround"))
        if self._current.document is not None:
            transform = self._navigation.device_transform
            page = QPolygonF(transform.map(QPolygonF(QRectF(self._pyramid.rect))))
            turned = self._navigation.angle % 90 != 0
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, turned and self.smooth)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._checkerboard(theme))
            painter.setBrushOrigin(transform.map(QPointF(0, 0)).toPoint())
            painter.drawPolygon(page)
            self._draw_composite(painter, bounds)
        painter.end()

    def _draw_composite(self, painter: QPainter, bounds: QRect) -> None:
        transform = self._navigation.device_transform
        zoom = self._navigation.zoom
        exact = zoom == 1 and self._navigation.angle % 90 == 0
        smooth = self.smooth and zoom < PIXELS_SHOW_FROM_ZOOM and not exact
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setTransform(transform)
        inverse, _ = transform.inverted()
        scale = max(1.0, 1 / zoom)
        visible = inverse.mapRect(QRectF(bounds)).adjusted(-4 * scale, -4 * scale, 4 * scale, 4 * scale)
        self._pyramid.draw(painter, visible, zoom)

    def _checkerboard(self, theme: Theme) -> QBrush:
        """Squares of one size on the screen, however far the picture is away."""
        key = (theme.name, self._navigation.pixel_ratio)
        if key != self._checker_key:
            side = round(2 * SPACE * self._navigation.pixel_ratio)
            image = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
            image.fill(theme.colour("checker_light"))
            painter = QPainter(image)
            for x, y in ((0, 0), (side, side)):
                painter.fillRect(x, y, side, side, theme.colour("checker_dark"))
            painter.end()
            self._checker, self._checker_key = QBrush(image), key
        return self._checker
