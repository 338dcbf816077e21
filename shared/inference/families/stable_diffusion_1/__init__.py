"""Stable Diffusion 1.x: its configuration in diffusers' layout without weights, and CLIP's vocabulary."""

from pathlib import Path

from shared.contracts.models import ModelDescription
from shared.inference.families.stable_diffusion_1.tokenizer import make_clip_tokenizer

CONFIGURATIONS = Path(__file__).parent

__all__ = ["CONFIGURATIONS", "configuration_name", "make_clip_tokenizer"]


def configuration_name(description: ModelDescription) -> str:
    return "configuration_inpainting" if description.made_for_inpainting else "configuration"
