"""What the artist had in hand, from one start to the next."""

from collections.abc import Mapping

from pydantic import ValidationError
from PySide6.QtGui import QColor

from desktop.canvas.brushes.brush import Brush, Effect
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.aids import Aid, Aids
from desktop.canvas.viewmodels.tools import ToolsViewModel

COLOURS = ("foreground", "background")


def remembered(tools: ToolsViewModel, aids: Aids) -> dict[str, object]:
    """Both brushes, both colours, and which aids are on, as JSON holds them."""
    return {
        "brush": tools.brush_of(ToolName.BRUSH).model_dump(mode="json"),
        "eraser": tools.brush_of(ToolName.ERASER).model_dump(mode="json"),
        "foreground": tools.foreground.name(),
        "background": tools.background.name(),
        "aids": sorted(aid for aid in Aid if aids.is_on(aid)),
    }


def bring_back(tools: ToolsViewModel, aids: Aids, state: Mapping[str, object]) -> None:
    """Whatever can't be read is left as it is; the tool in hand stays."""
    chosen = tools.chosen
    for name in ("eraser", "brush"):
        try:
            brush = Brush.model_validate(state.get(name))
        except ValidationError:
            continue
        if (brush.effect is Effect.ERASE) is (name == "eraser"):
            tools.use_brush(brush)
    tools.choose(chosen)
    for role, take in zip(COLOURS, (tools.set_foreground, tools.set_background), strict=True):
        colour = state.get(role)
        if isinstance(colour, str) and QColor.isValidColorName(colour):
            take(QColor(colour))
    known = state.get("aids")
    if isinstance(known, list):
        aids.turn_on(aid for aid in Aid if aid in known)
