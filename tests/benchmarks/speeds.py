"""The faster settings with the starter model: how much faster a picture is, and how far from the exact one.

For each speed the same prompts and seeds, interleaved. PSNR tells how near two pictures are: above 30 dB the eye finds
the differences only side by side, near 20 they are two pictures of one idea.
"""

import statistics
import tempfile
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from shared.contracts.events import Picture
from shared.contracts.generation import Speed
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels
from shared.inference.economy import ECONOMIES
from tests.benchmarks.inference import Ours, measured

PROMPTS = (
    "a red house in a snowy field at night",
    "a boat with a yellow sail on the sea at sunset",
    "pine trees by a lake at dawn",
)


def run() -> None:
    tqdm.monitor_interval = 0
    torch.set_num_threads(2)
    seconds: dict[Speed, list[float]] = {speed: [] for speed in ECONOMIES}
    nearness: dict[Speed, list[float]] = {speed: [] for speed in ECONOMIES}
    with tempfile.TemporaryDirectory() as name:
        ours = Ours(Path(name))
        ours.paint()
        for seed, prompt in enumerate(PROMPTS):
            pictures: dict[Speed, Pixels] = {}
            for speed in ECONOMIES:
                took = measured(lambda: ours.paint(prompt=prompt, seed=seed, speed=speed))  # noqa: B023 - called at once
                seconds[speed].append(took.seconds)
                (picture,) = (event for event in ours.events if isinstance(event, Picture))
                pictures[speed] = read_picture(ours.blobs.path(picture.blob))
                nearness[speed].append(psnr(pictures["exact"], pictures[speed]))
        ours.close()
    exact = statistics.median(seconds["exact"])
    for speed, taken in seconds.items():
        middle = statistics.median(taken)
        near = (
            "" if speed == "exact" else f"   {statistics.median(nearness[speed]):.1f} dB from the exact one"
        )
        print(f"{speed:8} {middle:6.2f} s a picture   {exact / middle:4.2f} times as fast{near}")


def psnr(one: Pixels, other: Pixels) -> float:
    error = float(np.mean((one.astype(float) - other.astype(float)) ** 2))
    return 10 * float(np.log10(255**2 / max(error, 1e-9)))


if __name__ == "__main__":
    run()
