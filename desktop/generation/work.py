"""What a job would be, before its pictures are captured: enough to tell its price and its place."""

from desktop.generation.actions import Action
from desktop.generation.canvas_port import CanvasSituation
from desktop.generation.editor_state import EditorState
from desktop.generation.places import Work
from shared.contracts.generation import GenerationRequest, Outpaint, Recipe, TextToImage, Upscale
from shared.contracts.models import ModelDescription
from shared.pricing.prices import PictureKind, PricedWork
from shared.pricing.requests import priced_work


def work_of_editor(
    state: EditorState,
    situation: CanvasSituation,
    action: Action,
    model: ModelDescription | None,
    opened: Recipe | None,
) -> Work | None:
    """None where it is known only once the opened recipe's pictures were looked at."""
    kind: PictureKind = "image_to_image"
    width, height = (
        situation.frame[2:] if situation.frame is not None else (situation.width, situation.height)
    )
    if action == "render_again":
        if opened is None or not isinstance(opened.request, TextToImage):
            return None
        kind, width, height = "text_to_image", state.width, state.height
    elif action == "generate":
        kind = "text_to_image"
        if situation.frame is None:
            width, height = state.width, state.height
    elif action in {"fill_selection", "extend"} or situation.selection_bounds is not None:
        kind = "inpaint"
    return Work(
        priced=PricedWork(kind=kind, pixels=max(1, width * height), steps=state.steps, count=state.count),
        longest_side=max(width, height),
        model=model,
        parts=bool(state.loras or state.embeddings or state.vae or state.controls or state.refiner),
    )


def work_of_request(
    request: GenerationRequest, source_size: tuple[int, int] | None, model: ModelDescription | None
) -> Work:
    """`source_size` of the picture that it is made from, where it is made from one."""
    needs_model = request.needs_painter
    priced = priced_work(request, family="sdxl" if needs_model else None, source_size=source_size)
    return Work(
        priced=priced,
        longest_side=_longest_side(request, source_size),
        model=model,
        needs_model=needs_model,
        parts=bool(request.loras or request.embeddings or request.vae or request.controls or request.refiner),
    )


def _longest_side(request: GenerationRequest, source_size: tuple[int, int] | None) -> int:
    if isinstance(request, TextToImage):
        return max(request.width, request.height)
    width, height = source_size or (1, 1)
    if isinstance(request, Outpaint):
        grown = request.extension
        return max(width + grown.left + grown.right, height + grown.top + grown.bottom)
    if isinstance(request, Upscale):
        return max(request.width or 0, request.height or 0) or round(max(width, height) * request.factor)
    return max(width, height)
