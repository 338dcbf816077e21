"""Trains the autoencoder: `python -m assets.starter_model.train_autoencoder`; resumes where it stopped."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from assets.starter_model import checkpoint
from assets.starter_model.composing import make_scene
from assets.starter_model.config import AUTOENCODER, MODEL, THREADS, WEIGHTS, WORK, AutoencoderConfig
from assets.starter_model.drawing import render
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import (
    Average,
    fast_arithmetic,
    fast_layout,
    make_optimisers,
    make_tuner,
    rate_share,
    set_rate,
)


def pictures(config: AutoencoderConfig, step: int) -> Tensor:
    """The batch of a step, (batch, 3, side, side) in -1..1.

    A quarter are whole scenes, the others are crops, two of each scene drawn at twice the side: objects are
    met at both the sizes that the denoiser works at.
    """
    chance = np.random.default_rng((config.seed, step))
    batch: list[NDArray[np.uint8]] = []
    seed = config.first_scene + step * config.batch
    while len(batch) < config.batch:
        scene, seed = make_scene(seed), seed + 1
        if len(batch) % 4 == 0:
            batch.append(render(scene, config.side, config.side))
            continue
        large = render(scene, config.side * 2, config.side * 2)
        for top, left in chance.integers(0, config.side + 1, (2, 2)):
            batch.append(large[top : top + config.side, left : left + config.side])
    return torch.from_numpy(np.stack(batch[: config.batch])).permute(0, 3, 1, 2).float() / 127.5 - 1.0


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

    With weights to start from only the decoder learns: latents, and a denoiser that knows them, stay valid.
    """

    def __init__(self, config: AutoencoderConfig, path: Path, start: dict[str, Tensor] | None = None) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.path = path
        self.encoder_kept = start is not None
        self.network = make_autoencoder(config).to(memory_format=fast_layout())
        if start is None:
            outer = ("encoder.conv_in.", "decoder.conv_out.")
            self.optimisers = make_optimisers(self.network, config.matrix_rate, config.other_rate, outer)
        else:
            self.network.load_state_dict(start)
            for part in (self.network.encoder, self.network.quant_conv):
                part.requires_grad_(requires_grad=False)
            self.optimisers = make_tuner((self.network, config.tuning_rate))
        self.average = Average(self.network, config.average)
        self.step = 0
        self.seconds = 0.0
        self._load()

    def _load(self) -> None:
        state = checkpoint.load(self.path)
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
            "encoder_kept": self.encoder_kept,
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.save(state, self.path)

    def train_step(self) -> float:
        """One step; its randomness depends on the step's number alone, so that a resumed run is the same."""
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        wanted = pictures(config, self.step).contiguous(memory_format=fast_layout())
        share = rate_share(self.seconds / (config.minutes * 60), self.step, config.warmup_steps)
        for optimiser in self.optimisers:
            set_rate(optimiser, share)
        with fast_arithmetic():
            spread = self.network.encode(wanted).latent_dist
            latents = spread.sample()
            if self.encoder_kept:
                latents = spread.mode() + config.latent_noise * torch.randn_like(spread.mean)
            made = self.network.decode(latents).sample
        loss = picture_loss(config, made.float(), wanted)
        if not self.encoder_kept:
            loss = loss + config.kl_weight * spread.kl().float().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.network, self.step)
        return float(loss.detach())

    def run(self) -> Iterator[tuple[int, float]]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=AUTOENCODER.minutes)
    parser.add_argument(
        "--anew", action="store_true", help="from random weights, not from the present model's"
    )
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    config = replace(AUTOENCODER, minutes=options.minutes)
    start = None if options.anew else load_file(MODEL / "vae" / WEIGHTS)
    training = AutoencoderTraining(config, options.work / "autoencoder.pt", start)
    losses: list[float] = []
    for step, loss in training.run():
        losses.append(loss)
        if step % 20 == 0:
            mean = sum(losses) / len(losses)
            print(f"step {step} loss {mean:.4f} minutes {training.seconds / 60:.1f}", flush=True)
            losses.clear()


if __name__ == "__main__":
    main()
