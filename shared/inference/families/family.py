"""What the engine knows of each family: where its configuration stands and how its text encoders are read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from shared.contracts.models import ModelDescription, ModelFamily
from shared.inference.conditioning import EncoderLayer
from shared.inference.families.clip.tokenizer import END_OF_TEXT, make_clip_tokenizer

CONFIGURATIONS = Path(__file__).parent
"""For each family its folder, and there `configuration` and `configuration_inpainting`."""


@dataclass(frozen=True)
class EncoderSlot:
    """A text encoder's place in diffusers' layout; `pad_token` fills its rows."""

    name: str
    tokenizer: str
    layer: EncoderLayer
    pad_token: str


@dataclass(frozen=True)
class Family:
    pipeline: Any
    encoders: tuple[EncoderSlot, ...]

    def tokenizers(self) -> dict[str, Any]:
        return {slot.tokenizer: make_clip_tokenizer(slot.pad_token) for slot in self.encoders}


_LARGE = EncoderSlot("text_encoder", "tokenizer", "penultimate", END_OF_TEXT)
_BIG_G = EncoderSlot("text_encoder_2", "tokenizer_2", "penultimate", "!")

FAMILIES: dict[ModelFamily, Family] = {
    "stable_diffusion_1": Family(
        StableDiffusionPipeline, (EncoderSlot("text_encoder", "tokenizer", "last", END_OF_TEXT),)
    ),
    "stable_diffusion_2": Family(
        StableDiffusionPipeline, (EncoderSlot("text_encoder", "tokenizer", "last", "!"),)
    ),
    "stable_diffusion_xl": Family(StableDiffusionXLPipeline, (_LARGE, _BIG_G)),
    "stable_diffusion_xl_refiner": Family(StableDiffusionXLPipeline, (_BIG_G,)),
}


def configuration_of(description: ModelDescription, configurations: Path = CONFIGURATIONS) -> Path:
    name = "configuration_inpainting" if description.made_for_inpainting else "configuration"
    return configurations / description.family / name
