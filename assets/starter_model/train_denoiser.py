"""Trains UNet and text encoder together on cached latents; resumes where it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from assets.starter_model import checkpoint
from assets.starter_model.config import AUTOENCODER, LATENT_SCALE, NATIVE_SIDE, DenoiserConfig
from assets.starter_model.latents import Cached
from assets.starter_model.networks import make_denoiser, make_scheduler, make_text_encoder
from assets.starter_model.optimising import (
    Average,
    Working,
    fast_layout,
    make_optimisers,
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
        self, config: DenoiserConfig, path: Path, device: torch.device, cached: list[Cached], rows: UsedRows
    ) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.path = path
        self.device = device
        self.cached = cached
        self.rows = rows
        self.alphas = make_scheduler().alphas_cumprod.to(device)
        self.networks = Networks(config, rows).to(device)
        outer = ("embed", "conv_in", "conv_out")
        self.optimisers = make_optimisers(self.networks, config.matrix_rate, config.other_rate, outer)
        self.networks.denoiser.to(memory_format=fast_layout(device))
        self.working = Working(self.networks, device)
        self.average = Average(self.networks, config.average)
        self.step = 0
        self.seconds = 0.0
        self._load()

    def _load(self) -> None:
        state = checkpoint.load(self.path, self.device)
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
        weights = np.array([cached.share.weight for cached in self.cached])
        place = (
            0 if share < self.config.small_share else chance.choice(len(weights), p=weights / weights.sum())
        )
        cached = self.cached[place]
        count = cached.share.batch
        scenes = torch.from_numpy(chance.integers(0, len(cached.latents), count)).to(self.device)
        wordings = torch.from_numpy(chance.integers(0, cached.numbers.shape[1], count)).to(self.device)
        numbers = cached.numbers[scenes, wordings].long()
        words = (numbers != self.rows.end) & (torch.arange(numbers.shape[1], device=self.device) > 0)
        unknown = torch.rand(numbers.shape, device=self.device) < self.config.unknown_token_rate
        numbers = numbers.masked_fill(words & unknown, self.rows.unknown)
        dropped = torch.rand(count, 1, device=self.device) < self.config.caption_dropout
        numbers = torch.cat([numbers[:, :1], numbers[:, 1:].masked_fill(dropped, self.rows.end)], 1)
        latents = cached.latents[scenes].float()
        things = cached.things[scenes].float()[:, None]
        weights_of_loss = 1 + self.config.things_weight * things
        return latents.contiguous(memory_format=fast_layout(self.device)), numbers, weights_of_loss

    def train_step(self) -> Tensor:
        """One step's loss; its randomness depends on the step's number alone, so that a resumed run is the
        same.
        """
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        share = self.seconds / (config.minutes * 60)
        latents, numbers, weights = self._batch(share, np.random.default_rng((config.seed, self.step)))
        for optimiser in self.optimisers:
            set_rate(optimiser, rate_share(share, self.step, config.warmup_steps))
        steps = draw_timesteps(len(latents), *config.dense_steps).to(self.device)
        signal = self.alphas[steps].sqrt().view(-1, 1, 1, 1)
        spread = (1 - self.alphas[steps]).sqrt().view(-1, 1, 1, 1)
        noise = torch.randn_like(latents)
        noisy = (signal * latents + spread * noise).to(self.working.precision)
        self.working.refresh()
        context = self.working.copy.text_encoder(numbers).last_hidden_state
        velocity = self.working.copy.denoiser(noisy, steps, context).sample
        missed = (velocity.float() - (signal * noise - spread * latents)).square().mean(1, keepdim=True)
        loss = (missed * weights).sum() / weights.sum()
        loss.backward()
        self.working.hand_over_gradients()
        nn.utils.clip_grad_norm_(self.networks.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.networks, self.step)
        return loss.detach()

    def run(self) -> Iterator[tuple[int, Tensor]]:
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
