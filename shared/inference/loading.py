"""Brings a model's parts into memory, from files on this machine alone."""

import gc
import inspect
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelDescription
from shared.imaging.inpainting import ModelSides
from shared.inference.conditioning import TextEncoder
from shared.inference.families.family import CONFIGURATIONS, FAMILIES, configuration_of
from shared.inference.memory import DevicePlan, is_exhaustion, release_memory
from shared.inference.previews import Projection, fit_projection
from shared.inference.residency import Residency

_HALF_WEIGHTS = "diffusion_pytorch_model.fp16.safetensors"
_WHOLE_WEIGHTS = "diffusion_pytorch_model.safetensors"


@dataclass
class Worn:
    """What was added into a model's weights, and those that lie `beneath`: each module's own."""

    added: tuple[object, ...] = ()
    beneath: list[tuple[Any, torch.nn.Parameter]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """The parts of a model, which every task shares; only the UNet is in the plan's precision."""

    description: ModelDescription
    unet: Any
    vae: Any
    text_encoders: tuple[TextEncoder, ...]
    scheduler_configuration: dict[str, Any]
    silent_negative: bool
    """An empty negative prompt is zeros."""
    projection: Projection
    residency: Residency
    worn: Worn = field(default_factory=Worn)

    @property
    def sides(self) -> ModelSides:
        model = self.description
        return ModelSides(
            minimum=model.minimum_side,
            native=model.native_side,
            maximum=model.maximum_side,
            multiple=model.multiple,
        )

    @property
    def latent_scale(self) -> int:
        """Pixels to a side of one latent pixel."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    def use_tiling(self, *, tiling: bool) -> None:
        if tiling:
            self.vae.enable_tiling()
            self.vae.enable_slicing()
        else:
            self.vae.disable_tiling()
            self.vae.disable_slicing()


class ModelKeeper:
    """Keeps what the last job used, so that the next one with the same models starts at once.

    `configurations`: where the families' configurations for single files stand.
    """

    def __init__(self, device: DevicePlan, *, configurations: Path = CONFIGURATIONS) -> None:
        self._device = device
        self.configurations = configurations
        self.residency = Residency(device.device)
        self._kept: dict[ModelDescription, LoadedModel] = {}
        self.loads = 0
        """How often a model was read from its files so far."""

    def holds(self, description: ModelDescription) -> bool:
        return description in self._kept

    def get(self, description: ModelDescription, *, beside: Sequence[ModelDescription] = ()) -> LoadedModel:
        """Others than those `beside` it are given up first. Raises InvalidModelError where the files are no model
        that works; memory errors pass through.
        """
        if description not in self._kept:
            for other in self._kept.keys() - set(beside):
                self._give_up(other)  # before the next one needs the memory
            gc.collect()
            release_memory()
            self._kept[description] = self._load(description)
            self.loads += 1
        return self._kept[description]

    def _give_up(self, description: ModelDescription) -> None:
        model = self._kept.pop(description)
        self.residency.forget([model.unet, model.vae, *(encoder.model for encoder in model.text_encoders)])

    def _load(self, description: ModelDescription) -> LoadedModel:
        try:
            with torch.inference_mode():
                return self._assembled(description)
        except Exception as error:
            if is_exhaustion(error):
                raise
            raise InvalidModelError(
                "The model {name} can't be loaded: its files are damaged or don't belong together.",
                advice="Download the model again, or choose another one.",
                detail=traceback.format_exc(),
                name=description.name,
            ) from error

    def _assembled(self, description: ModelDescription) -> LoadedModel:
        pipeline = self._pipeline(description)
        slots = FAMILIES[description.family].encoders
        unet, vae, encoders = pipeline.unet, pipeline.vae, [getattr(pipeline, slot.name) for slot in slots]
        for part in (unet, vae, *encoders):
            part.requires_grad_(requires_grad=False)
            part.eval()
        unet.to(self._device.precision, memory_format=torch.channels_last)
        vae.to(torch.float32, memory_format=torch.channels_last)
        for encoder in encoders:
            encoder.to(torch.float32)
        return LoadedModel(
            description=description,
            unet=unet,
            vae=vae,
            text_encoders=tuple(
                TextEncoder(encoder, getattr(pipeline, slot.tokenizer), slot.layer, slot.name)
                for slot, encoder in zip(slots, encoders, strict=True)
            ),
            scheduler_configuration=_noise_of(description, dict(pipeline.scheduler.config)),
            silent_negative=bool(pipeline.config.get("force_zeros_for_empty_prompt", False)),
            projection=fit_projection(vae),
            residency=self.residency,
        )

    def _pipeline(self, description: ModelDescription) -> Any:
        family = FAMILIES[description.family]
        options: dict[str, Any] = {"feature_extractor": None, "local_files_only": True}
        if "safety_checker" in inspect.signature(family.pipeline.__init__).parameters:
            options |= {"safety_checker": None, "requires_safety_checker": False}
        if description.layout == "single_file":
            path, configuration = (
                str(description.path),
                str(configuration_of(description, self.configurations)),
            )
            # Apart from the rest, so that most of the weights never lie in memory twice as large as they are used.
            unet = UNet2DConditionModel.from_single_file(
                path,
                config=configuration,
                subfolder="unet",
                dtype=self._device.precision,
                local_files_only=True,
            )
            return family.pipeline.from_single_file(
                path,
                config=configuration,
                dtype=torch.float32,
                unet=unet,
                **family.tokenizers(),
                **options,
            )
        unet = description.path / "unet"
        half = (unet / _HALF_WEIGHTS).is_file() and not (unet / _WHOLE_WEIGHTS).is_file()
        return family.pipeline.from_pretrained(
            description.path,
            dtype={"unet": self._device.precision, "default": torch.float32},
            use_safetensors=True,
            variant="fp16" if half else None,
            **options,
        )


def _noise_of(description: ModelDescription, configuration: dict[str, Any]) -> dict[str, Any]:
    """The scheduler's configuration with what the file itself says of its training."""
    if description.prediction_type is not None:
        configuration["prediction_type"] = description.prediction_type
    if description.zero_terminal_snr:
        configuration |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    return configuration
