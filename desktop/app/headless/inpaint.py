"""`pentimento inpaint`: a part of a picture painted anew."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.app.container import Container
from desktop.app.headless.painting import Painted, check_output, find_model, keep, paint
from desktop.app.headless.requests import build, check_intent, read_sampler_name, settings_of
from desktop.app.headless.terminal import ProgressLine
from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import BlobId, Inpaint
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import paste
from shared.imaging.pictures import encode_png, read_mask, read_picture
from shared.imaging.pixels import flatten
from shared.imaging.recipe_pictures import encode_recipe_png

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class InpaintOptions:
    """As typed; None is left to the model or to the inpainting algorithm."""

    picture: Path
    mask: Path
    prompt: str = ""
    negative: str = ""
    model: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    strength: float | None = None
    feather: int | None = None
    grow: int | None = None
    intent: str | None = None
    output: Path | None = None


@dataclass(frozen=True)
class _Inputs:
    """`pixels` as read, with its alpha where it has one."""

    pixels: Pixels
    image: BlobId
    mask: BlobId


async def inpaint(container: Container, options: InpaintOptions, progress: ProgressLine) -> Path:
    """Where the repainted picture lies. Raises PentimentoError."""
    check_output(options.output)
    sampler, intent = read_sampler_name(options.sampler), check_intent(options.intent)
    inputs = await asyncio.to_thread(_read_inputs, options, container.blobs)
    model = await find_model(container, options.model)
    typed = {
        "prompt": options.prompt,
        "negative_prompt": options.negative,
        "image": inputs.image,
        "mask": inputs.mask,
        "seed": container.world.new_seed() if options.seed is None else options.seed,
        "steps": options.steps,
        "guidance_scale": options.guidance,
        "strength": options.strength,
        "feather": options.feather,
        "grow": options.grow,
        "intent": intent,
        **sampler,
    }
    request = build(Inpaint, settings_of(model, typed))
    (painted,) = await paint(container, request, show=progress.show)
    png = await asyncio.to_thread(_whole_picture, inputs.pixels, painted)
    place, _ = await keep(container, png, painted, options.output)
    return place


def _read_inputs(options: InpaintOptions, blobs: BlobFolder) -> _Inputs:
    pixels = read_picture(options.picture)
    height, width = pixels.shape[:2]
    mask = read_mask(options.mask, (width, height))
    if not mask.any():
        raise InvalidRequestError(
            "The mask {file} has no white in it, so nothing would be repainted.",
            advice="Paint white where the picture should change.",
            file=options.mask,
        )
    visible = flatten(pixels) if pixels.shape[2] == 4 else pixels
    return _Inputs(pixels, blobs.put(encode_png(visible)), blobs.put(encode_png(mask)))


def _whole_picture(pixels: Pixels, painted: Painted) -> bytes:
    """The region laid over the picture; a pixel that the region does not touch keeps its colour and its alpha."""
    layer, placement = read_picture(painted.png), painted.event.placement
    if pixels.shape[2] == 3:
        return encode_recipe_png(paste(pixels, layer, placement), painted.event.recipe)
    whole = pixels.copy()
    above = np.zeros_like(pixels)
    height, width = layer.shape[:2]
    above[placement.y : placement.y + height, placement.x : placement.x + width] = layer
    touched = above[:, :, 3] > 0
    pasted = paste(flatten(pixels), layer, placement)
    whole[touched, :3] = pasted[touched]
    whole[:, :, 3] = np.maximum(whole[:, :, 3], above[:, :, 3])
    return encode_recipe_png(whole, painted.event.recipe)
