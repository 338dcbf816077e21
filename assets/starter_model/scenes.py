"""Preview: `python -m assets.starter_model.scenes sheet.png` draws a sheet of scenes with captions."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image

from assets.starter_model.captions import make_caption
from assets.starter_model.drawing import render
from assets.starter_model.scene import make_scene


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the PNG file to write")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--side", type=int, default=192, help="pixels of one scene's side")
    options = parser.parse_args()
    rows = []
    for row in range(options.rows):
        seeds = [options.first_seed + row * options.columns + column for column in range(options.columns)]
        rows.append(
            np.concatenate([render(make_scene(seed), options.side, options.side) for seed in seeds], 1)
        )
        for seed in seeds:
            print(f"{seed}: {make_caption(make_scene(seed), random.Random(seed))}")
    Image.fromarray(np.concatenate(rows, 0)).save(options.target)


if __name__ == "__main__":
    main()
