"""The denoiser's data: the drawn scenes through the autoencoder, with their captions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from assets.starter_model.config import SHARES, Share
from assets.starter_model.optimising import Working
from assets.starter_model.pictures import Files
from assets.starter_model.train_autoencoder import as_tensor
from assets.starter_model.vocabulary import UsedRows

CHUNK = 128


@dataclass(frozen=True)
class Cached:
    """One bucket, on the device that trains: latents (scenes, 8, height / 8, width / 8), the rows of captions'
    tokens (scenes, captions, 77), and how much of every latent place belongs to a thing
    (scenes, height / 8, width / 8), 0..1.
    """

    share: Share
    latents: Tensor
    numbers: Tensor
    things: Tensor


@torch.no_grad()
def encode(network: AutoencoderKL, files: Files) -> Tensor:
    """A bucket's latents (scenes, 8, height / 8, width / 8) in half precision, kept beside its pictures."""
    if files.latents.exists():
        return torch.from_numpy(np.load(files.latents))
    drawn = torch.from_numpy(np.load(files.pictures, mmap_mode="c"))
    working = Working(network, network.device)
    parts = [
        working.copy.encode(as_tensor(pictures.to(network.device)).to(working.precision))
        .latent_dist.mean.half()
        .cpu()
        for pictures in drawn.split(CHUNK)
    ]
    whole = torch.cat(parts)
    beside = files.latents.with_suffix(".part.npy")
    np.save(beside, whole.numpy())
    Path(beside).replace(files.latents)
    return whole


def read_cache(
    work: Path, network: AutoencoderKL, shares: tuple[Share, ...] = SHARES
) -> tuple[list[Cached], UsedRows]:
    """All buckets on the autoencoder's device, and the rows of the vocabulary in use."""
    device = network.device
    tokens = [np.load(Files(work, share.bucket).tokens) for share in shares]
    rows = UsedRows(np.unique(np.concatenate([np.unique(part) for part in tokens])).astype(np.int64))
    cached = []
    for share, part in zip(shares, tokens, strict=True):
        files = Files(work, share.bucket)
        cached.append(
            Cached(
                share,
                encode(network, files).to(device),
                torch.from_numpy(rows.number(part).astype(np.int32)).to(device),
                torch.from_numpy(np.load(files.things)).to(device),
            )
        )
        print(f"{share.bucket.name}: encoded", flush=True)
    return cached, rows
