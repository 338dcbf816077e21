"""What can be done to the picture as a whole, for menus, shortcuts and the searchable list."""

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.command_parts import when_open
from desktop.canvas.views.page_dialogs import PageDialogs
from desktop.widgets.commands import Command


def page_commands(viewmodel: CanvasViewModel, dialogs: PageDialogs) -> list[Command]:
    paging, current, there = viewmodel.paging, viewmodel.current, when_open(viewmodel)

    return [
        Command(
            id="canvas.page.picture_size",
            text="Picture size…",
            shortcut="Ctrl+Alt+I",
            icon="scaling",
            run=dialogs.picture_size,
            enabled=there,
        ),
        Command(
            id="canvas.page.canvas_size",
            text="Canvas size…",
            shortcut="Ctrl+Alt+C",
            run=dialogs.canvas_size,
            enabled=there,
        ),
        Command(
            id="canvas.page.crop_to_selection",
            text="Crop to the selection",
            icon="crop",
            run=paging.crop_to_selection,
            enabled=lambda: current.document is not None and current.document.selection is not None,
        ),
        Command(
            id="canvas.page.turn_right",
            text="Turn the picture to the right",
            icon="rotate-cw-square",
            run=lambda: paging.turn(1),
            enabled=there,
        ),
        Command(
            id="canvas.page.turn_left",
            text="Turn the picture to the left",
            run=lambda: paging.turn(3),
            enabled=there,
        ),
        Command(
            id="canvas.page.turn_over",
            text="Turn the picture upside down",
            run=lambda: paging.turn(2),
            enabled=there,
        ),
        Command(
            id="canvas.page.flip_across",
            text="Flip the picture left to right",
            icon="flip-vertical-2",
            run=lambda: paging.mirror(across=True),
            enabled=there,
        ),
        Command(
            id="canvas.page.flip_down",
            text="Flip the picture top to bottom",
            icon="flip-horizontal-2",
            run=lambda: paging.mirror(across=False),
            enabled=there,
        ),
    ]
