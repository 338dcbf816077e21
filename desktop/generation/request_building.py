"""From what the artist has set up to the one request."""

from typing import Any

from desktop.generation.actions import Action
from desktop.generation.editor_state import EditorState
from shared.contracts.generation import (
    BlobId,
    GenerationRequest,
    ImageToImage,
    Inpaint,
    ModelReference,
    Recipe,
    TextToImage,
)


def build_request(
    state: EditorState,
    *,
    action: Action,
    model: ModelReference,
    seed: int,
    image: BlobId | None = None,
    mask: BlobId | None = None,
) -> GenerationRequest:
    """`image` is the visible document, unless a picture is made from nothing; `mask` where a selection is."""
    settings = _settings(state, model, seed)
    if image is None:
        return TextToImage(**settings, width=state.width, height=state.height)
    if mask is None:
        return ImageToImage(**settings, image=image, strength=state.strength)
    return Inpaint(
        **settings,
        image=image,
        mask=mask,
        strength=state.strength if action == "refine" else 1.0,
        intent=state.intent,
        area=state.area,
        feather=state.feather,
        grow=state.grow,
    )


def build_again(state: EditorState, *, opened: Recipe, model: ModelReference, seed: int) -> GenerationRequest:
    """The opened recipe with the editor's changes, from the pictures that it was made from."""
    request = opened.request
    settings = _settings(state, model, seed)
    if isinstance(request, TextToImage):
        changes: dict[str, Any] = {"width": state.width, "height": state.height}
    elif isinstance(request, ImageToImage):
        changes = {"strength": state.strength}
    else:
        changes = {name: getattr(state, name) for name in ("strength", "intent", "area", "feather", "grow")}
    return type(request).model_validate({**request.model_dump(), **settings, **changes})


def _settings(state: EditorState, model: ModelReference, seed: int) -> dict[str, Any]:
    return {
        "model": model,
        "prompt": state.prompt,
        "negative_prompt": state.negative_prompt,
        "steps": state.steps,
        "guidance_scale": state.guidance_scale,
        "sampler": state.sampler,
        "schedule": state.schedule,
        "seed": seed,
        "count": state.count,
        "clip_skip": state.clip_skip,
    }
