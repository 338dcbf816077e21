"""Another autoencoder than the model's own."""

import traceback
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.inference.add_ons.weights import Weights
from shared.inference.loading import LoadedModel
from shared.inference.memory import is_exhaustion

_PREFIX = "first_stage_model."
_OWN_NAMES = "decoder.up_blocks.0.resnets.0.conv1.weight"


def make_vae(file: ModelFile, weights: Weights, model: LoadedModel, configurations: Path) -> Any:
    """In float32. Raises InvalidModelError where its latents are not the model's."""
    try:
        with torch.inference_mode():
            return _made(file, weights, model, configurations)
    except Exception as error:
        if is_exhaustion(error):
            raise
        raise InvalidModelError(
            "The VAE {vae} is made for another kind of model than {model}.",
            advice="Choose a VAE for this model's family, or the model's own.",
            detail=traceback.format_exc(),
            vae=file.name,
            model=model.description.name,
        ) from error


def _made(file: ModelFile, weights: Weights, model: LoadedModel, configurations: Path) -> Any:
    folder = (
        file.path if file.path.is_dir() else configurations / model.description.family / "configuration/vae"
    )
    vae = AutoencoderKL.from_config(AutoencoderKL.load_config(folder))
    if vae.config.latent_channels != model.description.latent_channels:
        msg = f"{vae.config.latent_channels} channels"
        raise ValueError(msg)
    weights = {name.removeprefix(_PREFIX): tensor for name, tensor in weights.items()}
    if _OWN_NAMES not in weights:
        weights = convert_ldm_vae_checkpoint(weights, vae.config)
    vae.load_state_dict(weights)
    vae.requires_grad_(requires_grad=False)
    vae.eval()
    return vae.to(torch.float32, memory_format=torch.channels_last)
