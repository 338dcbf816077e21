"""The list of layers: choosing, opening groups, renaming, dragging, and the keys for it."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QDragLeaveEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.layers import LayerRole
from desktop.canvas.views.layer_delegate import LayerDelegate

Flag = QItemSelectionModel.SelectionFlag


class LayerList(QListView):
    """Space shows or hides the layer under the cursor, left and right close and open a group, Delete deletes,
    F2 renames; Shift and Ctrl choose several.
    """

    def __init__(self, *, viewmodel: CanvasViewModel) -> None:
        super().__init__()
        self._layers, self._actions = viewmodel.layers, viewmodel.layer_actions
        self._following = False
        self.setModel(viewmodel.layers)
        self._delegate = LayerDelegate(self)
        self._delegate.eye_clicked.connect(self._actions.toggle_visible)
        self._delegate.recipe_clicked.connect(viewmodel.open_recipe)
        self._delegate.disclosure_clicked.connect(self._toggle_expanded)
        self._delegate.mask_clicked.connect(lambda row: self._actions.paint_on(row, mask=True))
        self._delegate.thumbnail_clicked.connect(lambda row: self._actions.paint_on(row, mask=False))
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        viewmodel.layers.active_changed.connect(self.show_active)
        self.show_active()

    def show_active(self) -> None:
        """Show which layer is active and which others are chosen with it."""
        if self._following:
            return
        self._following = True
        chosen = QItemSelection()
        for layer in self._layers.chosen:
            row = self._layers.row_of(layer.id)
            if row >= 0:
                chosen.select(self._layers.index(row), self._layers.index(row))
        active = self._layers.active_row
        model = self.selectionModel()
        model.setCurrentIndex(self._layers.index(active) if active >= 0 else QModelIndex(), Flag.NoUpdate)
        model.select(chosen, Flag.ClearAndSelect)
        self._following = False

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._following or not current.isValid():
            return
        if current.row() != self._layers.active_row:
            self._following = True
            self._layers.activate(current.row())
            self._following = False

    def _on_selection_changed(self, _new: QItemSelection, _old: QItemSelection) -> None:
        if not self._following:
            self._following = True
            self._layers.choose(index.row() for index in self.selectedIndexes())
            self._following = False

    def _toggle_expanded(self, row: int) -> None:
        self._layers.set_expanded(row, not self._layers.index(row).data(LayerRole.EXPANDED))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._layers.prepare_files()
        super().dragLeaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        opens = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self._actions.toggle_visible(index.row())
        elif event.key() == Qt.Key.Key_Delete:
            self._actions.delete()
        elif event.key() in opens and index.isValid():
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self._layers.set_expanded(index.row(), opens[Qt.Key(event.key())] is not mirrored)
        else:
            super().keyPressEvent(event)
