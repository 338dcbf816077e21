"""From what the artist has set up to the one request."""

import re
from collections.abc import Iterable
from typing import Any

from desktop.generation.actions import Action
from desktop.generation.editor_state import EditorState
from shared.contracts.generation import (
    BlobId,
    Control,
    GenerationRequest,
    ImageToImage,
    Inpaint,
    ModelReference,
    NoiseVariation,
    Recipe,
    Refiner,
    TextToImage,
    Upscale,
    Variations,
)
from shared.contracts.models import ModelFile


def build_request(
    state: EditorState,
    *,
    action: Action,
    model: ModelReference,
    seed: int,
    image: BlobId | None = None,
    mask: BlobId | None = None,
    frame: tuple[int, int] | None = None,
) -> GenerationRequest:
    """`image` is the visible document, unless a picture is made from nothing; `mask` where a selection is.

    `frame` is the size of a frame that the artist drew: then both are of it, and the model sees just that.
    """
    settings = settings_of(state, model, seed)
    if image is None:
        width, height = frame or (state.width, state.height)
        return TextToImage(**settings, width=width, height=height)
    if mask is None:
        return ImageToImage(**settings, image=image, strength=state.strength)
    return Inpaint(
        **settings,
        image=image,
        mask=mask,
        strength=state.strength if action == "refine" else 1.0,
        intent=state.intent,
        area=state.area if frame is None else "whole",
        feather=state.feather,
        grow=state.grow,
    )


def build_again(state: EditorState, *, opened: Recipe, model: ModelReference, seed: int) -> GenerationRequest:
    """The opened recipe with the editor's changes, from the pictures that it was made from."""
    request = opened.request
    settings = settings_of(state, model, seed)
    if isinstance(request, TextToImage):
        changes: dict[str, Any] = {"width": state.width, "height": state.height}
    elif isinstance(request, Inpaint):
        changes = {name: getattr(state, name) for name in ("strength", "intent", "area", "feather", "grow")}
    elif isinstance(request, ImageToImage | Variations | Upscale):
        changes = {"strength": state.strength}
    else:
        changes = {}
    return type(request).model_validate({**request.model_dump(), **settings, **changes})


def named_embeddings(state: EditorState, files: Iterable[ModelFile]) -> tuple[ModelReference, ...]:
    """Those whose name stands in a prompt as a word."""
    texts = f"{state.prompt}\n{state.negative_prompt}"
    return tuple(
        ModelReference(id=file.id, name=file.name)
        for file in files
        if file.kind == "embedding"
        and re.search(rf"(?<!\w){re.escape(file.name)}(?!\w)", texts, re.IGNORECASE)
    )


def settings_of(state: EditorState, model: ModelReference, seed: int) -> dict[str, Any]:
    """A control that takes the canvas must have been given its picture before (`with_canvas`)."""
    strength = state.variation_strength
    variation = NoiseVariation(seed=state.variation_seed, strength=strength) if strength else None
    refiner = Refiner(model=state.refiner, switch_at=state.refiner_from) if state.refiner else None
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
        "speed": state.speed,
        "loras": state.loras,
        "embeddings": state.embeddings,
        "vae": state.vae,
        "refiner": refiner,
        "seamless": state.seamless,
        "variation": variation,
        "controls": tuple(
            Control(
                model=choice.model,
                image=choice.image,
                weight=choice.weight,
                start=choice.start,
                end=choice.end,
                preprocessor=choice.preprocessor,
            )
            for choice in state.controls
            if choice.image is not None
        ),
        "open_pickles": state.open_pickles,
    }
