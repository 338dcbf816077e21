"""Preview: `python -m assets.starter_model.scenes sheet.png` draws a sheet of scenes with captions."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image

from assets.starter_model.captions import make_caption
from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.drawing import render
from assets.starter_model.scene import STYLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the PNG file to write")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--side", type=int, default=192, help="pixels of one scene's side")
    parser.add_argument("--style", choices=STYLES, help="every scene in this style")
    options = parser.parse_args()
    rows = []
    for row in range(options.rows):
        seeds = [options.first_seed + row * options.columns + column for column in range(options.columns)]
        scenes = [make_scene(seed, wish=Wish(style=options.style)) for seed in seeds]
        rows.append(np.concatenate([render(scene, options.side, options.side) for scene in scenes], 1))
        for scene in scenes:
            print(f"{scene.seed}: {make_caption(scene, random.Random(scene.seed))}")
    Image.fromarray(np.concatenate(rows, 0)).save(options.target)


if __name__ == "__main__":
    main()
