"""How one picture is painted in the grid: its thumbnail, its marks, the ring of the chosen."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.gallery.picture_list import PICTURE_ROLE
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.library.picture import LibraryPicture
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.theme import FOCUS_RING, ICON_SIZE, LARGE_ICON_SIZE, RADIUS, SPACE, theme_of

MARGIN = 2 * SPACE
STAR = QPolygonF(
    [
        QPointF(0.0, -1.0),
        QPointF(0.235, -0.324),
        QPointF(0.951, -0.309),
        QPointF(0.380, 0.124),
        QPointF(0.588, 0.809),
        QPointF(0.0, 0.4),
        QPointF(-0.588, 0.809),
        QPointF(-0.380, 0.124),
        QPointF(-0.951, -0.309),
        QPointF(-0.235, -0.324),
    ]
)
"""Of radius 1."""


class PictureDelegate(QStyledItemDelegate):
    def __init__(self, thumbnails: ThumbnailCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return option.rect.size() if option.rect.isValid() else super().sizeHint(option, index)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        picture = index.data(PICTURE_ROLE)
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if not isinstance(picture, LibraryPicture):  # not read yet
            painter.fillRect(cell.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), theme_of().colour("raised"))
            return
        space = cell.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        scale = painter.device().devicePixelRatio()
        image = self._thumbnails.image(picture, round(min(space.width(), space.height()) * scale))
        place = _place_of(picture, space, scale)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if image is not None:
            painter.drawImage(place, image, QRectF(image.rect()))
        else:
            self._paint_placeholder(painter, place, scale, missing=self._thumbnails.is_missing(picture))
        if state & QStyle.StateFlag.State_Selected:
            self._paint_ring(painter, place, focused=bool(state & QStyle.StateFlag.State_HasFocus))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(theme_of().colour("line"), 1))
            painter.drawRect(place.adjusted(-1.5, -1.5, 1.5, 1.5))
        if picture.starred:
            self._paint_star(painter, place)
        if picture.rating or picture.label:
            self._paint_marks(painter, place, picture)
        painter.restore()

    def _paint_marks(self, painter: QPainter, place: QRectF, picture: LibraryPicture) -> None:
        """Rating and label on a shade along the lower edge."""
        theme = theme_of()
        height = ICON_SIZE + SPACE
        strip = QRectF(place.left(), place.bottom() - height, place.width(), height)
        painter.fillRect(strip, theme.colour("shade", 0.6))
        centre = QPointF(strip.left() + height / 2, strip.center().y())
        for _ in range(picture.rating):
            path = QPainterPath()
            radius = ICON_SIZE * 0.4
            path.addPolygon(QTransform.fromTranslate(centre.x(), centre.y()).scale(radius, radius).map(STAR))
            painter.fillPath(path, theme.colour("marker_light"))
            centre += QPointF(ICON_SIZE * 0.9, 0)
        if picture.label:
            painter.setPen(QPen(theme.colour("marker_light"), 1))
            painter.setBrush(theme.colour(f"label_{picture.label}"))
            painter.drawEllipse(QPointF(strip.right() - height / 2, strip.center().y()), 5, 5)

    def _paint_placeholder(self, painter: QPainter, place: QRectF, scale: float, *, missing: bool) -> None:
        painter.fillRect(place, theme_of().colour("raised"))
        if missing:
            sign = icon_pixmap("triangle-alert", side=LARGE_ICON_SIZE, scale=scale, role="quiet_text")
            half = LARGE_ICON_SIZE / 2
            painter.drawPixmap(place.center() - QPointF(half, half), sign)

    def _paint_ring(self, painter: QPainter, place: QRectF, *, focused: bool) -> None:
        """Outside the picture, so that nothing of it is hidden."""
        width = FOCUS_RING + 1 if focused else FOCUS_RING
        away = width / 2 + 1
        painter.setPen(QPen(theme_of().colour("ring"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-away, -away, away, away), RADIUS, RADIUS)

    def _paint_star(self, painter: QPainter, place: QRectF) -> None:
        """On a shade, so that it shows on any picture."""
        theme = theme_of()
        centre = QPointF(place.right() - ICON_SIZE * 0.75, place.top() + ICON_SIZE * 0.75)
        radius = ICON_SIZE * 0.625
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("shade", 0.6))
        painter.drawEllipse(centre, radius, radius)
        path = QPainterPath()
        path.addPolygon(
            QTransform.fromTranslate(centre.x(), centre.y()).scale(radius * 0.7, radius * 0.7).map(STAR)
        )
        painter.fillPath(path, theme.colour("marker_light"))


def _place_of(picture: LibraryPicture, space: QRect, scale: float) -> QRectF:
    """As large as fits, never larger than the picture, on whole device pixels, so that it stays sharp."""
    most = min(space.width() / picture.width, space.height() / picture.height, 1.0)
    width = max(1, round(picture.width * most * scale)) / scale
    height = max(1, round(picture.height * most * scale)) / scale
    left = round((space.left() + (space.width() - width) / 2) * scale) / scale
    top = round((space.top() + (space.height() - height) / 2) * scale) / scale
    return QRectF(left, top, width, height)
