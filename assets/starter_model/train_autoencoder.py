"""Trains the autoencoder on drawn pictures; resumes where it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from assets.starter_model import checkpoint
from assets.starter_model.config import AUTOENCODER, AutoencoderConfig
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import (
    Average,
    Working,
    fast_layout,
    make_optimisers,
    rate_share,
    set_rate,
)

Pictures = NDArray[np.uint8]


def as_tensor(pictures: Tensor) -> Tensor:
    """Pictures (n, height, width, 3) of bytes as (n, 3, height, width) in -1..1."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def picture_loss(config: AutoencoderConfig, made: Tensor, wanted: Tensor) -> Tensor:
    """Difference of colours, and of the steps between neighbouring pixels at three scales (sharp edges)."""
    difference = made - wanted
    loss = config.mean_absolute_weight * difference.abs().mean()
    loss = loss + config.mean_square_weight * difference.square().mean()
    for _ in range(3):
        across = difference[..., :, 1:] - difference[..., :, :-1]
        down = difference[..., 1:, :] - difference[..., :-1, :]
        loss = loss + config.edge_weight * (across.abs().mean() + down.abs().mean())
        difference = functional.avg_pool2d(difference, 2)
    return loss


class AutoencoderTraining:
    """The network, its optimisers, averaged weights, and how far the run has come.

    `details` are pictures of twice the side, of which crops are taken; `wholes` are of the side itself. Objects
    are met at both the sizes that the denoiser works at.
    """

    def __init__(
        self, config: AutoencoderConfig, path: Path, device: torch.device, details: Pictures, wholes: Pictures
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.path = path
        self.device = device
        self.details = torch.from_numpy(details).to(device)
        self.wholes = torch.from_numpy(wholes).to(device)
        self.network = make_autoencoder(config).to(device, memory_format=fast_layout(device))
        outer = ("encoder.conv_in.", "decoder.conv_out.")
        self.optimisers = make_optimisers(self.network, config.matrix_rate, config.other_rate, outer)
        self.working = Working(self.network, device)
        self.average = Average(self.network, config.average)
        self.step = 0
        self.seconds = 0.0
        self._load()

    def _load(self) -> None:
        state = checkpoint.load(self.path, self.device)
        if state is None:
            return
        self.network.load_state_dict(state["network"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.average.weights = state["average"]
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "average": self.average.weights,
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.save(state, self.path)

    def _batch(self) -> Tensor:
        """The batch of a step, (batch, 3, side, side); a quarter are whole scenes."""
        config, side = self.config, self.config.side
        chance = np.random.default_rng((config.seed, self.step))
        wholes = config.batch // 4
        crops = [
            self.details[scene, top : top + side, left : left + side]
            for scene, top, left in zip(
                chance.integers(0, len(self.details), config.batch - wholes),
                chance.integers(0, self.details.shape[1] - side + 1, config.batch - wholes),
                chance.integers(0, self.details.shape[2] - side + 1, config.batch - wholes),
                strict=True,
            )
        ]
        whole = self.wholes[torch.from_numpy(chance.integers(0, len(self.wholes), wholes)).to(self.device)]
        pictures = as_tensor(torch.cat([torch.stack(crops), whole]))
        return pictures.contiguous(memory_format=fast_layout(self.device))

    def train_step(self) -> Tensor:
        """One step's loss; its randomness depends on the step's number alone, so that a resumed run is the
        same.
        """
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        wanted = self._batch()
        share = rate_share(self.seconds / (config.minutes * 60), self.step, config.warmup_steps)
        for optimiser in self.optimisers:
            set_rate(optimiser, share)
        self.working.refresh()
        spread = self.working.copy.encode(wanted.to(self.working.precision)).latent_dist
        made = self.working.copy.decode(spread.sample()).sample
        loss = picture_loss(config, made.float(), wanted) + config.kl_weight * spread.kl().float().mean()
        loss.backward()
        self.working.hand_over_gradients()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.network, self.step)
        return loss.detach()

    def run(self) -> Iterator[tuple[int, Tensor]]:
        """Trains until the minutes are used up, saving now and then; yields step and loss."""
        saved = before = time.monotonic()
        while self.seconds < self.config.minutes * 60:
            loss = self.train_step()
            now = time.monotonic()
            self.seconds += now - before
            before = now
            if now - saved > self.config.checkpoint_seconds:
                self.save()
                saved = now
            yield self.step, loss
        self.save()


def trained_autoencoder(work: Path, device: torch.device, pictures: Pictures | None = None) -> AutoencoderKL:
    """The autoencoder with its averaged weights, made to give latents of mean 0 and variance 1 over `pictures`
    (needed the first time only).
    """
    network = make_autoencoder(AUTOENCODER).to(device).eval()
    ready = checkpoint.load(work / "autoencoder_ready.pt", device)
    if ready is not None:
        network.load_state_dict(ready)
        return network
    state = checkpoint.load(work / "autoencoder.pt", device)
    if state is None or pictures is None:
        raise FileNotFoundError(f"no trained autoencoder in {work}: train it first")
    network.load_state_dict(state["network"])
    average = Average(network, AUTOENCODER.average)
    average.weights = state["average"]
    average.copy_to(network)
    normalise(network, pictures)
    checkpoint.save(network.state_dict(), work / "autoencoder_ready.pt")
    return network


@torch.no_grad()
def normalise(network: AutoencoderKL, pictures: Pictures) -> None:
    """Measures every latent channel's mean and deviation and folds them into the two 1x1 convolutions.

    The pipelines know one scaling factor for all channels and no shift; folded in, it is exactly 1.
    """
    latents = torch.cat(
        [
            network.encode(as_tensor(part.to(network.device))).latent_dist.mean
            for part in torch.from_numpy(pictures).split(16)
        ]
    )
    channels = latents.shape[1]
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    encode, decode = network.quant_conv, network.post_quant_conv
    decode.bias += (decode.weight[:, :, 0, 0] * mean).sum(1)
    decode.weight *= deviation.view(1, -1, 1, 1)
    encode.bias[:channels] = (encode.bias[:channels] - mean) / deviation
    encode.weight[:channels] /= deviation.view(-1, 1, 1, 1)
    encode.bias[channels:] -= 2 * deviation.log()
