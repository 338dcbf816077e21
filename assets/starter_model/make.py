"""Makes the starter model from nothing: `python -m assets.starter_model.make`; goes on where it was stopped.

Draws the scenes on every core, trains the autoencoder while the denoiser's scenes are drawn, encodes them, trains
the denoiser, and writes the model's folder.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from assets.starter_model.config import AUTOENCODER, DENOISER, DETAILS, MODEL, SHARES, WHOLES, WORK
from assets.starter_model.export import trained_networks, write_model
from assets.starter_model.latents import read_cache
from assets.starter_model.optimising import training_device
from assets.starter_model.pictures import Files, drawing
from assets.starter_model.train_autoencoder import AutoencoderTraining, trained_autoencoder
from assets.starter_model.train_denoiser import DenoiserTraining

REPORT_EVERY = 50
NORMALISED_OVER = 512
"""Pictures whose latents say what mean and variance are."""


def follow(name: str, steps: Iterator[tuple[int, Tensor]]) -> None:
    """Runs a training and prints its mean loss now and then."""
    losses: list[Tensor] = []
    for step, loss in steps:
        losses.append(loss)
        if step % REPORT_EVERY == 0:
            print(f"{name}: step {step} loss {float(torch.stack(losses).mean()):.4f}", flush=True)
            losses.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--autoencoder-minutes", type=float, default=AUTOENCODER.minutes)
    parser.add_argument("--denoiser-minutes", type=float, default=DENOISER.minutes)
    parser.add_argument("--work", type=Path, default=WORK, help="holds some 15 GB of pictures")
    parser.add_argument("--target", type=Path, default=MODEL)
    options = parser.parse_args()
    work, device = options.work, training_device()
    with drawing(work, max(1, (os.cpu_count() or 1) - 1)) as drawn:
        drawn.start((DETAILS, WHOLES), captioned=False)()
        wait_for_scenes = drawn.start([share.bucket for share in SHARES], captioned=True)
        details, wholes = (np.load(Files(work, bucket).pictures) for bucket in (DETAILS, WHOLES))
        config = replace(AUTOENCODER, minutes=options.autoencoder_minutes)
        follow(
            "autoencoder",
            AutoencoderTraining(config, work / "autoencoder.pt", device, details, wholes).run(),
        )
        autoencoder = trained_autoencoder(work, device, details[:NORMALISED_OVER])
        wait_for_scenes()
    cached, rows = read_cache(work, autoencoder)
    settings = replace(DENOISER, minutes=options.denoiser_minutes)
    follow("denoiser", DenoiserTraining(settings, work / "denoiser.pt", device, cached, rows).run())
    write_model(options.target, autoencoder.cpu(), *trained_networks(work))


if __name__ == "__main__":
    main()
