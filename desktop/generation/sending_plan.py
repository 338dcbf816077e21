"""What of the canvas will be sent, for the outline on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.generation.actions import Action
from desktop.generation.canvas_port import CanvasSituation
from desktop.generation.editor_state import EditorState
from shared.contracts.models import ModelDescription

if TYPE_CHECKING:
    from shared.imaging.inpainting import InpaintPlan


def plan_sending(
    state: EditorState, situation: CanvasSituation, action: Action, model: ModelDescription
) -> InpaintPlan | None:
    """None where nothing is repainted, or where a frame shows it already. Runs on a worker thread: it touches every pixel of a mask.

    A plan depends on the selection's bounding box alone, so the box stands for the selection.
    """
    if (
        situation.frame is not None
        or situation.selection_bounds is None
        or action not in {"fill_selection", "refine"}
    ):
        return None
    # numpy and OpenCV would slow the app's start.
    import numpy as np

    from shared.imaging.inpainting import ModelSides, plan_inpainting

    x, y, width, height = situation.selection_bounds
    mask = np.zeros((situation.height, situation.width), dtype=np.uint8)
    mask[y : y + height, x : x + width] = 255
    return plan_inpainting(
        mask,
        strength=state.strength if action == "refine" else 1.0,
        intent=state.intent,
        area=state.area,
        feather=state.feather,
        grow=state.grow,
        sides=ModelSides(
            minimum=model.minimum_side,
            native=model.native_side,
            maximum=model.maximum_side,
            multiple=model.multiple,
        ),
    )
