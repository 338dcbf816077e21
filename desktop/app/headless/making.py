"""`pentimento upscale`, `enhance`, `remove-background` and `outpaint`: a picture made of another one."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.app.container import Container
from desktop.app.headless.painting import Painted, check_output, find_model, keep, paint
from desktop.app.headless.requests import build, read_sampler_name, settings_of
from desktop.app.headless.terminal import ProgressLine
from shared.contracts.errors import InvalidRequestError, ModelUnavailableError
from shared.contracts.generation import (
    BlobId,
    Enhance,
    Extension,
    GenerationRequest,
    ModelReference,
    Outpaint,
    RemoveBackground,
    Upscale,
)
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting.outpainting import whole_picture
from shared.imaging.pictures import encode_png, read_mask, read_picture
from shared.imaging.recipe_pictures import encode_recipe_png


@dataclass(frozen=True, kw_only=True)
class PaintedOptions:
    """What every model is told; None is left to the model."""

    prompt: str = ""
    negative: str = ""
    model: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None


@dataclass(frozen=True, kw_only=True)
class UpscaleOptions:
    """Without an `upscaler` (its name or id) the model itself paints the detail."""

    picture: Path
    factor: float = 2.0
    width: int | None = None
    height: int | None = None
    strength: float | None = None
    upscaler: str = ""
    painted: PaintedOptions = field(default_factory=PaintedOptions)
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class EnhanceOptions:
    picture: Path
    denoise: float = 0.0
    sharpen: float = 0.0
    colour: float = 0.0
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class BackgroundOptions:
    """`within` is x, y, width and height of a rectangle around the subject."""

    picture: Path
    mask: Path | None = None
    within: tuple[int, int, int, int] | None = None
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class OutpaintOptions:
    picture: Path
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    feather: int | None = None
    painted: PaintedOptions = field(default_factory=PaintedOptions)
    output: Path | None = None


async def upscale(container: Container, options: UpscaleOptions, progress: ProgressLine) -> Path:
    """Where the larger picture lies. Raises PentimentoError."""
    check_output(options.output)
    image = await _put(container, options.picture)
    values: dict[str, Any] = {
        "image": image,
        "factor": options.factor,
        "width": options.width,
        "height": options.height,
        "strength": options.strength,
    }
    if options.upscaler:
        reference = await _find_upscaler(container, options.upscaler)
        seed = options.painted.seed or 0
        values |= {"model": reference, "method": "upscaler", "seed": seed}
        request = build(Upscale, {name: value for name, value in values.items() if value is not None})
    else:
        request = build(Upscale, await _painted(container, options.painted, values))
    return await _made(container, request, options.output, progress)


async def enhance(container: Container, options: EnhanceOptions, progress: ProgressLine) -> Path:
    """Without any amount each is a little. Raises PentimentoError."""
    check_output(options.output)
    image = await _put(container, options.picture)
    amounts = {"denoise": options.denoise, "sharpen": options.sharpen, "colour": options.colour}
    if not any(amounts.values()):
        amounts = {"denoise": 0.3, "sharpen": 0.4, "colour": 0.3}
    return await _made(container, build(Enhance, {"image": image, **amounts}), options.output, progress)


async def remove_background(container: Container, options: BackgroundOptions, progress: ProgressLine) -> Path:
    check_output(options.output)
    image = await _put(container, options.picture)
    values: dict[str, Any] = {"image": image}
    if options.mask is not None:
        values["mask"] = await asyncio.to_thread(_put_mask, container.blobs, options.picture, options.mask)
    if options.within is not None:
        values["hint"] = dict(zip(("x", "y", "width", "height"), options.within, strict=True))
    return await _made(container, build(RemoveBackground, values), options.output, progress)


async def outpaint(container: Container, options: OutpaintOptions, progress: ProgressLine) -> Path:
    """The whole larger picture: the region that the engine made, over the picture in its place."""
    check_output(options.output)
    sides = {side: getattr(options, side) for side in ("left", "top", "right", "bottom")}
    if not any(sides.values()):
        raise InvalidRequestError(
            "No side was named to extend the picture on.", advice="Name one, for instance: --right 256"
        )
    extension = build(Extension, sides)
    image = await _put(container, options.picture)
    values = {"image": image, "extension": extension, "feather": options.feather}
    request = build(Outpaint, await _painted(container, options.painted, values))
    (painted,) = await paint(container, request, show=progress.show)
    png = await asyncio.to_thread(_grown, request, options.picture, painted)
    place, _ = await keep(container, png, painted, options.output)
    return place


async def _made(
    container: Container, request: GenerationRequest, output: Path | None, progress: ProgressLine
) -> Path:
    (painted,) = await paint(container, request, show=progress.show)
    place, _ = await keep(container, painted.png, painted, output)
    return place


async def _painted(container: Container, options: PaintedOptions, values: dict[str, Any]) -> dict[str, Any]:
    model = await find_model(container, options.model)
    typed = {
        **values,
        "prompt": options.prompt,
        "negative_prompt": options.negative,
        "seed": container.world.new_seed() if options.seed is None else options.seed,
        "steps": options.steps,
        "guidance_scale": options.guidance,
        **read_sampler_name(options.sampler),
    }
    return settings_of(model, typed)


async def _find_upscaler(container: Container, wanted: str) -> ModelReference:
    await container.models.scan()
    for file in container.models.files:
        if file.kind == "upscaler" and wanted in {file.id, file.name}:
            return ModelReference(id=file.id, name=file.name)
    raise ModelUnavailableError(
        "There is no upscaler “{name}” on this machine.",
        advice="See what there is with: pentimento models",
        name=wanted,
    )


async def _put(container: Container, picture: Path) -> BlobId:
    return await asyncio.to_thread(lambda: container.blobs.put(encode_png(read_picture(picture))))


def _put_mask(blobs: BlobFolder, picture: Path, mask: Path) -> BlobId:
    height, width = read_picture(picture).shape[:2]
    return blobs.put(encode_png(read_mask(mask, (width, height))))


def _grown(request: Outpaint, picture: Path, painted: Painted) -> bytes:
    layer = read_picture(painted.png)
    grown = whole_picture(request, read_picture(picture), layer, painted.event.placement)
    return encode_recipe_png(grown, painted.event.recipe)
