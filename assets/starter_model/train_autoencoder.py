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
from torch import Tensor
from torch.nn import functional

from assets.starter_model import checkpoint
from assets.starter_model.config import AUTOENCODER, THREADS, WORK, AutoencoderConfig
from assets.starter_model.drawing import render
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import Average, make_optimisers, rate_share, set_rate
from assets.starter_model.scene import make_scene


def pictures(config: AutoencoderConfig, step: int) -> Tensor:
    """The batch of a step, (batch, 3, side, side) in -1..1.

    Half are whole scenes, half are crops of scenes drawn at twice the side: objects are met at both the
    sizes that the denoiser works at.
    """
    batch = []
    for index in range(config.batch):
        seed = config.first_scene + step * config.batch + index
        if index % 2:
            batch.append(render(make_scene(seed), config.side, config.side))
            continue
        large = render(make_scene(seed), config.side * 2, config.side * 2)
        corner = np.random.default_rng(seed).integers(0, config.side + 1, 2)
        batch.append(large[corner[0] : corner[0] + config.side, corner[1] : corner[1] + config.side])
    return torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float() / 127.5 - 1.0


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
    """The network, its two optimisers, averaged weights, and how far the run has come."""

    def __init__(self, config: AutoencoderConfig, path: Path) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.path = path
        self.network = make_autoencoder(config).to(memory_format=torch.channels_last)
        outer = ("encoder.conv_in.", "decoder.conv_out.")
        self.optimisers = make_optimisers(self.network, config.matrix_rate, config.other_rate, outer)
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
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.save(state, self.path)

    def train_step(self) -> float:
        """One step; its randomness depends on the step's number alone, so that a resumed run is the same."""
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        wanted = pictures(config, self.step).contiguous(memory_format=torch.channels_last)
        share = rate_share(self.seconds / (config.minutes * 60), self.step, config.warmup_steps)
        for optimiser in self.optimisers:
            set_rate(optimiser, share)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            spread = self.network.encode(wanted).latent_dist
            made = self.network.decode(spread.sample()).sample
        loss = picture_loss(config, made.float(), wanted) + config.kl_weight * spread.kl().float().mean()
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
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    training = AutoencoderTraining(
        replace(AUTOENCODER, minutes=options.minutes), options.work / "autoencoder.pt"
    )
    losses: list[float] = []
    for step, loss in training.run():
        losses.append(loss)
        if step % 50 == 0:
            mean = sum(losses) / len(losses)
            print(f"step {step} loss {mean:.4f} minutes {training.seconds / 60:.1f}", flush=True)
            losses.clear()


if __name__ == "__main__":
    main()
