"""A model in one .safetensors file, as the first programs wrote it; told by the names of its tensors."""

from pathlib import Path

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelDescription
from shared.engine.headers import Shapes, read_safetensors_shapes

FIRST_LAYER = "model.diffusion_model.input_blocks.0.0.weight"
LAST_LAYER = "model.diffusion_model.out.2.weight"
DECODER = "first_stage_model.decoder.conv_in.weight"

_TEXT_ENCODERS = {
    "cond_stage_model.transformer.": "stable_diffusion_1",
    "cond_stage_model.model.": "Stable Diffusion 2",
    "conditioner.embedders.": "Stable Diffusion XL",
}


class NotACheckpointError(InvalidModelError):
    """A whole file, but no model by itself: a LoRA, a VAE, an embedding."""

    code = "NOT_A_CHECKPOINT"


def describe_file(path: Path, *, default_id: str) -> ModelDescription:
    """Raises InvalidModelError, in words, for what is not a whole Stable Diffusion 1 checkpoint."""
    if path.suffix.lower() != ".safetensors":
        raise InvalidModelError(
            "The model {file} is not a .safetensors file.",
            advice="Files of other kinds can run code of strangers. Choose the model's .safetensors file.",
            file=path.name,
        )
    shapes = read_safetensors_shapes(path)
    family = _family(path, shapes)
    if family != "stable_diffusion_1":
        raise InvalidModelError(
            "The model {name} is of a kind that Pentimento can't use yet: {kind}.",
            advice="Choose a Stable Diffusion 1 model.",
            name=path.name,
            kind=family,
        )
    return ModelDescription(
        id=default_id,
        name=path.stem,
        family="stable_diffusion_1",
        path=path,
        layout="single_file",
        in_channels=_channels(path, shapes, FIRST_LAYER, axis=1),
        latent_channels=_channels(path, shapes, LAST_LAYER, axis=0),
        size_bytes=path.stat().st_size,
        minimum_side=512,
        native_side=512,
        maximum_side=768,
        multiple=8,
    )


def _family(path: Path, shapes: Shapes) -> str:
    if FIRST_LAYER not in shapes:
        raise NotACheckpointError(
            "The file {file} holds no model that makes pictures by itself.",
            advice="Choose a whole checkpoint, not a LoRA or a VAE.",
            file=path.name,
        )
    for prefix, family in _TEXT_ENCODERS.items():
        if any(name.startswith(prefix) for name in shapes):
            return family
    raise InvalidModelError(
        "The model {file} has no text encoder.",
        advice="Choose a whole checkpoint that holds its text encoder and VAE.",
        file=path.name,
    )


def _channels(path: Path, shapes: Shapes, layer: str, *, axis: int) -> int:
    shape = shapes.get(layer, ())
    if DECODER not in shapes or len(shape) != 4 or not 1 <= shape[axis] <= 64:
        raise InvalidModelError(
            "The model {file} is not a whole Stable Diffusion 1 checkpoint.",
            advice="Choose a whole checkpoint that holds its text encoder and VAE.",
            file=path.name,
        )
    return shape[axis]
