"""Models that look at pictures (CLIP vision), for IP-Adapters: found where their makers and other programs put them."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from shared.contracts.errors import InvalidModelError, ModelUnavailableError
from shared.contracts.models import ModelFile
from shared.engine.headers import Shapes, read_safetensors_header
from shared.inference.add_ons.weights import SAFE, Weights, read_safe
from shared.inference.memory import is_exhaustion

ENCODER_FOLDER = "image_encoder"
_PLACES = (ENCODER_FOLDER, f"models/{ENCODER_FOLDER}", f"sdxl_models/{ENCODER_FOLDER}", "clip_vision", "")
_CONFIGURATION = "config.json"
_CLASS = "vision_model.embeddings.class_embedding"
_PATCHES = "vision_model.embeddings.patch_embedding.weight"
_POSITIONS = "vision_model.embeddings.position_embedding.weight"
_PROJECTION = "visual_projection.weight"
_HEADS = {768: 12, 1024: 16, 1280: 16, 1664: 16}
_ACTIVATED_QUICKLY = {768, 1024}
"""OpenAI's own encoders, by their width."""


@dataclass(frozen=True)
class Sight:
    """How many numbers an encoder gives for each part of a picture, and for the whole; None is not told."""

    width: int | None = None
    whole: int | None = None

    def suits(self, wanted: "Sight") -> bool:
        pairs = ((self.width, wanted.width), (self.whole, wanted.whole))
        return all(None in pair or pair[0] == pair[1] for pair in pairs)


def find_encoder(file: ModelFile, weights: Weights) -> Path:
    """A folder with its config.json, or a file: near the adapter, and of the width that it was trained with."""
    wanted = _wanted(weights)
    found = False
    for place in _places(file.path):
        for candidate, sight in _encoders_in(place):
            found = True
            if sight.suits(wanted):
                return candidate
    if found:
        raise ModelUnavailableError(
            "The IP-Adapter {adapter} was made for another image encoder than the one that lies beside it.",
            advice="Put the image encoder of its makers into the folder image_encoder or clip_vision.",
            adapter=file.name,
        )
    raise ModelUnavailableError(
        "The IP-Adapter {adapter} needs a model that looks at pictures, and none lies beside it.",
        advice="Put the folder image_encoder, with its config.json, beside the adapter's file.",
        adapter=file.name,
    )


def load_encoder(place: Path) -> Any:
    """In float32."""
    try:
        encoder = _from_file(place) if place.is_file() else _from_folder(place)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        if is_exhaustion(error):
            raise
        raise InvalidModelError(
            "The model {file} is broken: {reason}.",
            advice="Download the file again, or remove it from the models folder.",
            file=place,
            reason=str(error).split("\n", maxsplit=1)[0],
        ) from error
    encoder.requires_grad_(requires_grad=False)
    return encoder.eval()


def _wanted(weights: Weights) -> Sight:
    """A simple adapter takes the picture as a whole, the others (plus, face) each of its parts."""
    whole = weights.get("image_proj.proj.weight")
    if whole is not None:
        return Sight(whole=int(whole.shape[1]))
    for name in ("image_proj.proj_in.weight", "image_proj.proj.0.weight"):
        if name in weights:
            return Sight(width=int(weights[name].shape[1]))
    return Sight()


def _places(adapter: Path) -> Iterator[Path]:
    around = [adapter.parent, *adapter.parent.parents[:3]]
    for place in around:
        yield from (place / name for name in _PLACES if name or place == adapter.parent)


def _encoders_in(place: Path) -> Iterator[tuple[Path, Sight]]:
    """The folder itself, its folders, and its files, by their headers alone."""
    try:
        inner = sorted(place.iterdir())
    except OSError:
        return
    for folder in (place, *(each for each in inner if each.is_dir())):
        if (sight := _sight_of_folder(folder)) is not None:
            yield folder, sight
    for file in inner:
        if file.suffix.lower() == SAFE and (sight := _sight_of_file(file)) is not None:
            yield file, sight


def _sight_of_folder(folder: Path) -> Sight | None:
    try:
        content = json.loads((folder / _CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or "clip" not in str(content.get("model_type", "")).lower():
        return None
    vision = content.get("vision_config", content)
    return Sight(width=vision.get("hidden_size"), whole=content.get("projection_dim"))


def _sight_of_file(file: Path) -> Sight | None:
    try:
        shapes = read_safetensors_header(file).shapes
    except InvalidModelError:
        return None
    if _CLASS not in shapes or _PROJECTION not in shapes:
        return None
    return Sight(width=shapes[_CLASS][0], whole=shapes[_PROJECTION][0])


def _from_folder(folder: Path) -> Any:
    return CLIPVisionModelWithProjection.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
    )


def _from_file(file: Path) -> Any:
    with torch.inference_mode():
        weights = read_safe(file)
        encoder = CLIPVisionModelWithProjection(
            _configuration({name: tuple(t.shape) for name, t in weights.items()})
        )
        known = encoder.state_dict().keys()
        encoder.load_state_dict({name: tensor.float() for name, tensor in weights.items() if name in known})
    return encoder


def _configuration(shapes: Shapes) -> CLIPVisionConfig:
    """All but the number of heads and the activation stands in the shapes; those go with the width."""
    width, patch = shapes[_CLASS][0], shapes[_PATCHES][-1]
    layers = {name.split(".")[3] for name in shapes if name.startswith("vision_model.encoder.layers.")}
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=shapes["vision_model.encoder.layers.0.mlp.fc1.weight"][0],
        num_hidden_layers=len(layers),
        num_attention_heads=_HEADS.get(width, max(width // 64, 1)),
        image_size=patch * math.isqrt(shapes[_POSITIONS][0] - 1),
        patch_size=patch,
        projection_dim=shapes[_PROJECTION][0],
        hidden_act="quick_gelu" if width in _ACTIVATED_QUICKLY else "gelu",
    )
