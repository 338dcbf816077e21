"""What the canvas can do, for menus, shortcuts and the searchable list."""

from collections.abc import Callable
from functools import partial

from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.adjustment_commands import adjustment_commands
from desktop.canvas.views.clipboard_commands import clipboard_commands
from desktop.canvas.views.document_dialogs import DocumentDialogs
from desktop.canvas.views.layer_commands import layer_commands
from desktop.canvas.views.page_commands import page_commands
from desktop.canvas.views.painting_commands import painting_commands
from desktop.canvas.views.selection_commands import selection_commands
from desktop.canvas.views.tool_bar import TOOLS
from desktop.canvas.views.view_commands import view_commands
from desktop.widgets.commands import Command

TOOL_TEXTS = {
    ToolName.BRUSH: "Brush",
    ToolName.ERASER: "Eraser",
    ToolName.FILL: "Fill",
    ToolName.GRADIENT: "Gradient",
    ToolName.SHAPE: "Draw a shape",
    ToolName.TEXT: "Write text",
    ToolName.MARQUEE: "Select a rectangle",
    ToolName.ELLIPSE: "Select an ellipse",
    ToolName.LASSO: "Select by hand",
    ToolName.POLYGON: "Select a polygon",
    ToolName.WAND: "Magic wand",
    ToolName.COLOUR_RANGE: "Select by colour",
    ToolName.MOVE: "Move the layer",
    ToolName.TRANSFORM: "Transform",
    ToolName.CROP: "Crop the picture",
    ToolName.PICKER: "Pick a colour",
    ToolName.FRAME: "Frame for the model",
    ToolName.PAN: "Move the view",
}


def canvas_commands(viewmodel: CanvasViewModel, dialogs: DocumentDialogs) -> list[Command]:
    return [
        *_file_commands(viewmodel, dialogs),
        *_edit_commands(viewmodel),
        *clipboard_commands(viewmodel),
        *selection_commands(viewmodel, dialogs.selection),
        *layer_commands(viewmodel),
        *page_commands(viewmodel, dialogs.pages),
        *adjustment_commands(viewmodel, dialogs.adjustments),
        *_tool_commands(viewmodel),
        *painting_commands(viewmodel),
        *view_commands(viewmodel),
    ]


def _has_document(viewmodel: CanvasViewModel) -> Callable[[], bool]:
    return lambda: viewmodel.current.document is not None


def _file_commands(viewmodel: CanvasViewModel, dialogs: DocumentDialogs) -> list[Command]:
    there = _has_document(viewmodel)
    return [
        Command(id="canvas.new", text="New picture…", shortcut="Ctrl+N", icon="file-plus", run=dialogs.new),
        Command(id="canvas.open", text="Open…", shortcut="Ctrl+O", icon="folder-open", run=dialogs.open),
        Command(
            id="canvas.save", text="Save", shortcut="Ctrl+S", icon="save", run=dialogs.save, enabled=there
        ),
        Command(
            id="canvas.save_as", text="Save as…", shortcut="Ctrl+Shift+S", run=dialogs.save_as, enabled=there
        ),
        Command(
            id="canvas.export",
            text="Export…",
            shortcut="Ctrl+Shift+E",
            icon="file-output",
            run=dialogs.export,
            enabled=there,
        ),
        Command(
            id="canvas.close",
            text="Close the picture",
            shortcut="Ctrl+W",
            run=lambda: viewmodel.tasks.start(viewmodel.files.close()),
            enabled=there,
        ),
    ]


def _edit_commands(viewmodel: CanvasViewModel) -> list[Command]:
    history = viewmodel.history
    return [
        Command(
            id="canvas.undo",
            text="Undo",
            shortcut="Ctrl+Z",
            icon="undo-2",
            run=viewmodel.undo,
            enabled=lambda: history.can_undo,
        ),
        Command(
            id="canvas.redo",
            text="Redo",
            shortcut="Ctrl+Shift+Z",
            icon="redo-2",
            run=viewmodel.redo,
            enabled=lambda: history.can_redo,
        ),
    ]


def _tool_commands(viewmodel: CanvasViewModel) -> list[Command]:
    tools = viewmodel.tools
    return [
        *(
            Command(
                id=f"canvas.tool.{tool}",
                text=TOOL_TEXTS[tool],
                shortcut=key,
                icon=picture,
                run=partial(tools.choose, tool),
            )
            for tool, (picture, key) in TOOLS.items()
        ),
        Command(id="canvas.smaller_brush", text="Smaller brush", shortcut="[", run=tools.reduce_brush),
        Command(id="canvas.larger_brush", text="Larger brush", shortcut="]", run=tools.enlarge_brush),
        Command(id="canvas.swap_colours", text="Swap the colours", shortcut="X", run=tools.swap_colours),
        Command(
            id="canvas.reset_colours", text="Black and white colours", shortcut="D", run=tools.reset_colours
        ),
    ]
