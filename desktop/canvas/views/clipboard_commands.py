"""Copy, cut and paste, for menus, keys and the searchable list."""

from functools import partial

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.command_parts import as_task, when_open
from desktop.widgets.commands import Command


def clipboard_commands(viewmodel: CanvasViewModel) -> list[Command]:
    clipboard, there = viewmodel.clipboard, when_open(viewmodel)
    started = partial(as_task, viewmodel)
    return [
        Command(id="canvas.cut", text="Cut", shortcut="Ctrl+X", run=started(clipboard.cut), enabled=there),
        Command(
            id="canvas.copy",
            text="Copy",
            shortcut="Ctrl+C",
            icon="copy",
            run=started(clipboard.copy),
            enabled=there,
        ),
        Command(
            id="canvas.copy_merged",
            text="Copy what is seen",
            shortcut="Ctrl+Shift+C",
            run=started(lambda: clipboard.copy(merged=True)),
            enabled=there,
        ),
        Command(id="canvas.paste", text="Paste as a layer", shortcut="Ctrl+V", run=started(clipboard.paste)),
        Command(
            id="canvas.paste_in_place",
            text="Paste in place",
            shortcut="Ctrl+Shift+V",
            run=started(lambda: clipboard.paste(in_place=True)),
            enabled=there,
        ),
        Command(id="canvas.paste_new", text="Paste as a new picture", run=started(clipboard.paste_new)),
    ]
