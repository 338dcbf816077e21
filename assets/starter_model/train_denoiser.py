"""Trains UNet and text encoder: `python -m assets.starter_model.train_denoiser`; resumes where it stopped."""

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
from safetensors.torch import load_file
from torch import Tensor, nn

from assets.starter_model import checkpoint
from assets.starter_model.config import (
    AUTOENCODER,
    DENOISER,
    LATENT_SCALE,
    MODEL,
    NATIVE_SIDE,
    THREADS,
    WEIGHTS,
    WORK,
    DenoiserConfig,
)
from assets.starter_model.latents import Cached, read_cache
from assets.starter_model.networks import make_denoiser, make_scheduler, make_text_encoder
from assets.starter_model.optimising import (
    Average,
    fast_arithmetic,
    fast_layout,
    make_optimisers,
    make_tuner,
    rate_share,
    set_rate,
)
from assets.starter_model.vocabulary import UsedRows

LONGEST_STEP = 30.0
"""Seconds that a step may count as; whatever stood still longer was stopped by someone."""


class Networks(nn.Module):
    """The two networks that learn together."""

    def __init__(self, config: DenoiserConfig, rows: UsedRows) -> None:
        super().__init__()
        self.denoiser = make_denoiser(config, AUTOENCODER.latent_channels, NATIVE_SIDE // LATENT_SCALE)
        self.text_encoder = make_text_encoder(config, rows.count, rows.end)
        self.text_encoder.set_attn_implementation("eager")  # for the same reason as the denoiser's processor


class DenoiserTraining:
    """Networks, optimiser and averaged weights over cached latents, and how far the run has come."""

    def __init__(
        self,
        config: DenoiserConfig,
        path: Path,
        cached: list[Cached],
        rows: UsedRows,
        start: Path | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.path = path
        self.cached = cached
        self.rows = rows
        self.alphas = make_scheduler().alphas_cumprod
        self.networks = Networks(config, rows)
        if start is None:
            outer = ("embed", "conv_in", "conv_out")
            self.optimisers = make_optimisers(self.networks, config.matrix_rate, config.other_rate, outer)
        else:
            warm_start(self.networks, rows, start)
            self.optimisers = make_tuner(
                (self.networks.denoiser, config.tuning_rate),
                (self.networks.text_encoder, config.text_tuning_rate),
            )
        self.networks.denoiser.to(memory_format=fast_layout())
        self.average = Average(self.networks, config.average)
        self.step = 0
        self.seconds = 0.0
        self._load()

    def _load(self) -> None:
        state = checkpoint.load(self.path)
        if state is None:
            return
        self.networks.load_state_dict(state["networks"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.average.weights = state["average"]
        self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        state: dict[str, Any] = {
            "networks": self.networks.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "average": self.average.weights,
            "rows": torch.from_numpy(self.rows.rows),
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.save(state, self.path)

    def _batch(self, share: float, chance: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Latents (n, 8, height, width) of unit variance, rows of their captions (n, 77), and the loss's
        weights (n, 1, height, width): things are small, and are what captions are mostly about.
        """
        weights = np.array([cached.bucket.weight for cached in self.cached])
        place = (
            0 if share < self.config.small_share else chance.choice(len(weights), p=weights / weights.sum())
        )
        cached = self.cached[place]
        scenes = np.sort(chance.choice(len(cached.latents), cached.bucket.batch, p=cached.shares))
        wordings = chance.integers(0, cached.tokens.shape[1], len(scenes))
        numbers = self.rows.number(cached.tokens[scenes, wordings])
        words = (numbers != self.rows.end) & (np.arange(numbers.shape[1]) > 0)
        unknown = words & (chance.random(numbers.shape) < self.config.unknown_token_rate)
        numbers[unknown] = self.rows.unknown
        dropped = chance.random(len(scenes)) < self.config.caption_dropout
        numbers[dropped, 1:] = self.rows.end
        latents = torch.from_numpy(cached.latents[scenes].astype(np.float32))
        things = torch.from_numpy(cached.things[scenes].astype(np.float32))[:, None]
        weights_of_loss = 1 + self.config.things_weight * things
        return (
            latents.contiguous(memory_format=fast_layout()),
            torch.from_numpy(numbers),
            weights_of_loss,
        )

    def train_step(self) -> float:
        """One step; its randomness depends on the step's number alone, so that a resumed run is the same."""
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        share = self.seconds / (config.minutes * 60)
        latents, numbers, weights = self._batch(share, np.random.default_rng((config.seed, self.step)))
        for optimiser in self.optimisers:
            set_rate(optimiser, rate_share(share, self.step, config.warmup_steps))
        count = len(latents)
        steps = draw_timesteps(count, *config.dense_steps)
        signal = self.alphas[steps].sqrt().view(-1, 1, 1, 1)
        spread = (1 - self.alphas[steps]).sqrt().view(-1, 1, 1, 1)
        noise = torch.randn_like(latents)
        with fast_arithmetic():
            context = self.networks.text_encoder(numbers).last_hidden_state
            velocity = self.networks.denoiser(signal * latents + spread * noise, steps, context).sample
        missed = (velocity.float() - (signal * noise - spread * latents)).square().mean(1, keepdim=True)
        loss = (missed * weights).sum() / weights.sum()
        loss.backward()
        nn.utils.clip_grad_norm_(self.networks.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.networks, self.step)
        return float(loss.detach())

    def run(self) -> Iterator[tuple[int, float]]:
        """Trains until the minutes are used up, saving now and then; yields step and loss."""
        saved = before = time.monotonic()
        while self.seconds < self.config.minutes * 60:
            loss = self.train_step()
            now = time.monotonic()
            self.seconds += min(now - before, LONGEST_STEP)
            before = now
            if now - saved > self.config.checkpoint_seconds:
                self.save()
                saved = now
            yield self.step, loss
        self.save()


@torch.no_grad()
def warm_start(networks: Networks, rows: UsedRows, model: Path) -> None:
    """Takes the weights of an exported model. Words that it never met get embeddings of their own to begin
    with, alike in size to the others'.
    """
    networks.denoiser.load_state_dict(load_file(model / "unet" / WEIGHTS))
    weights = load_file(model / "text_encoder" / "model.safetensors")
    name = next(key for key in weights if key.endswith("token_embedding.weight"))
    table = weights[name].float()
    values, counts = table.unique(dim=0, return_counts=True)
    unknown = values[counts.argmax()]
    own = table[torch.from_numpy(rows.rows)]
    new = (own == unknown).all(1)
    own[new] = torch.randn(int(new.sum()), own.shape[1]) * own[~new].std()
    weights[name] = torch.cat([own, unknown[None]])
    networks.text_encoder.load_state_dict(weights, strict=False)


def draw_timesteps(count: int, dense_from: int, dense_to: int) -> Tensor:
    """`count` timesteps of 0..999, evenly spread with one random shift, denser between the two.

    Even spreading leaves less noise in the loss than independent draws.
    """
    places = (torch.arange(count) + torch.rand(1)) / count
    inside = 1.4 * (dense_to - dense_from) / 1000
    outside = (1 - inside) / (1 - (dense_to - dense_from) / 1000)
    first = dense_from / 1000 * outside
    shares = np.interp(places.numpy(), [0, first, first + inside, 1], [0, dense_from, dense_to, 1000])
    return torch.from_numpy(shares).long().clamp(0, 999)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=DENOISER.minutes)
    parser.add_argument(
        "--anew", action="store_true", help="from random weights, not from the present model's"
    )
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    cached, rows = read_cache(options.work)
    config = replace(DENOISER, minutes=options.minutes)
    start = None if options.anew else MODEL
    training = DenoiserTraining(config, options.work / "denoiser.pt", cached, rows, start)
    losses: list[float] = []
    for step, loss in training.run():
        losses.append(loss)
        if step % 20 == 0:
            mean = sum(losses) / len(losses)
            print(f"step {step} loss {mean:.4f} minutes {training.seconds / 60:.1f}", flush=True)
            losses.clear()


if __name__ == "__main__":
    main()
