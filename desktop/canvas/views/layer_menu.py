"""The menu of a layer in the list."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop.canvas.layers import Layer
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.generation.views.picture_task_menu import picture_task_menu
from desktop.widgets.translations import tr


def layer_menu(viewmodel: CanvasViewModel, layer: Layer, parent: QWidget) -> QMenu:
    """For the active layer and those that are chosen with it. Renaming is left to the list."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    actions, layers = viewmodel.layer_actions, viewmodel.layers
    if layer.recipe is not None:
        menu.addAction(tr("Open recipe"), lambda: viewmodel.open_recipe(layers.active_row))
        menu.addSeparator()
    if not layer.is_group:
        menu.addMenu(picture_task_menu(menu, viewmodel.layer_task_asked.emit))
    menu.addAction(tr("Duplicate"), actions.duplicate)
    menu.addAction(tr("Delete"), actions.delete)
    menu.addSeparator()
    menu.addAction(tr("Group the layers"), actions.group)
    if layer.is_group:
        menu.addAction(tr("Ungroup"), actions.ungroup)
    merge = tr("Merge the layers") if len(layers.chosen) > 1 else tr("Merge with the layer below")
    merge = tr("Merge the group") if layer.is_group and len(layers.chosen) == 1 else merge
    menu.addAction(merge, lambda: viewmodel.tasks.start(actions.merge_down()))
    menu.addSeparator()
    _add_checked(menu, tr("Clip to the layer below"), layer.clipped, actions.toggle_clipped)
    _add_checked(menu, tr("Lock"), layer.locked, actions.toggle_locked)
    _add_checked(menu, tr("Lock transparency"), layer.alpha_locked, actions.toggle_alpha_locked)
    _add_checked(menu, tr("Lock place"), layer.properties.position_locked, actions.toggle_position_locked)
    menu.addSeparator()
    if layer.mask is None:
        selected = viewmodel.current.document is not None and viewmodel.current.document.selection is not None
        menu.addAction(tr("Mask from the selection") if selected else tr("Add a mask"), actions.add_mask)
    else:
        _add_checked(menu, tr("Mask in force"), layer.properties.mask_enabled, actions.toggle_mask_enabled)
        menu.addAction(tr("Select what the mask shows"), actions.select_mask)
        if not layer.is_group:
            menu.addAction(tr("Apply the mask"), actions.apply_mask)
        menu.addAction(tr("Remove the mask"), actions.remove_mask)
    return menu


def _add_checked(menu: QMenu, text: str, checked: bool, run: Callable[[], None]) -> None:  # noqa: FBT001  # as Qt's own
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(checked)
    action.triggered.connect(lambda _checked: run())
