"""The layers: list, opacity, blend mode and what can be done with the active one."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QListView,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.layers import BlendMode
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.layers import LayerRole
from desktop.canvas.views.layer_delegate import LayerDelegate
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr


def blend_text(blend: BlendMode) -> str:
    return {
        BlendMode.NORMAL: tr("Normal"),
        BlendMode.MULTIPLY: tr("Multiply"),
        BlendMode.SCREEN: tr("Screen"),
        BlendMode.OVERLAY: tr("Overlay"),
        BlendMode.DARKEN: tr("Darken"),
        BlendMode.LIGHTEN: tr("Lighten"),
        BlendMode.COLOR_DODGE: tr("Colour dodge"),
        BlendMode.COLOR_BURN: tr("Colour burn"),
        BlendMode.HARD_LIGHT: tr("Hard light"),
        BlendMode.SOFT_LIGHT: tr("Soft light"),
        BlendMode.DIFFERENCE: tr("Difference"),
        BlendMode.HUE: tr("Hue"),
        BlendMode.SATURATION: tr("Saturation"),
        BlendMode.COLOR: tr("Colour"),
        BlendMode.LUMINOSITY: tr("Luminosity"),
        BlendMode.PLUS: tr("Add"),
        BlendMode.DESTINATION_IN: tr("Keep what is under it"),
        BlendMode.DESTINATION_OUT: tr("Erase what is under it"),
        BlendMode.SOURCE_ATOP: tr("On what is under it"),
        BlendMode.DESTINATION_ATOP: tr("Behind, within it"),
    }[blend]


class LayerList(QListView):
    """Space shows or hides the layer under the cursor, Delete deletes it, F2 renames it."""

    def __init__(self, *, viewmodel: CanvasViewModel) -> None:
        super().__init__()
        self._layers = viewmodel.layers
        self.setModel(viewmodel.layers)
        self._delegate = LayerDelegate(self)
        self._delegate.eye_clicked.connect(viewmodel.layers.toggle_visible)
        self._delegate.recipe_clicked.connect(viewmodel.open_recipe)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        viewmodel.layers.active_changed.connect(self.show_active)
        self.show_active()

    def show_active(self) -> None:
        row = self._layers.active_row
        if row != self.currentIndex().row():
            self.setCurrentIndex(self._layers.index(row) if row >= 0 else QModelIndex())

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and current.row() != self._layers.active_row:
            self._layers.activate(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._layers.toggle_visible(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Delete:
            self._layers.delete()
        else:
            super().keyPressEvent(event)


class LayersPanel(QWidget):
    """`viewmodel.recipe_opened` tells when the artist wants to open the recipe of a layer."""

    def __init__(self, *, viewmodel: CanvasViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        layers = viewmodel.layers
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.blend = QComboBox()
        set_dense(self.blend)
        self.opacity = compact_slider(minimum=0, maximum=100, suffix="%")
        self.list = LayerList(viewmodel=viewmodel)
        self.add = icon_button("plus", "")
        self.duplicate = icon_button("copy", "")
        self.merge = icon_button("merge", "")
        self.up = icon_button("arrow-up", "")
        self.down = icon_button("arrow-down", "")
        self.recipe = icon_button("sparkles", "")
        self.delete = icon_button("trash-2", "")
        self._lay_out()
        self.blend.activated.connect(self._choose_blend)
        slider = self.opacity.findChild(QSlider)
        if slider is not None:
            slider.sliderPressed.connect(layers.begin_opacity_drag)
        self.opacity.value_changed.connect(self._slide_opacity)
        self.opacity.editing_finished.connect(layers.end_opacity_drag)
        self.add.clicked.connect(layers.add)
        self.duplicate.clicked.connect(layers.duplicate)
        self.merge.clicked.connect(self._merge)
        self.up.clicked.connect(layers.raise_active)
        self.down.clicked.connect(layers.lower_active)
        self.recipe.clicked.connect(lambda: viewmodel.open_recipe(layers.active_row))
        self.delete.clicked.connect(layers.delete)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        layers.active_changed.connect(self.refresh)
        self._name()
        self.refresh()

    def _lay_out(self) -> None:
        settings = QHBoxLayout()
        settings.setSpacing(2 * SPACE)
        settings.addWidget(self.blend)
        settings.addWidget(self.opacity, 1)
        actions = QHBoxLayout()
        actions.setSpacing(SPACE // 2)
        for button in (self.add, self.duplicate, self.merge, self.up, self.down):
            set_dense(button)
            actions.addWidget(button)
        actions.addStretch(1)
        for button in (self.recipe, self.delete):
            set_dense(button)
            actions.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(settings)
        column.addWidget(self.list, 1)
        column.addLayout(actions)

    def _name(self) -> None:
        self.setAccessibleName(tr("Layers"))
        self.list.setAccessibleName(tr("Layers"))
        self.list.setToolTip(tr("Space shows or hides, F2 renames; drag to reorder"))
        self.blend.setAccessibleName(tr("Blend mode"))
        self.blend.setToolTip(tr("How the layer meets what lies under it"))
        self.opacity.set_text(tr("Opacity"), tr("Opacity of the layer"))
        self.blend.clear()
        for blend in BlendMode:
            self.blend.addItem(blend_text(blend), blend)
        texts: dict[QToolButton, str] = {
            self.add: tr("Add a layer"),
            self.duplicate: tr("Duplicate the layer"),
            self.merge: tr("Merge with the layer below"),
            self.up: tr("Move the layer up"),
            self.down: tr("Move the layer down"),
            self.recipe: tr("Open recipe"),
            self.delete: tr("Delete the layer"),
        }
        for button, text in texts.items():
            button.setAccessibleName(text)
            button.setToolTip(text)

    def refresh(self) -> None:
        layers = self._viewmodel.layers
        active = layers.active
        row, count = layers.active_row, layers.rowCount()
        for control in (self.blend, self.opacity, self.duplicate, self.delete):
            control.setEnabled(active is not None)
        self.add.setEnabled(layers.document is not None)
        self.merge.setEnabled(0 <= row < count - 1)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.recipe.setEnabled(active is not None and active.recipe is not None)
        self.blend.setCurrentIndex(self.blend.findData(active.blend if active else BlendMode.NORMAL))
        self.opacity.set_value(round(active.opacity * 100) if active else 100)

    def _choose_blend(self, index: int) -> None:
        self._viewmodel.layers.set_blend(BlendMode(self.blend.itemData(index)))

    def _slide_opacity(self, percent: float) -> None:
        self._viewmodel.layers.set_opacity(percent / 100)

    def _merge(self) -> None:
        self._viewmodel.tasks.start(self._viewmodel.merge_down())

    def _open_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        layers = self._viewmodel.layers
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index.isValid():
            layers.activate(index.row())
            if index.data(LayerRole.HAS_RECIPE):
                menu.addAction(tr("Open recipe"), lambda: self._viewmodel.open_recipe(index.row()))
            menu.addAction(tr("Rename"), lambda: self.list.edit(self.list.currentIndex()))
            lock = tr("Unlock") if index.data(LayerRole.LOCKED) else tr("Lock")
            menu.addAction(lock, layers.toggle_locked)
            menu.addAction(tr("Duplicate the layer"), layers.duplicate)
            menu.addAction(tr("Delete the layer"), layers.delete)
        else:
            menu.addAction(tr("Add a layer"), layers.add)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.refresh()
        super().changeEvent(event)
