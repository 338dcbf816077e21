"""A model in diffusers' layout: a folder with `model_index.json` and a folder for each part."""

import json
from pathlib import Path
from typing import Any

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelDescription, ModelFamily
from shared.engine.headers import read_safetensors_shapes
from shared.engine.model_notes import FILE_NAME, ModelNotes, read_model_notes

INDEX_FILE = "model_index.json"
_TASKS = ("Pipeline", "Img2ImgPipeline", "InpaintPipeline")
_PARTS: dict[ModelFamily, tuple[str, ...]] = {
    "stable_diffusion_1": ("unet", "vae", "text_encoder"),
    "stable_diffusion_2": ("unet", "vae", "text_encoder"),
    "stable_diffusion_xl": ("unet", "vae", "text_encoder", "text_encoder_2"),
    "stable_diffusion_xl_refiner": ("unet", "vae", "text_encoder_2"),
}
_WIDTH_OF_SECOND_VERSION = 1024
_LARGEST_CONFIGURATION = 1_000_000


_NO_NOTES = ModelNotes()


def describe_folder(folder: Path, *, default_id: str, chosen: ModelNotes = _NO_NOTES) -> ModelDescription:
    """Raises InvalidModelError, in words, for what is not a whole Stable Diffusion model."""
    index = read_configuration(folder / INDEX_FILE)
    unet = read_configuration(folder / "unet" / "config.json") if _is_ours(index) else {}
    family = _family(folder, index, unet)
    size = sum(_weights_size(folder, part) for part in _PARTS[family])
    vae = read_configuration(folder / "vae" / "config.json")
    scale = 2 ** (len(vae.get("block_out_channels", ())) - 1)
    latent_channels = _whole_number(folder, vae.get("latent_channels", 4))
    native = _whole_number(folder, unet.get("sample_size", 64)) * scale
    notes = chosen.over(read_model_notes(folder / FILE_NAME))
    stated = notes.model_dump(exclude_none=True, exclude={"family"})
    native = int(stated.pop("native_side", native))
    model = ModelDescription(
        **{
            "id": default_id,
            "name": name_of_folder(folder),
            "family": family,
            "path": folder,
            "layout": "diffusers",
            "in_channels": _whole_number(folder, unet.get("in_channels", 4)),
            "latent_channels": latent_channels,
            "size_bytes": size,
            "minimum_side": native,
            "native_side": native,
            "maximum_side": native * 3 // 2,
            "multiple": scale,
            **stated,
        }
    )
    ordered = model.multiple <= model.minimum_side <= model.native_side <= model.maximum_side
    if not ordered or model.multiple % scale:
        raise _broken(folder, "the sides that it states contradict each other")
    return model


def _is_ours(index: dict[str, Any]) -> bool:
    names = {f"{family}{task}" for family in ("StableDiffusion", "StableDiffusionXL") for task in _TASKS}
    return index.get("_class_name") in names


def _family(folder: Path, index: dict[str, Any], unet: dict[str, Any]) -> ModelFamily:
    if not _is_ours(index):
        raise InvalidModelError(
            "The model {name} is of a kind that Pentimento can't use yet: {kind}.",
            advice="Choose a Stable Diffusion model: version 1, 2 or XL.",
            name=name_of_folder(folder),
            kind=index.get("_class_name"),
        )
    if str(index["_class_name"]).startswith("StableDiffusionXL"):
        first_encoder = index.get("text_encoder")
        alone = not isinstance(first_encoder, list) or first_encoder[:1] == [None]
        return "stable_diffusion_xl_refiner" if alone else "stable_diffusion_xl"
    second = unet.get("cross_attention_dim") == _WIDTH_OF_SECOND_VERSION
    return "stable_diffusion_2" if second else "stable_diffusion_1"


def name_of_folder(folder: Path) -> str:
    """In Hugging Face's cache a snapshot's folder is named by a hash, and its repository's by its name."""
    if folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--"):
        return folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return folder.name


def read_configuration(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_CONFIGURATION:
            raise _broken(path, "it is far too large")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _broken(path, "it is not valid") from error
    if not isinstance(content, dict):
        raise _broken(path, "it is not valid")
    return content


def _whole_number(folder: Path, value: object) -> int:
    if type(value) is not int or not 1 <= value <= 4096:
        raise _broken(folder, "its configuration holds an impossible number")
    return value


def _weights_size(folder: Path, part: str) -> int:
    files = sorted((folder / part).glob("*.safetensors"))
    if not files:
        raise _broken(folder, f"the weights of {part} are missing as safetensors")
    for file in files:
        read_safetensors_shapes(file)
    return sum(file.stat().st_size for file in files)


def _broken(path: Path, reason: str) -> InvalidModelError:
    return InvalidModelError(
        "The model's {file} can't be used: {reason}.",
        advice="Download the model again, or remove it from the models folder.",
        file=path,
        reason=reason,
    )
