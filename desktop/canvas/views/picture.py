"""The picture as the view shows it: a buffer of the view's own size, of which only what changed is drawn again."""

from collections.abc import Iterable

from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPolygonF, QRegion, QTransform

from desktop.canvas.navigation import Navigation
from desktop.canvas.tiles import TILE_SIDE, rects_of
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.views.pyramid import Pyramid
from desktop.widgets.theme import SPACE, Theme

BUDGET_MILLISECONDS = 5
"""Time for bringing the composite up to date, or for sharpening, in one turn of the loop; the rest waits."""
PIXELS_SHOW_FROM_ZOOM = 2.0
"""From here on an artist wants to see the document's pixels, not a blur of them."""
LARGEST_QUICK_VIEW = 4_000_000
"""Device pixels that are drawn anew within a few milliseconds; of a larger view, half as sharp while it moves."""
LARGEST_PIECE = 3 * TILE_SIDE
"""Pixels on a side that are composed in one go: what a large brush touches. Of more, a tile after the other."""
PIXELS_SHARPENED_AT_ONCE = 300_000
SOURCE = QPainter.CompositionMode.CompositionMode_Source
SCREEN_FORMAT = QImage.Format.Format_RGB32


class PictureBuffer:
    """Paints surround, checkerboard and composite. All its rectangles are in device pixels of the view.

    What is drawn while the look changes is drawn roughly: without smoothing, and in a large view at half its size
    (`_draft`). `sharpen` makes up for it piece by piece, once the look is at rest. A picture that is only moved is
    not drawn anew, but for what comes into sight.
    """

    def __init__(self, *, current: CurrentDocument, navigation: Navigation) -> None:
        self._current = current
        self._navigation = navigation
        self._pyramid = Pyramid(1, 1)
        self._stale = QRegion()
        self._image = QImage()
        self._spare = QImage()
        self._draft: QImage | None = None
        self._undrawn = QRegion()
        self._rough = QRegion()
        self._transform = QTransform()
        """Of what is drawn."""
        self._moving = False
        self._checkers: dict[tuple[str, int], QBrush] = {}
        self._refreshed = False

    @property
    def image(self) -> QImage:
        return self._image if self._draft is None else self._draft

    @property
    def scale(self) -> float:
        """Pixels of `image` for each of the view's."""
        return 1.0 if self._draft is None else 0.5

    @property
    def is_composed(self) -> bool:
        return self._stale.isEmpty()

    def replace_document(self) -> None:
        document = self._current.document
        if document is None:
            self._pyramid, self._stale = Pyramid(1, 1), QRegion()
        else:
            self._pyramid, self._stale = Pyramid(document.width, document.height), QRegion(document.rect)
        self.redraw_all()

    def resize(self, size: QSize) -> None:
        if size != self._image.size():
            self._image = QImage(size, SCREEN_FORMAT)
            self.redraw_all()

    def redraw_all(self) -> None:
        self._draft = None
        self._undrawn, self._rough = QRegion(self._image.rect()), QRegion()
        self._transform = self._navigation.device_transform

    # What differs

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

    def follow_look(self) -> None:
        """The artist looks at another place, and may go on to another one at once."""
        before, now = self._transform, self._navigation.device_transform
        self._moving = True
        way = QPointF(now.dx() - before.dx(), now.dy() - before.dy()).toPoint()
        moved = before * QTransform.fromTranslate(way.x(), way.y())
        if (
            self._draft is None
            and _alike(moved, now)
            and self._image.rect().translated(way).intersects(self._image.rect())
        ):
            self._scroll(way)
            self._transform = moved
        else:
            self.redraw_all()

    def _scroll(self, way: QPoint) -> None:
        whole = QRegion(self._image.rect())
        if self._spare.size() != self._image.size():
            self._spare = QImage(self._image.size(), SCREEN_FORMAT)
        # Two buffers that take turns: fresh memory would cost more than all else.
        self._image, self._spare = self._spare, self._image
        painter = QPainter(self._image)
        painter.setCompositionMode(SOURCE)
        painter.drawImage(way, self._spare)
        painter.end()
        self._rough = self._rough.translated(way).intersected(whole)
        self._undrawn = self._undrawn.translated(way).intersected(whole)
        self._undrawn += whole - whole.translated(way)

    # The composite

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
        if rect.width() <= LARGEST_PIECE and rect.height() <= LARGEST_PIECE:
            return rect
        first = next(iter(rects_of(self._stale if seen.isEmpty() else seen)))
        column, row = first.left() // TILE_SIDE, first.top() // TILE_SIDE
        tile = QRect(column * TILE_SIDE, row * TILE_SIDE, TILE_SIDE, TILE_SIDE)
        return tile.intersected(self._pyramid.rect)

    def _visible_document_rect(self) -> QRect:
        inverse, _ = self._navigation.device_transform.inverted()
        return inverse.mapRect(QRectF(self._image.rect())).toAlignedRect().intersected(self._pyramid.rect)

    # Drawing

    def draw(self, theme: Theme) -> None:
        """Bring the buffer up to date where anything differs."""
        whole = self._image.rect()
        undrawn, self._undrawn = self._undrawn.intersected(whole), QRegion()
        if undrawn.isEmpty():
            return
        large = whole.width() * whole.height() > LARGEST_QUICK_VIEW
        if self._moving and large and undrawn == QRegion(whole):
            self._draft = QImage((whole.width() + 1) // 2, (whole.height() + 1) // 2, SCREEN_FORMAT)
            half = self._transform * QTransform.fromScale(0.5, 0.5)
            self._paint(self._draft, half, [self._draft.rect()], theme, rough=True)
            self._rough = QRegion(whole)
            return
        self._take_draft()
        self._paint(self._image, self._transform, rects_of(undrawn), theme, rough=self._moving)
        if self._moving and (self._smooths or self._turned):
            self._rough += undrawn
        else:
            self._rough -= undrawn

    def sharpen(self, theme: Theme) -> QRect:
        """The look is at rest: draw some of what was drawn roughly, as it shall be; where. Empty: all is sharp."""
        self._moving = False
        self._take_draft()
        clock = QElapsedTimer()
        clock.start()
        done = QRegion()
        while not self._rough.isEmpty() and clock.elapsed() < BUDGET_MILLISECONDS:
            piece = next(iter(rects_of(self._rough)))
            rows = max(1, PIXELS_SHARPENED_AT_ONCE // piece.width())
            piece = piece.intersected(QRect(piece.topLeft(), QSize(piece.width(), rows)))
            self._paint(self._image, self._transform, [piece], theme, rough=False)
            self._rough -= piece
            done += piece
        return done.boundingRect()

    def _take_draft(self) -> None:
        if self._draft is not None:
            draft, self._draft = self._draft, None
            painter = QPainter(self._image)
            painter.setCompositionMode(SOURCE)
            painter.drawImage(QRect(0, 0, 2 * draft.width(), 2 * draft.height()), draft)
            painter.end()

    @property
    def _turned(self) -> bool:
        return self._navigation.angle % 90 != 0

    @property
    def _exact(self) -> bool:
        return self._navigation.zoom == 1 and not self._turned

    @property
    def _smooths(self) -> bool:
        return self._navigation.zoom < PIXELS_SHOW_FROM_ZOOM and not self._exact

    def _paint(
        self, target: QImage, transform: QTransform, rects: Iterable[QRect], theme: Theme, *, rough: bool
    ) -> None:
        half = target is self._draft
        painter = QPainter(target)
        painter.setPen(Qt.PenStyle.NoPen)
        for rect in rects:
            painter.setClipRect(rect)
            if self._current.document is None:
                painter.fillRect(rect, theme.colour("surround"))
                continue
            painter.setBrushOrigin(transform.map(QPointF(0, 0)).toPoint())
            self._paint_paper(painter, transform, rect, theme, rough=rough, half=half)
            self._pyramid.draw_through(
                painter,
                transform,
                rect,
                exact=self._exact and not half,
                smooth=self._smooths and not rough,
            )
        painter.end()

    def _paint_paper(
        self, painter: QPainter, transform: QTransform, rect: QRect, theme: Theme, *, rough: bool, half: bool
    ) -> None:
        """What is seen where the picture is transparent, and around it."""
        checkers = self._checkerboard(theme, half=half)
        inverse, _ = transform.inverted()
        if QRectF(self._pyramid.rect).contains(inverse.mapRect(QRectF(rect))):
            painter.fillRect(rect, checkers)
            return
        painter.fillRect(rect, theme.colour("surround"))
        page = transform.map(QPolygonF(QRectF(self._pyramid.rect)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._turned and not rough)
        painter.setBrush(checkers)
        # A painter goes along all of a polygon's edge, whatever it is clipped to.
        painter.drawPolygon(page.intersected(QPolygonF(QRectF(rect))))

    def _checkerboard(self, theme: Theme, *, half: bool) -> QBrush:
        """Squares of one size on the screen, however far the picture is away."""
        side = round(2 * SPACE * self._navigation.pixel_ratio) // (2 if half else 1)
        key = (theme.name, side)
        if key not in self._checkers:
            image = QImage(2 * side, 2 * side, SCREEN_FORMAT)
            image.fill(theme.colour("checker_light"))
            painter = QPainter(image)
            for x, y in ((0, 0), (side, side)):
                painter.fillRect(x, y, side, side, theme.colour("checker_dark"))
            painter.end()
            self._checkers[key] = QBrush(image)
        return self._checkers[key]


def _alike(one: QTransform, other: QTransform) -> bool:
    """So near that no pixel of the screen shows it."""
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return all(abs(first - second) < 1e-6 * max(1.0, abs(first)) for first, second in pairs)


def _numbers(transform: QTransform) -> tuple[float, ...]:
    return (
        transform.m11(),
        transform.m12(),
        transform.m21(),
        transform.m22(),
        transform.dx(),
        transform.dy(),
    )
