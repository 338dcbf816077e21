"""A picture's recipe as labelled lines, for people."""

from typing import NamedTuple

from desktop.library.picture import LibraryPicture
from desktop.widgets.translations import tr
from shared.contracts.generation import GenerationRequest, ModelReference, Recipe, Rendering
from shared.imaging.samplers import SAMPLER_NAMES, SCHEDULE_NAMES


class Line(NamedTuple):
    label: str
    text: str


def describe(picture: LibraryPicture) -> list[Line]:
    """What there is to tell; nothing is said of what is not known."""
    lines = [] if picture.recipe is None else _recipe_lines(picture.recipe)
    lines.append(Line(tr("Size"), tr("{width} × {height}", width=picture.width, height=picture.height)))
    lines.append(Line(tr("Made"), picture.created_at.astimezone().strftime("%Y-%m-%d %H:%M")))
    lines.append(Line(tr("File"), picture.file.name))
    if picture.linked:
        lines.append(Line(tr("Original at"), str(picture.file.parent)))
    return [line for line in lines if line.text]


def _recipe_lines(recipe: Recipe) -> list[Line]:
    request, rendering = recipe.request, recipe.rendering
    if not request.model.id and request.source:
        return [Line(tr("Rendered"), _rendering(rendering))]
    lines = [
        Line(tr("Prompt"), request.prompt),
        Line(tr("Negative prompt"), request.negative_prompt),
        Line(tr("Model"), request.model.name or request.model.id),
        Line(tr("Seed"), str(rendering.seed)),
        Line(tr("Steps"), str(request.steps)),
        Line(tr("Guidance"), f"{request.guidance_scale:g}"),
        Line(tr("Sampler"), _sampler(request)),
    ]
    strength: float | None = getattr(request, "strength", None)
    if strength is not None:
        lines.append(Line(tr("Strength"), f"{strength:.0%}"))
    lines += _additions(request, rendering)
    lines.append(Line(tr("Rendered"), _rendering(rendering)))
    lines.append(Line(tr("What differed"), "\n".join(rendering.notes)))
    return lines


def _additions(request: GenerationRequest, rendering: Rendering) -> list[Line]:
    """What went with the model."""
    lines = [
        Line(tr("LoRA"), "\n".join(_weighed(use.model, use.weight) for use in request.loras)),
        Line(tr("Embedding"), ", ".join(each.name or each.id for each in request.embeddings)),
        Line(tr("VAE"), (request.vae.name or request.vae.id) if request.vae else ""),
        Line(tr("Controls"), "\n".join(_weighed(each.model, each.weight) for each in request.controls)),
        Line(
            tr("Refiner"), (request.refiner.model.name or request.refiner.model.id) if request.refiner else ""
        ),
    ]
    if request.variation is not None:
        seed = rendering.variation_seed or request.variation.seed
        lines.append(Line(tr("Variation"), f"{request.variation.strength:.0%} ({seed})"))
    return lines


def _weighed(model: ModelReference, weight: float) -> str:
    return f"{model.name or model.id} ({weight:g})"


def _sampler(request: GenerationRequest) -> str:
    name = SAMPLER_NAMES[request.sampler]
    return name if request.schedule == "automatic" else f"{name}, {SCHEDULE_NAMES[request.schedule]}"


def _rendering(rendering: Rendering) -> str:
    size = tr("at {width} × {height}", width=rendering.work_width, height=rendering.work_height)
    # Another program's picture tells no device, and so not its working size either.
    parts = [rendering.device, rendering.precision, rendering.attention, size if rendering.device else ""]
    parts += [tr("tiled") if rendering.tiling else "", rendering.engine]
    return ", ".join(part for part in parts if part)
