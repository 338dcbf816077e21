"""How one model is painted in the list: its picture, its name, what it is, and what there is to tell of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.entries import Entry
from desktop.models.row_list import ENTRY_ROLE, Previews
from desktop.models.words import badge_of, line_of
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.theme import LARGE_ICON_SIZE, RADIUS, SMALL_TEXT_SIZE, SPACE, theme_of
from shared.contracts.models import ModelKind

HEIGHT = 14 * SPACE
PICTURE_SIDE = 11 * SPACE
KIND_ICONS: dict[ModelKind | None, str] = {
    "checkpoint": "box",
    "lora": "layers",
    "vae": "eye",
    "embedding": "info",
    "controlnet": "scan",
    "ip_adapter": "image",
    "upscaler": "zoom-in",
    None: "triangle-alert",
}


class EntryDelegate(QStyledItemDelegate):
    def __init__(self, previews: Previews, parent: QWidget) -> None:
        super().__init__(parent)
        self._previews = previews

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(option.rect.width(), HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        theme, row = theme_of(), QRect(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected" if chosen else "hover"))
            painter.drawRoundedRect(row, RADIUS, RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour("ring"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(row).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        inner = row.adjusted(2 * SPACE, 0, -3 * SPACE, 0)
        picture = QRect(0, 0, PICTURE_SIDE, PICTURE_SIDE)
        picture.moveCenter(inner.center())
        picture.moveLeft(inner.left())
        self._paint_picture(painter, picture, entry)
        inner.setLeft(picture.right() + 3 * SPACE)
        self._paint_words(painter, inner, entry, option.font)
        painter.restore()

    def _paint_picture(self, painter: QPainter, place: QRect, entry: Entry) -> None:
        scale = painter.device().devicePixelRatio()
        preview = entry.file.preview if entry.file else None
        image = self._previews.image(preview, round(place.width() * scale)) if preview else None
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), RADIUS, RADIUS)
        if image is not None:
            side = min(image.width(), image.height())
            middle = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
            painter.setClipPath(shape)
            painter.drawImage(QRectF(place), image, middle)
            painter.setClipping(False)
            return
        painter.fillPath(shape, theme_of().colour("raised"))
        broken = entry.state == "problem"
        sign = icon_pixmap(
            KIND_ICONS[None if broken else entry.kind],
            side=LARGE_ICON_SIZE,
            scale=scale,
            role="danger" if broken else "quiet_text",
        )
        half = LARGE_ICON_SIZE // 2
        painter.drawPixmap(place.center().x() - half + 1, place.center().y() - half + 1, sign)

    def _paint_words(self, painter: QPainter, place: QRect, entry: Entry, font: QFont) -> None:
        theme = theme_of()
        small = QFont(font)
        small.setPixelSize(SMALL_TEXT_SIZE)
        badge = badge_of(entry)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        if badge:
            width = QFontMetrics(small).horizontalAdvance(badge)
            painter.setFont(small)
            painter.setPen(theme.colour("warning"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, badge)
            place = place.adjusted(0, 0, -width - 3 * SPACE, 0)
        upper, lower = QRect(place), QRect(place)
        upper.setBottom(place.center().y())
        upper.setTop(place.center().y() - 5 * SPACE)
        lower.setTop(place.center().y() + 1)
        lower.setBottom(place.center().y() + 5 * SPACE)
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(font)
        painter.setPen(theme.colour("quiet_text" if entry.state == "missing" else "text"))
        painter.drawText(upper, middle, QFontMetrics(font).elidedText(entry.name, elide, upper.width()))
        painter.setFont(small)
        painter.setPen(theme.colour("quiet_text"))
        painter.drawText(lower, middle, QFontMetrics(small).elidedText(line_of(entry), elide, lower.width()))
