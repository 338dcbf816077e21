"""Pictures to latents and back."""

import copy
from typing import Any

import numpy as np
import torch

from shared.contracts.errors import GenerationFailedError
from shared.imaging.pixels import Pixels


def encode(vae: Any, picture: Pixels) -> torch.Tensor:
    """Latents (1, channels, height / scale, width / scale) of an RGB picture whose sides fit; float32, CPU.

    The likeliest latents, not a draw from what the autoencoder thinks possible.
    """
    values = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.inference_mode():
        latents = vae.encode(values.to(vae.device, vae.dtype)).latent_dist.mode()
    scaled: torch.Tensor = (latents.float().cpu() - _shift(vae)) * vae.config.scaling_factor
    return scaled


def decode(vae: Any, latents: torch.Tensor) -> Pixels:
    """The RGB picture of latents (1, channels, height, width). Raises GenerationFailedError for no numbers."""
    if not bool(torch.isfinite(latents).all()):
        raise GenerationFailedError(
            "The model lost its way and made no picture.",
            advice="Lower the guidance scale, choose another sampler, or choose another model.",
        )
    values = (latents / vae.config.scaling_factor + _shift(vae)).to(vae.device, vae.dtype)
    with torch.inference_mode():
        picture = vae.decode(values).sample[0].float().cpu()
    pixels = ((picture + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(pixels.permute(1, 2, 0).numpy())


def half_copy(vae: Any, precision: torch.dtype) -> Any:
    """For decoding faster, to be thrown away after it; the autoencoder itself where float16 would overflow."""
    if precision != torch.bfloat16:
        return vae
    return copy.deepcopy(vae).to(precision)


def _shift(vae: Any) -> float:
    return float(getattr(vae.config, "shift_factor", None) or 0.0)
