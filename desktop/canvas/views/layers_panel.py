"""The layers: list, opacity, blend mode, locks, and what can be done with those that are chosen."""

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.layers import BlendMode, Layer
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.layer_texts import BLEND_GROUPS, blend_text
from desktop.canvas.views.layer_list import LayerList
from desktop.canvas.views.layer_menu import layer_menu
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.parts import LabelledSlider, icon_button
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr

THROUGH = "pass-through"
"""What stands in the list of blend modes for a group that lets its layers through."""


class LayersPanel(QWidget):
    """`viewmodel.recipe_opened` tells when the artist wants to open the recipe of a layer."""

    def __init__(self, *, viewmodel: CanvasViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._layers, self._actions = viewmodel.layers, viewmodel.layer_actions
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.blend = QComboBox()
        self.blend.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.blend.setMaxVisibleItems(30)
        self.opacity = compact_slider(minimum=0, maximum=100, suffix="%")
        self.fill = compact_slider(minimum=0, maximum=100, suffix="%")
        self.clip = icon_button("corner-left-down", "", checkable=True)
        self.alpha_lock = icon_button("grid-2x2", "", checkable=True)
        self.position_lock = icon_button("move", "", checkable=True)
        self.lock = icon_button("lock", "", checkable=True)
        self.list = LayerList(viewmodel=viewmodel)
        self.add = icon_button("plus", "")
        self.add_group = icon_button("folder-plus", "")
        self.add_mask = icon_button("contrast", "")
        self.duplicate = icon_button("copy", "")
        self.merge = icon_button("merge", "")
        self.up = icon_button("arrow-up", "")
        self.down = icon_button("arrow-down", "")
        self.recipe = icon_button("sparkles", "")
        self.delete = icon_button("trash-2", "")
        self._lay_out()
        self._connect()
        self._name()
        self.refresh()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE // 2)
        top.addWidget(self.blend, 1)
        top.addSpacing(SPACE)
        for button in (self.clip, self.alpha_lock, self.position_lock, self.lock):
            top.addWidget(button)
        actions = QHBoxLayout()
        actions.setSpacing(SPACE // 2)
        for button in (
            self.add,
            self.add_group,
            self.add_mask,
            self.duplicate,
            self.merge,
            self.up,
            self.down,
        ):
            actions.addWidget(button)
        actions.addStretch(1)
        for button in (self.recipe, self.delete):
            actions.addWidget(button)
        for widget in (self.blend, *self._buttons()):
            set_dense(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(top)
        column.addWidget(self.opacity)
        column.addWidget(self.fill)
        column.addWidget(self.list, 1)
        column.addLayout(actions)

    def _buttons(self) -> dict[QToolButton, str]:
        return {
            self.clip: tr("Clip to the layer below"),
            self.alpha_lock: tr("Lock transparency"),
            self.position_lock: tr("Lock place"),
            self.lock: tr("Lock"),
            self.add: tr("Add a layer"),
            self.add_group: tr("Group the layers"),
            self.add_mask: tr("Add a mask"),
            self.duplicate: tr("Duplicate the layer"),
            self.merge: tr("Merge with the layer below"),
            self.up: tr("Move the layer up"),
            self.down: tr("Move the layer down"),
            self.recipe: tr("Open recipe"),
            self.delete: tr("Delete the layer"),
        }

    def _connect(self) -> None:
        actions = self._actions
        self.blend.activated.connect(self._choose_blend)
        self._connect_slider(self.opacity, "Layer opacity")
        self._connect_slider(self.fill, "Fill opacity")
        self.opacity.value_changed.connect(lambda percent: actions.set_opacity(percent / 100))
        self.fill.value_changed.connect(lambda percent: actions.set_fill_opacity(percent / 100))
        for button, run in (
            (self.clip, actions.toggle_clipped),
            (self.alpha_lock, actions.toggle_alpha_locked),
            (self.position_lock, actions.toggle_position_locked),
            (self.lock, actions.toggle_locked),
            (self.add, actions.add),
            (self.add_group, actions.group),
            (self.add_mask, actions.add_mask),
            (self.duplicate, actions.duplicate),
            (self.merge, lambda: self._viewmodel.tasks.start(actions.merge_down())),
            (self.up, actions.raise_chosen),
            (self.down, actions.lower_chosen),
            (self.recipe, lambda: self._viewmodel.open_recipe(self._layers.active_row)),
            (self.delete, actions.delete),
        ):
            button.clicked.connect(run)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self._layers.active_changed.connect(self.refresh)

    def _connect_slider(self, control: LabelledSlider, label: str) -> None:
        slider = control.findChild(QSlider)
        if slider is not None:
            slider.sliderPressed.connect(lambda: self._actions.begin_drag(label))
        control.editing_finished.connect(self._actions.end_drag)

    def _name(self) -> None:
        self.setAccessibleName(tr("Layers"))
        self.list.setAccessibleName(tr("Layers"))
        self.list.setToolTip(tr("Space shows or hides, F2 renames; drag to reorder"))
        self.blend.setAccessibleName(tr("Blend mode"))
        self.blend.setToolTip(tr("How the layer meets what lies under it"))
        self.opacity.set_text(tr("Opacity"), tr("Opacity of the layer and of what is clipped to it"))
        self.fill.set_text(tr("Fill"), tr("Opacity of the layer's own pixels"))
        for button, text in self._buttons().items():
            button.setAccessibleName(text)
            button.setToolTip(text)
        labels = [label for control in (self.opacity, self.fill) for label in control.findChildren(QLabel)]
        widest = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(widest)
        self._fill_blend(groups=False)

    def _fill_blend(self, *, groups: bool) -> None:
        """The modes in groups; for a group of layers, passing through as well."""
        self.blend.clear()
        if groups:
            self.blend.addItem(tr("Pass through"), THROUGH)
        for modes in BLEND_GROUPS:
            if self.blend.count():
                self.blend.insertSeparator(self.blend.count())
            for mode in modes:
                self.blend.addItem(blend_text(mode), mode)

    def refresh(self) -> None:
        active = self._layers.active
        for control in (self.blend, self.opacity, self.fill, *self._buttons()):
            control.setEnabled(active is not None)
        self.add.setEnabled(self._layers.document is not None)
        self.recipe.setEnabled(active is not None and active.recipe is not None)
        self.add_mask.setEnabled(active is not None and active.mask is None)
        self._refresh_places(active)
        is_group = active is not None and active.is_group
        if (self.blend.findData(THROUGH) >= 0) is not is_group:
            self._fill_blend(groups=is_group)
        own = active.properties if active is not None else None
        mode = BlendMode.NORMAL if own is None else THROUGH if own.pass_through else own.blend
        self.blend.setCurrentIndex(self.blend.findData(mode))
        self.opacity.set_value(round(own.opacity * 100) if own else 100)
        self.fill.set_value(round(own.fill_opacity * 100) if own else 100)
        self.clip.setChecked(own is not None and own.clipped)
        self.alpha_lock.setChecked(own is not None and own.alpha_locked)
        self.position_lock.setChecked(own is not None and own.position_locked)
        self.lock.setChecked(own is not None and own.locked)

    def _refresh_places(self, active: Layer | None) -> None:
        """Whether there is somewhere to go, and something to merge with."""
        document = self._layers.document
        if active is None or document is None:
            return
        siblings = [layer for layer in document.layers if layer.parent == active.parent]
        is_in_group = active.parent is not None
        self.up.setEnabled(is_in_group or active is not siblings[-1])
        self.down.setEnabled(is_in_group or active is not siblings[0])
        many = len(self._layers.chosen) > 1
        self.merge.setEnabled(many or active.is_group or active is not siblings[0])

    def _choose_blend(self, index: int) -> None:
        chosen = self.blend.itemData(index)
        if chosen is not None:
            self._actions.set_blend(None if chosen == THROUGH else BlendMode(chosen))

    def _open_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        layer = self._layers.layer_at(index.row()) if index.isValid() else None
        if layer is None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(tr("Add a layer"), self._actions.add)
        else:
            if layer not in self._layers.chosen:
                self._layers.activate(index.row())
            menu = layer_menu(self._viewmodel, layer, self)
            menu.insertAction(
                menu.actions()[0],
                menu.addAction(tr("Rename"), lambda: self.list.edit(self.list.currentIndex())),
            )
        menu.popup(self.list.viewport().mapToGlobal(at))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.refresh()
        super().changeEvent(event)
