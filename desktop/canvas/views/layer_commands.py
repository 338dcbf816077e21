"""What can be done with layers, for menus, shortcuts and the searchable list."""

from collections.abc import Callable
from functools import partial

from desktop.canvas.layers import Layer
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.command_parts import as_task, when_open
from desktop.widgets.commands import Command


def layer_commands(viewmodel: CanvasViewModel) -> list[Command]:
    actions, layers = viewmodel.layer_actions, viewmodel.layers

    def chosen() -> bool:
        return layers.active is not None

    def if_active(holds: Callable[[Layer], bool]) -> Callable[[], bool]:
        return lambda: layers.active is not None and holds(layers.active)

    there, task = when_open(viewmodel), partial(as_task, viewmodel)
    masked = if_active(lambda layer: layer.mask is not None)
    painted = if_active(lambda layer: not layer.is_group)
    return [
        Command(
            id="canvas.add_layer",
            text="Add a layer",
            shortcut="Ctrl+Shift+N",
            icon="plus",
            run=actions.add,
            enabled=there,
        ),
        Command(
            id="canvas.duplicate_layer",
            text="Duplicate the layer",
            shortcut="Ctrl+J",
            icon="copy",
            run=actions.duplicate,
            enabled=chosen,
        ),
        Command(
            id="canvas.copy_to_layer",
            text="Layer from the selection",
            shortcut="Ctrl+Alt+J",
            run=task(actions.copy_to_layer),
            enabled=painted,
        ),
        Command(
            id="canvas.cut_to_layer",
            text="Cut the selection to a layer",
            shortcut="Ctrl+Shift+J",
            icon="scissors",
            run=task(actions.cut_to_layer),
            enabled=painted,
        ),
        Command(
            id="canvas.clear", text="Clear", shortcut="Ctrl+Del", run=task(actions.clear), enabled=painted
        ),
        Command(
            id="canvas.group_layers",
            text="Group the layers",
            shortcut="Ctrl+G",
            icon="folder-plus",
            run=actions.group,
            enabled=chosen,
        ),
        Command(
            id="canvas.ungroup_layers",
            text="Ungroup",
            shortcut="Ctrl+Shift+G",
            icon="ungroup",
            run=actions.ungroup,
            enabled=if_active(lambda layer: layer.is_group),
        ),
        Command(
            id="canvas.merge_down",
            text="Merge with the layer below",
            shortcut="Ctrl+E",
            icon="merge",
            run=task(actions.merge_down),
            enabled=chosen,
        ),
        Command(
            id="canvas.merge_visible",
            text="Merge the visible layers",
            shortcut="Ctrl+Alt+E",
            run=task(actions.merge_visible),
            enabled=there,
        ),
        Command(id="canvas.flatten", text="Flatten the picture", run=task(actions.flatten), enabled=there),
        Command(
            id="canvas.raise_layer",
            text="Move the layer up",
            shortcut="Ctrl+]",
            icon="arrow-up",
            run=actions.raise_chosen,
            enabled=chosen,
        ),
        Command(
            id="canvas.lower_layer",
            text="Move the layer down",
            shortcut="Ctrl+[",
            icon="arrow-down",
            run=actions.lower_chosen,
            enabled=chosen,
        ),
        Command(
            id="canvas.clip_layer",
            text="Clip to the layer below",
            shortcut="Ctrl+Alt+G",
            icon="corner-left-down",
            run=actions.toggle_clipped,
            enabled=chosen,
        ),
        Command(
            id="canvas.lock_alpha",
            text="Lock transparency",
            shortcut="/",
            icon="grid-2x2",
            run=actions.toggle_alpha_locked,
            enabled=chosen,
        ),
        Command(
            id="canvas.add_mask",
            text="Add a mask",
            icon="contrast",
            run=actions.add_mask,
            enabled=if_active(lambda layer: layer.mask is None),
        ),
        Command(id="canvas.apply_mask", text="Apply the mask", run=actions.apply_mask, enabled=masked),
        Command(
            id="canvas.select_mask",
            text="Select what the mask shows",
            run=actions.select_mask,
            enabled=masked,
        ),
        Command(id="canvas.remove_mask", text="Remove the mask", run=actions.remove_mask, enabled=masked),
        Command(
            id="canvas.open_recipe",
            text="Open recipe",
            icon="sparkles",
            run=lambda: viewmodel.open_recipe(layers.active_row),
            enabled=if_active(lambda layer: layer.recipe is not None),
        ),
        Command(
            id="canvas.delete_layer",
            text="Delete the layer",
            icon="trash-2",
            run=actions.delete,
            enabled=chosen,
        ),
    ]
