"""Commands of brushes, symmetry and what they paint on."""

from functools import partial

from desktop.canvas.brushes.symmetry import SymmetryKind
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.commands import Command

SYMMETRIES = {
    SymmetryKind.NONE: "Symmetry: off",
    SymmetryKind.VERTICAL: "Symmetry: left and right",
    SymmetryKind.HORIZONTAL: "Symmetry: top and bottom",
    SymmetryKind.BOTH: "Symmetry: both ways",
    SymmetryKind.RADIAL: "Symmetry: around the middle",
}


def painting_commands(viewmodel: CanvasViewModel) -> list[Command]:
    tools, current = viewmodel.tools, viewmodel.current
    return [
        *(
            Command(
                id=f"canvas.symmetry.{kind}",
                text=text,
                run=partial(tools.choose_symmetry, kind),
                checked=partial(_has_symmetry, tools, kind),
            )
            for kind, text in SYMMETRIES.items()
        ),
        Command(
            id="canvas.reset_brush",
            text="Reset the brush",
            run=viewmodel.brushes.reset,
            enabled=lambda: viewmodel.brushes.is_changed,
        ),
        Command(
            id="canvas.edit_text",
            text="Change the text…",
            icon="type",
            run=viewmodel.writing.edit_active,
            enabled=lambda: (
                viewmodel.layers.active is not None and viewmodel.layers.active.properties.text is not None
            ),
        ),
        Command(
            id="canvas.paint_on_mask",
            text="Paint on the layer's mask",
            run=lambda: current.paint_on_mask(on=not current.on_mask),
            enabled=lambda: viewmodel.layers.active is not None and viewmodel.layers.active.mask is not None,
            checked=lambda: current.on_mask,
        ),
    ]


def _has_symmetry(tools: ToolsViewModel, kind: SymmetryKind) -> bool:
    return tools.symmetry.kind is kind
