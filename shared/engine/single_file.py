"""A model in one .safetensors file, as the first programs wrote it; told by the names of its tensors."""

from dataclasses import dataclass
from pathlib import Path

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelDescription, ModelFamily, PredictionType
from shared.engine.headers import Header, Shapes, read_safetensors_header
from shared.engine.model_notes import NOTES_SUFFIX, ModelNotes, read_model_notes

FIRST_LAYER = "model.diffusion_model.input_blocks.0.0.weight"
LAST_LAYER = "model.diffusion_model.out.2.weight"
DECODER = "first_stage_model.decoder.conv_in.weight"

V_PREDICTION_KEY = "v_pred"
PURE_NOISE_KEY = "ztsnr"

_TEXT_ENCODERS: dict[str, ModelFamily] = {
    "cond_stage_model.transformer.": "stable_diffusion_1",
    "cond_stage_model.model.": "stable_diffusion_2",
    "conditioner.embedders.1.": "stable_diffusion_xl",
    "conditioner.embedders.0.model.": "stable_diffusion_xl_refiner",
}


@dataclass(frozen=True)
class _Liking:
    """What a family paints best, in pixels and numbers."""

    minimum_side: int
    native_side: int
    maximum_side: int
    guidance_scale: float = 7.0


_LIKINGS: dict[ModelFamily, _Liking] = {
    "stable_diffusion_1": _Liking(512, 512, 768),
    "stable_diffusion_2": _Liking(512, 768, 1024),
    "stable_diffusion_xl": _Liking(640, 1024, 1280, 5.0),
    "stable_diffusion_xl_refiner": _Liking(640, 1024, 1280, 5.0),
}


_NO_NOTES = ModelNotes()


def describe_file(
    path: Path, *, default_id: str, chosen: ModelNotes = _NO_NOTES, header: Header | None = None
) -> ModelDescription:
    """Raises InvalidModelError, in words, for what is not a whole Stable Diffusion checkpoint.

    `header` is the file's, where it was read already.
    """
    if path.suffix.lower() != ".safetensors":
        raise InvalidModelError(
            "The model {file} is not a .safetensors file.",
            advice="Files of other kinds can run code of strangers. Choose the model's .safetensors file.",
            file=path.name,
        )
    header = header or read_safetensors_header(path)
    shapes = header.shapes
    family = _family(path, shapes)
    liking = _LIKINGS[family]
    in_channels = _channels(path, shapes, FIRST_LAYER, axis=1)
    notes = chosen.over(read_model_notes(path.with_suffix(NOTES_SUFFIX)))
    stated = notes.model_dump(exclude_none=True, exclude={"family"})
    prediction = stated.pop("prediction_type", None) or _prediction_type(header, family, in_channels)
    native = 512 if family == "stable_diffusion_2" and prediction == "epsilon" else liking.native_side
    return ModelDescription(
        **{
            "id": default_id,
            "name": path.stem,
            "family": family,
            "path": path,
            "layout": "single_file",
            "in_channels": in_channels,
            "latent_channels": _channels(path, shapes, LAST_LAYER, axis=0),
            "prediction_type": prediction,
            "zero_terminal_snr": PURE_NOISE_KEY in shapes,
            "size_bytes": path.stat().st_size,
            "minimum_side": liking.minimum_side,
            "native_side": native,
            "maximum_side": liking.maximum_side,
            "multiple": 8,
            "default_guidance_scale": liking.guidance_scale,
            **stated,
        }
    )


def _prediction_type(header: Header, family: ModelFamily, in_channels: int) -> PredictionType | None:
    """What a file says of itself, else what most files of its family are (SD 2's inpainting model differs)."""
    if V_PREDICTION_KEY in header.shapes:
        return "v_prediction"
    stated = header.metadata.get("modelspec.prediction_type", "").lower()
    if stated in {"v", "v_prediction", "v-prediction"}:
        return "v_prediction"
    if stated in {"epsilon", "eps"}:
        return "epsilon"
    return "epsilon" if family == "stable_diffusion_2" and in_channels == 9 else None


def _family(path: Path, shapes: Shapes) -> ModelFamily:
    if FIRST_LAYER not in shapes:
        raise InvalidModelError(
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
            "The model {file} is not a whole Stable Diffusion checkpoint.",
            advice="Choose a whole checkpoint that holds its text encoder and VAE.",
            file=path.name,
        )
    return shape[axis]
