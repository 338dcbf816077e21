"""Brushes as pictures of their strokes, two beside each other; a click takes one in hand."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.canvas.viewmodels.brushes import BrushList, BrushRole
from desktop.canvas.views.brush_words import preset_name
from desktop.widgets.theme import FOCUS_RING, RADIUS, SPACE, Theme, theme_of
from desktop.widgets.translations import tr

CELL = QSize(33 * SPACE, 14 * SPACE)
LINE = 5 * SPACE
"""Height of the name below the stroke."""

Index = QModelIndex | QPersistentModelIndex


def tinted(image: QImage, colour: QColor) -> QImage:
    """A preview's shape in a colour of the theme."""
    coloured = image.copy()
    painter = QPainter(coloured)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(coloured.rect(), colour)
    painter.end()
    return coloured


class BrushDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return CELL

    def displayText(self, value: object, _locale: object) -> str:
        return str(value)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = theme_of(option.widget)
        cell = option.rect.adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_ground(painter, option, theme, cell)
        image = index.data(BrushRole.PREVIEW)
        if isinstance(image, QImage):
            picture = QRect(cell.left() + SPACE, cell.top(), cell.width() - 2 * SPACE, cell.height() - LINE)
            size = image.size().scaled(picture.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(picture.topLeft(), size)
            place.moveCenter(picture.center())
            painter.drawImage(place, tinted(image, theme.colour("text")))
        painter.setPen(
            theme.colour("text" if option.state & QStyle.StateFlag.State_Selected else "quiet_text")
        )
        line = self._line(cell)
        text = option.fontMetrics.elidedText(
            preset_name(index.data(BrushRole.PRESET)), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        line = self._line(option.rect.adjusted(2, 2, -2, -2))
        editor.setGeometry(line.adjusted(-SPACE, -SPACE, SPACE, 0))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(index.data(Qt.ItemDataRole.EditRole))
            editor.setAccessibleName(tr("Name of the brush"))

    def _line(self, cell: QRect) -> QRect:
        return QRect(cell.left() + 2 * SPACE, cell.bottom() - LINE, cell.width() - 4 * SPACE, LINE)

    def _draw_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, theme: Theme, cell: QRect
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("selected" if selected else "hover" if hovered else "raised"))
        painter.drawRoundedRect(cell, RADIUS, RADIUS)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("ring"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell, RADIUS, RADIUS)


class BrushSearch(QSortFilterProxyModel):
    """Finds by every word, in the language in force."""

    def __init__(self, brushes: BrushList) -> None:
        super().__init__()
        self._words: list[str] = []
        self.setSourceModel(brushes)

    def search(self, text: str) -> None:
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model: QAbstractItemModel = self.sourceModel()
        preset = model.index(row, 0, parent).data(BrushRole.PRESET)
        return preset is not None and all(word in preset_name(preset).casefold() for word in self._words)


class BrushGrid(QListView):
    picked = Signal()
    """A brush was taken in hand."""

    def __init__(self, *, brushes: BrushList) -> None:
        super().__init__()
        self._brushes = brushes
        self.found = BrushSearch(brushes)
        self.found.setParent(self)
        self.setModel(self.found)
        self.setItemDelegate(BrushDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.clicked.connect(self._pick)
        self.activated.connect(self._pick)
        brushes.chosen_changed.connect(self.show_chosen)
        brushes.modelReset.connect(self._on_reset)
        self._name()
        self.show_chosen()

    def show_chosen(self) -> None:
        row = self._brushes.chosen_row
        index = self.found.mapFromSource(self._brushes.index(row)) if row >= 0 else QModelIndex()
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def rename_chosen(self) -> None:
        index = self.found.mapFromSource(self._brushes.index(self._brushes.chosen_row))
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.scrollTo(index)
            self.edit(index)

    @property
    def shown_rows(self) -> tuple[int, ...]:
        """Rows of the list that the search leaves."""
        rows = (
            self.found.mapToSource(self.found.index(row, 0)).row() for row in range(self.found.rowCount())
        )
        return tuple(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self._brushes.delete(self.found.mapToSource(self.currentIndex()).row())
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._brushes.draw_previews()
        self.show_chosen()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    def _pick(self, index: QModelIndex) -> None:
        self._brushes.choose(self.found.mapToSource(index).row())
        self.picked.emit()

    def _on_reset(self) -> None:
        if self.isVisible():
            self._brushes.draw_previews()

    def _name(self) -> None:
        self.setAccessibleName(tr("Brushes"))
        self.setToolTip(tr("Click to take a brush; F2 renames and Delete removes one of your own"))
        self.viewport().update()
