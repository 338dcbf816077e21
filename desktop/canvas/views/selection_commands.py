"""What can be done to the selection, for menus, shortcuts and the searchable list."""

from collections.abc import Callable
from functools import partial

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.command_parts import when_open
from desktop.canvas.views.selection_dialogs import SelectionDialogs
from desktop.widgets.commands import Command


def selection_commands(viewmodel: CanvasViewModel, dialogs: SelectionDialogs) -> list[Command]:
    current, selecting = viewmodel.current, viewmodel.selecting
    there = when_open(viewmodel)

    def selected() -> bool:
        return current.document is not None and current.document.selection is not None

    return [
        Command(
            id="canvas.select_all",
            text="Select all",
            shortcut="Ctrl+A",
            run=selecting.select_all,
            enabled=there,
        ),
        Command(
            id="canvas.deselect",
            text="Deselect",
            shortcut="Ctrl+D",
            run=selecting.deselect,
            enabled=selected,
        ),
        Command(
            id="canvas.reselect",
            text="Reselect",
            shortcut="Ctrl+Shift+D",
            run=selecting.reselect,
            enabled=lambda: selecting.can_reselect,
        ),
        Command(
            id="canvas.invert_selection",
            text="Invert the selection",
            shortcut="Ctrl+Shift+I",
            run=selecting.invert,
            enabled=there,
        ),
        Command(
            id="canvas.selection.alpha",
            text="Select what is opaque on the layer",
            run=selecting.select_alpha,
            enabled=lambda: viewmodel.layers.active is not None,
        ),
        Command(
            id="canvas.selection.quick_mask",
            text="Quick mask",
            shortcut="Q",
            icon="drama",
            run=viewmodel.quick_mask.toggle,
            enabled=there,
            checked=lambda: viewmodel.quick_mask.active,
        ),
        *_growth_commands(dialogs, selected),
    ]


def _growth_commands(dialogs: SelectionDialogs, selected: Callable[[], bool]) -> list[Command]:
    def ask(label: str) -> Callable[[], object]:
        return partial(dialogs.ask_radius, label)

    return [
        Command(
            id="canvas.selection.feather",
            text="Feather the selection…",
            shortcut="Shift+F6",
            run=ask("Feather selection"),
            enabled=selected,
        ),
        Command(
            id="canvas.selection.grow",
            text="Grow the selection…",
            run=ask("Grow selection"),
            enabled=selected,
        ),
        Command(
            id="canvas.selection.shrink",
            text="Shrink the selection…",
            run=ask("Shrink selection"),
            enabled=selected,
        ),
        Command(
            id="canvas.selection.border",
            text="Select its border…",
            run=ask("Border selection"),
            enabled=selected,
        ),
        Command(
            id="canvas.selection.smooth",
            text="Smooth the selection…",
            run=ask("Smooth selection"),
            enabled=selected,
        ),
    ]
