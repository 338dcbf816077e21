"""A grid to look at: `python -m assets.starter_model.samples grid.png`; rows are prompts, columns seeds."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image

from assets.starter_model.config import MODEL, NATIVE_SIDE, THREADS

PROMPTS = (
    "a red house in a snowy field at night",
    "a boat with a yellow sail on the sea at sunset",
    "three blue balloons in green hills on a sunny day",
    "a house in a forest in a storm, watercolour painting",
    "a red bridge on a lake at dawn, pixel art",
    "cherry trees in a meadow in the fog, ink drawing",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--prompts", nargs="*", default=PROMPTS)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--side", type=int, default=NATIVE_SIDE)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=5.0)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    pipeline = StableDiffusionPipeline.from_pretrained(options.model, dtype=torch.float32)
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    rows = []
    started = time.monotonic()
    for prompt in options.prompts:
        pictures = pipeline(
            prompt,
            width=options.side,
            height=options.side,
            num_images_per_prompt=options.columns,
            num_inference_steps=options.steps,
            guidance_scale=options.guidance,
            generator=[torch.Generator().manual_seed(seed) for seed in range(options.columns)],
            output_type="np",
        ).images
        rows.append(np.concatenate(list(pictures), 1))
    count = len(rows) * options.columns
    print(f"{(time.monotonic() - started) / count:.2f} s a picture of {options.side} pixels")
    Image.fromarray((np.concatenate(rows, 0) * 255).round().astype(np.uint8)).save(options.target)


if __name__ == "__main__":
    main()
