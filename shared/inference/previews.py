"""Small pictures of what is being painted, for next to no time: each latent pixel becomes one colour."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from shared.imaging.pixels import Pixels
from shared.inference.autoencoding import encode

_LARGEST_SIDE = 160
_QUALITY = 60
_SAMPLE_SIDE = 128


@dataclass(frozen=True)
class Projection:
    """A linear map from latent channels and a constant to RGB of 0 to 255: shape (channels + 1, 3)."""

    matrix: NDArray[np.float32]

    def colours(self, latents: torch.Tensor) -> Pixels:
        """Of latents (channels, height, width); a latent pixel is one pixel."""
        values = latents.permute(1, 2, 0).numpy()
        colours = values @ self.matrix[:-1] + self.matrix[-1]
        return np.clip(np.nan_to_num(colours), 0, 255).astype(np.uint8)


def fit_projection(vae: Any) -> Projection:
    """Least squares between the colours of a patchwork and the latents that this autoencoder gives it."""
    picture = _patchwork()
    latents = encode(vae, picture)[0]
    values = latents.permute(1, 2, 0).reshape(-1, latents.shape[0]).numpy()
    height, width = latents.shape[1:]
    colours = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX), np.float32)
    inputs = np.hstack([values, np.ones((values.shape[0], 1), np.float32)])
    matrix = np.linalg.lstsq(inputs, colours.reshape(-1, 3), rcond=1e-4)[0]
    return Projection(matrix.astype(np.float32))


def encode_preview(colours: Pixels, inner: tuple[float, float, float, float]) -> bytes:
    """A JPEG of some kilobytes of the part `inner` (left, top, right, bottom, as shares of 0 to 1)."""
    picture = Image.fromarray(colours)
    left, top, right, bottom = inner
    box = (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height)
    width, height = max(box[2] - box[0], 1), max(box[3] - box[1], 1)
    scale = _LARGEST_SIDE / max(width, height)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    buffer = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC, box=box).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _patchwork() -> Pixels:
    """Every mixture of colours in patches of two sizes, the same each time."""
    random = np.random.default_rng(0)
    coarse, fine = (
        Image.fromarray(random.integers(0, 256, (side, side, 3)).astype(np.uint8)).resize(
            (_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BICUBIC
        )
        for side in (4, 8)
    )
    return np.vstack([np.asarray(coarse), np.asarray(fine)])
