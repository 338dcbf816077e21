"""Paints what lies over the picture, with a painter that works in logical pixels of the view."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from desktop.canvas.navigation import Navigation
from desktop.canvas.shapes import ShapePaint
from desktop.canvas.tiles import TILE_FORMAT
from desktop.canvas.transforming.pose import Handle
from desktop.canvas.viewmodels.overlays import Frame, Overlays, PlacedImage, Sending
from desktop.canvas.views.markers import draw_frame, draw_handles, draw_marching_ants, draw_shade_around
from desktop.widgets.theme import SPACE, Theme

TINT_STRENGTH = 0.35


class OverlayPainter:
    """Keeps the outline of the selection and the coloured tint, which are dear to make and seldom change."""

    def __init__(self, *, overlays: Overlays, navigation: Navigation) -> None:
        self._overlays = overlays
        self._navigation = navigation
        self._outline_in_view: QPainterPath | None = None
        self._tint = QImage()
        self._tint_key: tuple[int, str] | None = None

    def forget_outline(self) -> None:
        """The selection or the look differs."""
        self._outline_in_view = None

    @property
    def has_outline(self) -> bool:
        return not self._overlays.selection_outline.isEmpty()

    @property
    def pieces(self) -> int:
        """Straight ones, of which the selection's outline is made."""
        return self._overlays.selection_outline.elementCount() // 2

    @property
    def outline_in_view(self) -> QPainterPath:
        if self._outline_in_view is None:
            self._outline_in_view = self._navigation.transform.map(self._overlays.selection_outline)
        return self._outline_in_view

    def draw(self, painter: QPainter, theme: Theme, *, phase: float, gesture: QPainterPath) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._navigation.angle % 90 != 0)
        if self._overlays.before is not None:
            self._draw_before(painter, self._overlays.before, theme)
            return
        self._draw_draft(painter)
        if not self._overlays.axes.isEmpty():
            draw_frame(painter, self._navigation.transform.map(self._overlays.axes), theme)
        results = [placed for placed in (self._overlays.preview, self._overlays.candidate) if placed]
        for placed in results:
            self._draw_placed(painter, placed)
        if self._overlays.candidate is not None and self._overlays.split is not None:
            self._draw_split(painter, self._overlays.candidate, self._overlays.split, theme)
        if self._overlays.model_frame is not None:
            self._draw_model_frame(painter, self._overlays.model_frame, theme)
        # A result is judged by its colours, which a tint over it would change.
        if self._overlays.sending is not None and not results:
            self._draw_sending(painter, self._overlays.sending, theme)
        if self._overlays.frame is not None:
            self._draw_frame(painter, self._overlays.frame, theme)
        if self.has_outline and (self._overlays.frame is None or self._overlays.frame.cuts):
            draw_marching_ants(painter, self.outline_in_view, theme, phase)
        if not gesture.isEmpty():
            draw_marching_ants(painter, self._navigation.transform.map(gesture), theme, 0.0)

    def _draw_before(self, painter: QPainter, before: PlacedImage, theme: Theme) -> None:
        painter.save()
        painter.fillRect(painter.viewport(), theme.colour("surround"))
        painter.setTransform(self._navigation.transform, True)
        painter.fillRect(before.rect, theme.colour("checker_light"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._navigation.zoom < 1)
        painter.drawImage(before.rect, before.image, QRectF(before.image.rect()))
        painter.restore()

    def _draw_frame(self, painter: QPainter, frame: Frame, theme: Theme) -> None:
        painter.save()
        painter.setTransform(frame.pose.transform * self._navigation.transform, True)
        for placed in frame.floats:
            painter.drawImage(placed.rect, placed.image, QRectF(placed.image.rect()))
        painter.restore()
        edge = self._navigation.transform.map(frame.pose.frame)
        points = [self._navigation.to_view(frame.pose.point(handle)) for handle in Handle]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if frame.cuts:
            draw_shade_around(painter, edge, theme)
        draw_handles(painter, edge, points, theme)
        painter.restore()

    def _draw_model_frame(self, painter: QPainter, frame: QRect, theme: Theme) -> None:
        path = QPainterPath()
        path.addRect(QRectF(frame))
        in_view = self._navigation.transform.map(path)
        draw_frame(painter, in_view, theme)
        text = f"{frame.width()} × {frame.height()}"
        corner = in_view.boundingRect().bottomLeft()
        words = painter.fontMetrics().boundingRect(text).adjusted(-SPACE, -SPACE // 2, SPACE, SPACE // 2)
        words.moveTopLeft(QPointF(corner.x(), corner.y() + SPACE).toPoint())
        painter.fillRect(words, theme.colour("marker_dark", 0.6))
        painter.setPen(theme.colour("marker_light"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_split(self, painter: QPainter, placed: PlacedImage, split: float, theme: Theme) -> None:
        """The line between the picture as it is (left) and the result (right)."""
        rect = placed.rect
        x = rect.left() + split * rect.width()
        path = QPainterPath(QPointF(x, rect.top()))
        path.lineTo(x, rect.bottom())
        draw_frame(painter, self._navigation.transform.map(path), theme)

    def _draw_placed(self, painter: QPainter, placed: PlacedImage) -> None:
        painter.save()
        painter.setTransform(self._navigation.transform, True)
        if placed is self._overlays.candidate and self._overlays.split is not None:
            shown = QRectF(placed.rect)
            shown.setLeft(shown.left() + self._overlays.split * shown.width())
            painter.setClipRect(shown, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(placed.rect, placed.image, QRectF(placed.image.rect()))
        painter.restore()

    def _draw_draft(self, painter: QPainter) -> None:
        draft = self._overlays.draft
        if isinstance(draft, ShapePaint):
            painter.save()
            painter.setTransform(self._navigation.transform, True)
            draft.draw(painter)
            painter.restore()
        elif draft is not None:
            self._draw_placed(painter, draft)

    def _draw_sending(self, painter: QPainter, sending: Sending, theme: Theme) -> None:
        painter.save()
        painter.setTransform(self._navigation.transform, True)
        painter.setOpacity(TINT_STRENGTH)
        painter.drawImage(QRectF(sending.frame), self._tinted(sending, theme))
        painter.restore()
        frame = QPainterPath()
        frame.addRect(QRectF(sending.frame))
        draw_frame(painter, self._navigation.transform.map(frame), theme)

    def _tinted(self, sending: Sending, theme: Theme) -> QImage:
        key = (sending.tint.cacheKey(), theme.name)
        if key != self._tint_key:
            image = QImage(sending.tint.size(), TILE_FORMAT)
            image.fill(theme.colour("accent"))
            painter = QPainter(image)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
            painter.drawImage(0, 0, sending.tint)
            painter.end()
            self._tint, self._tint_key = image, key
        return self._tint
