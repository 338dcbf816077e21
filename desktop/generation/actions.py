"""What the one button does now, and what stands in its way."""

from typing import Literal

from desktop.generation.canvas_port import CanvasSituation, frame_meets, reaches_beyond
from desktop.generation.editor_state import EditorState
from shared.contracts.errors import ErrorReport, InvalidRequestError, ModelUnavailableError
from shared.contracts.generation import Recipe, TextToImage
from shared.contracts.models import ModelDescription

Action = Literal["generate", "fill_selection", "extend", "refine", "render_again"]
Field = Literal["prompt", "model", "size", "place"]


def decide_action(situation: CanvasSituation, strength: float, opened: Recipe | None = None) -> Action:
    """The artist never chooses a mode: the canvas, the strength and an opened recipe tell it."""
    if opened is not None:
        return "render_again"
    if situation.has_picture and reaches_beyond(situation) and frame_meets(situation):
        return "extend"
    if situation.has_picture and strength < 1:
        return "refine"
    return "generate" if situation.selection_bounds is None else "fill_selection"


def size_matters(action: Action, opened: Recipe | None, situation: CanvasSituation) -> bool:
    """Whether the result has the size of the editor, not that of a frame or of pictures it is made from."""
    if action == "render_again":
        return opened is not None and isinstance(opened.request, TextToImage)
    return action == "generate" and situation.frame is None


def find_problems(
    state: EditorState,
    action: Action,
    model: ModelDescription | None,
    opened: Recipe | None,
    situation: CanvasSituation,
) -> dict[Field, ErrorReport]:
    """In words, by the field that they belong to; empty when the button may be pressed."""
    problems: dict[Field, ErrorReport] = {}
    if action == "generate" and not state.prompt.strip():
        problems["prompt"] = InvalidRequestError("Write what the picture should show.").report
    if model is None:
        problems["model"] = _no_model(state)
    elif size_matters(action, opened, situation) and (problem := _size_problem(state, model)):
        problems["size"] = problem
    return problems


def _no_model(state: EditorState) -> ErrorReport:
    if state.model_id:
        return ModelUnavailableError(
            "The model “{name}” is not on this machine.",
            advice="Choose another one, or add it in Models.",
            name=state.model_name or state.model_id,
        ).report
    return ModelUnavailableError("No model was found.", advice="Add one in Models.").report


def _size_problem(state: EditorState, model: ModelDescription) -> ErrorReport | None:
    shorter, longer = sorted((state.width, state.height))
    if shorter < model.minimum_side or longer > model.maximum_side:
        return InvalidRequestError(
            "This model paints sides of {minimum} to {maximum} pixels.",
            minimum=model.minimum_side,
            maximum=model.maximum_side,
        ).report
    if state.width % model.multiple or state.height % model.multiple:
        return InvalidRequestError("Sides must be multiples of {multiple}.", multiple=model.multiple).report
    return None
