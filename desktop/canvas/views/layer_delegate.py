"""How one layer looks in the list: eye, thumbnail, name, and a small mark on a recipe layer."""

from dataclasses import dataclass

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
from PySide6.QtGui import QBrush, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.canvas.viewmodels.layers import LayerRole
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.theme import ICON_SIZE, RADIUS, SPACE, theme_of
from desktop.widgets.translations import tr

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 11 * SPACE
THUMBNAIL = 9 * SPACE
EYE_WIDTH = 8 * SPACE


@dataclass(frozen=True, slots=True)
class RowPlaces:
    eye: QRect
    thumbnail: QRect
    name: QRect
    recipe: QRect


def row_places(row: QRect, direction: Qt.LayoutDirection) -> RowPlaces:
    """Mirrored as a whole where text runs from right to left."""
    x, top = row.left(), row.top()
    middle = top + (row.height() - THUMBNAIL) // 2
    eye = QRect(x, top, EYE_WIDTH, row.height())
    thumbnail = QRect(eye.right() + 1, middle, THUMBNAIL, THUMBNAIL)
    recipe = QRect(row.right() - EYE_WIDTH + 1, top, EYE_WIDTH, row.height())
    left = thumbnail.right() + 1 + 2 * SPACE
    name = QRect(left, top, recipe.left() - left, row.height())
    if direction == Qt.LayoutDirection.RightToLeft:
        eye, thumbnail, name, recipe = (
            QRect(row.left() + row.right() - part.right(), part.y(), part.width(), part.height())
            for part in (eye, thumbnail, name, recipe)
        )
    return RowPlaces(eye, thumbnail, name, recipe)


class LayerDelegate(QStyledItemDelegate):
    eye_clicked = Signal(int)
    recipe_clicked = Signal(int)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(40 * SPACE, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        widget: QWidget = option.widget
        theme = theme_of(widget)
        row: QRect = option.rect
        places = row_places(row, widget.layoutDirection())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        if selected or hovered:
            painter.setBrush(theme.colour("selected" if selected else "hover"))
            painter.drawRoundedRect(row, RADIUS, RADIUS)
        visible = bool(index.data(LayerRole.VISIBLE))
        self._draw_icon(
            painter, places.eye, "eye" if visible else "eye-off", "text" if visible else "quiet_text"
        )
        self._draw_thumbnail(painter, places.thumbnail, index.data(Qt.ItemDataRole.DecorationRole), widget)
        painter.setPen(theme.colour("text" if visible else "quiet_text"))
        name = widget.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, places.name.width() - SPACE
        )
        painter.drawText(places.name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, name)
        if index.data(LayerRole.LOCKED):
            self._draw_icon(painter, places.recipe, "lock", "quiet_text")
        elif index.data(LayerRole.HAS_RECIPE):
            self._draw_icon(painter, places.recipe, "sparkles", "quiet_text")
        painter.restore()

    @staticmethod
    def _draw_icon(painter: QPainter, place: QRect, name: str, role: str) -> None:
        scale = painter.device().devicePixelRatioF()
        corner = QRect(0, 0, ICON_SIZE, ICON_SIZE)
        corner.moveCenter(place.center())
        painter.drawPixmap(corner.topLeft(), icon_pixmap(name, side=ICON_SIZE, scale=scale, role=role))

    @staticmethod
    def _draw_thumbnail(painter: QPainter, place: QRect, image: QImage | None, widget: QWidget) -> None:
        theme = theme_of(widget)
        page = QRect(0, 0, THUMBNAIL, THUMBNAIL)
        if image is not None:
            size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            page = QRect(0, 0, size.width(), size.height())
        page.moveCenter(place.center())
        painter.fillRect(page, theme.colour("checker_light"))
        painter.fillRect(page, QBrush(theme.colour("checker_dark"), Qt.BrushStyle.Dense4Pattern))
        if image is not None:
            painter.drawImage(page, image)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(tr("Name of the layer"))
        editor.setToolTip(tr("Name of the layer"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        place = row_places(option.rect, option.widget.layoutDirection()).name
        height = editor.sizeHint().height()
        editor.setGeometry(place.left() - 2 * SPACE, place.center().y() - height // 2, place.width(), height)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            places = row_places(option.rect, option.widget.layoutDirection())
            at = event.position().toPoint()
            pressed = event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}
            if places.eye.contains(at):
                if pressed:
                    self.eye_clicked.emit(index.row())
                return True
            if places.recipe.contains(at) and index.data(LayerRole.HAS_RECIPE):
                if pressed:
                    self.recipe_clicked.emit(index.row())
                return True
        return super().editorEvent(event, model, option, index)
