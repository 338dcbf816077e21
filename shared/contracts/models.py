"""A model as the catalogue describes it."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.generation import ModelReference, Sampler, Schedule

ModelFamily = Literal[
    "stable_diffusion_1", "stable_diffusion_2", "stable_diffusion_xl", "stable_diffusion_xl_refiner"
]
PredictionType = Literal["epsilon", "v_prediction"]
ModelKind = Literal["checkpoint", "lora", "vae", "embedding", "controlnet", "ip_adapter", "upscaler"]
ModelLayout = Literal["diffusers", "single_file"]


class ModelDescription(Contract):
    """`id` is stable for a place on disk. Sides in pixels; every generated side is a multiple of `multiple`."""

    id: str
    name: str
    family: ModelFamily
    path: Path
    layout: ModelLayout
    in_channels: int = Field(default=4, ge=1)
    latent_channels: int = Field(default=4, ge=1)
    prediction_type: PredictionType | None = None
    """What the UNet predicts, where the file or the artist says it; None is as its configuration says."""
    zero_terminal_snr: bool = False
    """Whether it starts from pure noise, where its configuration doesn't say it."""
    size_bytes: int = Field(ge=0)
    sha256: str = ""
    minimum_side: int = Field(ge=16)
    native_side: int = Field(ge=16)
    maximum_side: int = Field(ge=16)
    multiple: int = Field(default=8, ge=1)
    default_steps: int = 20
    default_guidance_scale: float = 7.0
    default_sampler: Sampler = "dpmpp_2m"
    default_schedule: Schedule = "automatic"

    @property
    def made_for_inpainting(self) -> bool:
        """Whether the UNet also sees the mask and the masked picture (9 channels where latents have 4)."""
        return self.in_channels == 2 * self.latent_channels + 1

    @property
    def reference(self) -> ModelReference:
        return ModelReference(id=self.id, name=self.name, sha256=self.sha256)


class ModelFile(Contract):
    """A model of any kind as the catalogue lists it; `id` is stable for a place on disk.

    `family` is the one that it works with; None where it works with every one, or where nothing tells.
    """

    id: str
    name: str
    kind: ModelKind
    family: ModelFamily | None = None
    family_told: bool = True
    """Whether its header or its maker tells the family; else it is the artist's to say."""
    path: Path
    layout: ModelLayout = "single_file"
    size_bytes: int = Field(ge=0)
    alias: str = ""
    """What its maker called it; a prompt may name it so."""
    trigger_words: tuple[str, ...] = ()
    """The commonest first."""
    preview: Path | None = None
    needs_consent: bool = False
    """Whether it is a pickle, which can run a stranger's code: listed, and never read here."""
    needs_image_encoder: bool = False
    """Whether it works only beside a model that looks at pictures (CLIP vision)."""
    description: ModelDescription | None = None
    """Of a checkpoint: what it paints and how."""
