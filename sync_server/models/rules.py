"""What the catalogue knows of a model. Pure."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.base import Contract
from shared.contracts.generation import Sampler
from shared.contracts.model_catalogue import ModelBase, ModelType
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.offering import offered_name

Executor = Literal["worker", "fal"]
_BASES: Mapping[str, tuple[ModelBase, str, str]] = {
    "stable_diffusion_1": ("sd-1", "stable-diffusion-1", "free"),
    "stable_diffusion_2": ("sd-2", "stable-diffusion-2", "free"),
    "stable_diffusion_xl": ("sdxl", "sdxl", "starter"),
    "stable_diffusion_xl_refiner": ("sdxl", "sdxl", "starter"),
}
_PARTS: Mapping[str, ModelType] = {"lora": "lora", "controlnet": "controlnet"}
_OF_A_CHECKPOINT = (
    "text_to_image", "image_to_image", "variations", "edit", "inpaint", "outpaint", "upscale",
)  # fmt: skip
CLASSIC = "classic"
"""The queue of jobs that need no model; every worker does them."""


class ModelEntry(Contract):
    """`seconds` is what one picture of the native size takes with the default steps on the expected machine."""

    name: str
    display_name: str
    description: str
    type: ModelType
    base: ModelBase
    price_family: str
    version: str
    min_tier: str
    executor: Executor
    kinds: tuple[str, ...]
    file_size_gb: float | None
    minimum_side: int
    native_side: int
    maximum_side: int
    multiple: int
    default_steps: int
    default_guidance_scale: float
    default_sampler: Sampler
    seconds: float
    is_nsfw: bool
    most_images: int = 4

    @property
    def id(self) -> UUID:
        return model_id(self.name)


def model_id(name: str) -> UUID:
    """Always the same for a name."""
    return uuid5(NAMESPACE_URL, f"pentimento:model:{name}")


def load_catalogue(path: Path = Path(__file__).parent / "catalogue.json") -> dict[str, ModelEntry]:
    entries = [ModelEntry.model_validate(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    return {entry.name: entry for entry in entries}


def entry_of_part(file: ModelFile) -> ModelEntry | None:
    """Of what goes with a model; None of what is none, is a pickle, or tells no family."""
    type_ = _PARTS.get(file.kind)
    if type_ is None or file.family is None or file.needs_consent:
        return None
    base, price_family, tier = _BASES[file.family]
    side = 1024 if base == "sdxl" else 512
    return ModelEntry(
        name=offered_name(file),
        display_name=file.alias or file.name,
        description=", ".join(file.trigger_words),
        type=type_,
        base=base,
        price_family=price_family,
        version="",
        min_tier=tier,
        executor="worker",
        kinds=(),
        file_size_gb=round(file.size_bytes / 1e9, 2),
        minimum_side=side // 2,
        native_side=side,
        maximum_side=2 * side,
        multiple=8,
        default_steps=20,
        default_guidance_scale=7.0,
        default_sampler="dpmpp_2m",
        seconds=0.0,
        is_nsfw=False,
    )


def entry_of(model: ModelDescription) -> ModelEntry:
    """Of a model that no file of ours describes."""
    base, price_family, tier = _BASES[model.family]
    return ModelEntry(
        name=offered_name(model),
        display_name=model.name,
        description="",
        type="main",
        base=base,
        price_family=price_family,
        version="",
        min_tier=tier,
        executor="worker",
        kinds=_OF_A_CHECKPOINT,
        file_size_gb=round(model.size_bytes / 1e9, 2),
        minimum_side=model.minimum_side,
        native_side=model.native_side,
        maximum_side=model.maximum_side,
        multiple=model.multiple,
        default_steps=model.default_steps,
        default_guidance_scale=model.default_guidance_scale,
        default_sampler=model.default_sampler,
        seconds=12.0 if base == "sdxl" else 4.0,
        is_nsfw=False,
    )
