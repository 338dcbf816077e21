"""How one layer looks in the list: eye, thumbnails of it and of its mask, name, and small marks for its state."""

from dataclasses import dataclass, fields

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QImage, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.canvas.viewmodels.layers import LayerRole
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.theme import FOCUS_RING, ICON_SIZE, RADIUS, SPACE, Theme, theme_of
from desktop.widgets.translations import tr

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 11 * SPACE
THUMBNAIL = 9 * SPACE
EYE_WIDTH = 8 * SPACE
MARK_WIDTH = 5 * SPACE
INDENT = 4 * SPACE
DEEPEST_INDENT = 6
"""Deeper groups are not set in further, so that a name always has room."""


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Empty where a row has no such part."""

    eye: QRect
    disclosure: QRect
    clip: QRect
    thumbnail: QRect
    mask: QRect
    name: QRect
    alpha_lock: QRect
    lock: QRect
    recipe: QRect


def row_places(row: QRect, index: Index, direction: Qt.LayoutDirection) -> RowPlaces:
    """Mirrored as a whole where text runs from right to left."""
    left, right = row.left(), row.right() + 1
    height, middle = row.height(), row.top() + (row.height() - THUMBNAIL) // 2

    def from_left(width: int, *, there: bool = True) -> QRect:
        nonlocal left
        place = QRect(left, row.top(), width, height) if there else QRect()
        left += width if there else 0
        return place

    def from_right(role: LayerRole) -> QRect:
        nonlocal right
        if not index.data(role):
            return QRect()
        right -= MARK_WIDTH
        return QRect(right, row.top(), MARK_WIDTH, height)

    eye = from_left(EYE_WIDTH)
    left += INDENT * min(index.data(LayerRole.DEPTH) or 0, DEEPEST_INDENT)
    disclosure = from_left(MARK_WIDTH, there=index.data(LayerRole.EXPANDED) is not None)
    clip = from_left(MARK_WIDTH, there=bool(index.data(LayerRole.CLIPPED)))
    thumbnail = from_left(THUMBNAIL)
    left += SPACE
    mask = from_left(THUMBNAIL, there=bool(index.data(LayerRole.HAS_MASK)))
    left += SPACE
    right -= SPACE
    lock, alpha_lock = from_right(LayerRole.LOCKED), from_right(LayerRole.ALPHA_LOCKED)
    recipe = from_right(LayerRole.HAS_RECIPE)
    places = RowPlaces(
        eye=eye,
        disclosure=disclosure,
        clip=clip,
        thumbnail=QRect(thumbnail.left(), middle, THUMBNAIL, THUMBNAIL),
        mask=QRect(mask.left(), middle, THUMBNAIL, THUMBNAIL) if not mask.isEmpty() else mask,
        name=QRect(left, row.top(), max(0, right - left), height),
        alpha_lock=alpha_lock,
        lock=lock,
        recipe=recipe,
    )
    return _mirrored(places, row) if direction == Qt.LayoutDirection.RightToLeft else places


def _mirrored(places: RowPlaces, row: QRect) -> RowPlaces:
    def turned(part: QRect) -> QRect:
        if part.isEmpty():
            return part
        return QRect(row.left() + row.right() - part.right(), part.y(), part.width(), part.height())

    return RowPlaces(**{each.name: turned(getattr(places, each.name)) for each in fields(places)})


class LayerDelegate(QStyledItemDelegate):
    """Signals carry the row."""

    eye_clicked = Signal(int)
    recipe_clicked = Signal(int)
    disclosure_clicked = Signal(int)
    thumbnail_clicked = Signal(int)
    mask_clicked = Signal(int)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(40 * SPACE, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        widget: QWidget = option.widget
        theme = theme_of(widget)
        places = row_places(option.rect, index, widget.layoutDirection())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_background(painter, option, theme)
        visible, shown = bool(index.data(LayerRole.VISIBLE)), bool(index.data(LayerRole.SHOWN))
        role = "text" if shown else "quiet_text"
        _draw_icon(painter, places.eye, "eye" if visible else "eye-off", role)
        expanded = index.data(LayerRole.EXPANDED)
        if expanded is not None:
            closed = (
                "chevron-left"
                if widget.layoutDirection() == Qt.LayoutDirection.RightToLeft
                else "chevron-right"
            )
            _draw_icon(painter, places.disclosure, "chevron-down" if expanded else closed, role)
            _draw_icon(painter, places.thumbnail, "folder-open" if expanded else "folder", role)
        else:
            _draw_thumbnail(painter, places.thumbnail, index.data(Qt.ItemDataRole.DecorationRole), theme)
        if not places.mask.isEmpty():
            self._draw_mask(painter, places, index, theme)
        for place, name in (
            (places.clip, "corner-left-down"),
            (places.recipe, "sparkles"),
            (places.alpha_lock, "grid-2x2"),
            (places.lock, "lock"),
        ):
            if not place.isEmpty():
                _draw_icon(painter, place, name, "quiet_text")
        painter.setPen(theme.colour(role))
        name = widget.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, places.name.width()
        )
        painter.drawText(places.name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, name)
        painter.restore()

    @staticmethod
    def _draw_background(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if selected or hovered:
            painter.setBrush(theme.colour("selected" if selected else "hover"))
            painter.drawRoundedRect(option.rect, RADIUS, RADIUS)

    @staticmethod
    def _draw_mask(painter: QPainter, places: RowPlaces, index: Index, theme: Theme) -> None:
        """With a ring around what tools paint on, and a stroke through a mask that is off."""
        page = _draw_thumbnail(painter, places.mask, index.data(LayerRole.MASK), theme)
        if not index.data(LayerRole.MASK_ENABLED):
            painter.setPen(QPen(theme.colour("danger"), FOCUS_RING))
            painter.drawLine(page.topLeft(), page.bottomRight())
        if index.data(LayerRole.ON_MASK):
            painter.setPen(QPen(theme.colour("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(page.adjusted(0, 0, -1, -1))

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(tr("Name of the layer"))
        editor.setToolTip(tr("Name of the layer"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        place = row_places(option.rect, index, option.widget.layoutDirection()).name
        height = editor.sizeHint().height()
        editor.setGeometry(place.left() - 2 * SPACE, place.center().y() - height // 2, place.width(), height)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            places = row_places(option.rect, index, option.widget.layoutDirection())
            at = event.position().toPoint()
            pressed = event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}
            for place, signal in (
                (places.eye, self.eye_clicked),
                (places.disclosure, self.disclosure_clicked),
                (places.recipe, self.recipe_clicked),
            ):
                if place.contains(at):
                    if pressed:
                        signal.emit(index.row())
                    return True
            if pressed and places.mask.contains(at):
                self.mask_clicked.emit(index.row())
            elif pressed and places.thumbnail.contains(at):
                self.thumbnail_clicked.emit(index.row())
        return super().editorEvent(event, model, option, index)


def _draw_icon(painter: QPainter, place: QRect, name: str, role: str) -> None:
    scale = painter.device().devicePixelRatioF()
    corner = QRect(0, 0, ICON_SIZE, ICON_SIZE)
    corner.moveCenter(place.center())
    painter.drawPixmap(corner.topLeft(), icon_pixmap(name, side=ICON_SIZE, scale=scale, role=role))


def _draw_thumbnail(painter: QPainter, place: QRect, image: QImage | None, theme: Theme) -> QRect:
    """Where the page lies in the thumbnail's place."""
    page = QRect(0, 0, THUMBNAIL, THUMBNAIL)
    if image is not None:
        size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        page = QRect(0, 0, size.width(), size.height())
    page.moveCenter(place.center())
    painter.fillRect(page, theme.colour("checker_light"))
    painter.fillRect(page, QBrush(theme.colour("checker_dark"), Qt.BrushStyle.Dense4Pattern))
    if image is not None:
        painter.drawImage(page, image)
    return page
