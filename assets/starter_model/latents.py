"""Draws, captions and encodes the scenes once, into memory-mapped files: `python -m assets.starter_model.latents`.

A stopped run goes on with the first batch that is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray

from assets.starter_model import checkpoint
from assets.starter_model.captions import make_caption
from assets.starter_model.composing import make_scene
from assets.starter_model.config import (
    AUTOENCODER,
    BUCKETS,
    DENOISER,
    LATENT_SCALE,
    SMALL_SIDE,
    THREADS,
    WORK,
    Bucket,
)
from assets.starter_model.drawing import render
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import Average, fast_arithmetic, fast_layout
from assets.starter_model.scene import Scene
from assets.starter_model.vocabulary import UsedRows, write_tokenizer

CHUNK = 64
# Levels of 255 by which a pixel must change to belong to a thing; the glow of a lamp stays below it.
PLAIN_DIFFERENCE = 24


@dataclass(frozen=True)
class Cached:
    """One bucket: latents (scenes, 8, height / 8, width / 8), tokens (scenes, captions, 77), how much of every
    latent place belongs to a thing (scenes, height / 8, width / 8), 0..1, and how often a scene is taken.
    """

    bucket: Bucket
    latents: NDArray[np.float16]
    tokens: NDArray[np.uint16]
    things: NDArray[np.float16]
    shares: NDArray[np.float64]


def trained_autoencoder(work: Path) -> AutoencoderKL:
    """The autoencoder with its averaged weights; where its encoder learnt too, made to give latents of mean 0
    and variance 1.
    """
    network = make_autoencoder(AUTOENCODER).to(memory_format=fast_layout()).eval()
    ready = checkpoint.load(work / "autoencoder_ready.pt")
    if ready is not None:
        network.load_state_dict(ready)
        return network
    state = checkpoint.load(work / "autoencoder.pt")
    if state is None:
        raise FileNotFoundError(f"no trained autoencoder in {work}: run train_autoencoder first")
    network.load_state_dict(state["network"])
    average = Average(network, AUTOENCODER.average)
    average.weights = state["average"]
    average.copy_to(network)
    if state["encoder_kept"]:
        return network
    normalise(network)
    checkpoint.save(network.state_dict(), work / "autoencoder_ready.pt")
    return network


@torch.no_grad()
def normalise(network: AutoencoderKL, scenes: int = 256) -> None:
    """Measures every latent channel's mean and deviation and folds them into the two 1x1 convolutions.

    The pipelines know one scaling factor for all channels and no shift; folded in, it is exactly 1.
    """
    pictures = [
        render(make_scene(AUTOENCODER.first_scene - 1 - index), SMALL_SIDE, SMALL_SIDE)
        for index in range(scenes)
    ]
    parts = [
        network.encode(
            torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1.0
        ).latent_dist.mean
        for picture in pictures
    ]
    latents = torch.cat(parts)
    channels = latents.shape[1]
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    encode, decode = network.quant_conv, network.post_quant_conv
    decode.bias += (decode.weight[:, :, 0, 0] * mean).sum(1)
    decode.weight *= deviation.view(1, -1, 1, 1)
    encode.bias[:channels] = (encode.bias[:channels] - mean) / deviation
    encode.weight[:channels] /= deviation.view(-1, 1, 1, 1)
    encode.bias[channels:] -= 2 * deviation.log()


def write_tokens(bucket: Bucket, path: Path, work: Path) -> None:
    """All captions of a bucket's scenes as padded tokens."""
    tokenizer = write_tokenizer(work / "tokenizer")
    captions = []
    for seed in range(bucket.first_scene, bucket.first_scene + bucket.scenes):
        scene = make_scene(seed)
        chance = random.Random(seed + 7)
        captions += [make_caption(scene, chance) for _ in range(DENOISER.captions_per_scene)]
    tokens = tokenizer(captions, padding="max_length", truncation=True, max_length=DENOISER.text_length)
    ids = np.array(tokens["input_ids"], np.uint16)
    shaped = ids.reshape(bucket.scenes, DENOISER.captions_per_scene, DENOISER.text_length)
    beside = path.with_suffix(".part.npy")
    np.save(beside, shaped)
    Path(beside).replace(path)


def things_of(scene: Scene, width: int, height: int) -> NDArray[np.float16]:
    """Where the scene differs plainly from itself without things, sun, clouds and birds; a share per place."""
    full = replace(scene, style="flat")
    bare = replace(full, things=(), light_shown=False, clouds=(), birds=())
    # Drawn at half the size: it is only a share of each place.
    size, block = (width // 2, height // 2), LATENT_SCALE // 2
    difference = render(full, *size).astype(np.int16) - render(bare, *size)
    seen = (np.abs(difference).max(2) > PLAIN_DIFFERENCE).astype(np.float16)
    blocks = seen.reshape(height // LATENT_SCALE, block, width // LATENT_SCALE, block)
    return blocks.mean((1, 3), dtype=np.float32).astype(np.float16)


def write_things(bucket: Bucket, path: Path) -> None:
    """The places of things in a bucket's scenes."""
    seeds = range(bucket.first_scene, bucket.first_scene + bucket.scenes)
    beside = path.with_suffix(".part.npy")
    np.save(beside, np.stack([things_of(make_scene(seed), bucket.width, bucket.height) for seed in seeds]))
    Path(beside).replace(path)


@torch.no_grad()
def write_latents(bucket: Bucket, path: Path, network: AutoencoderKL) -> None:
    """Encodes a bucket chunk by chunk; a small file beside it says how many are done."""
    shape = (
        bucket.scenes,
        AUTOENCODER.latent_channels,
        bucket.height // LATENT_SCALE,
        bucket.width // LATENT_SCALE,
    )
    mark = path.with_suffix(".json")
    done = int(json.loads(mark.read_text())["done"]) if mark.exists() else 0
    stored = np.lib.format.open_memmap(path, mode="r+" if done else "w+", dtype=np.float16, shape=shape)
    while done < bucket.scenes:
        seeds = range(bucket.first_scene + done, bucket.first_scene + min(done + CHUNK, bucket.scenes))
        drawn = np.stack([render(make_scene(seed), bucket.width, bucket.height) for seed in seeds])
        pictures = torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        with fast_arithmetic():
            latents = network.encode(pictures.contiguous(memory_format=fast_layout())).latent_dist.mean
        stored[done : done + len(seeds)] = latents.float().numpy()
        done += len(seeds)
        stored.flush()
        mark.write_text(json.dumps({"done": done}))
    print(f"{bucket.name}: {bucket.scenes} scenes", flush=True)


def write_cache(work: Path) -> None:
    """Every bucket's latents and tokens, and the list of rows in use."""
    network = trained_autoencoder(work)
    for bucket in BUCKETS:
        write_latents(bucket, work / f"{bucket.name}.latents.npy", network)
        tokens = work / f"{bucket.name}.tokens.npy"
        if not tokens.exists():
            write_tokens(bucket, tokens, work)
        things = work / f"{bucket.name}.things.npy"
        if not things.exists():
            write_things(bucket, things)
    rows = np.unique(
        np.concatenate([np.unique(np.load(work / f"{bucket.name}.tokens.npy")) for bucket in BUCKETS])
    )
    np.save(work / "rows.npy", rows.astype(np.int64))


def shares_of(bucket: Bucket) -> NDArray[np.float64]:
    """How often training takes each scene: flat ones more often, since it is what captions mean that name no
    style.
    """
    seeds = range(bucket.first_scene, bucket.first_scene + bucket.scenes)
    flat = np.array([make_scene(seed).style == "flat" for seed in seeds])
    return np.where(flat, DENOISER.flat_share / flat.sum(), (1 - DENOISER.flat_share) / (~flat).sum())


def read_cache(work: Path) -> tuple[list[Cached], UsedRows]:
    """The buckets as memory maps, and the rows in use."""
    cached = [
        Cached(
            bucket,
            np.load(work / f"{bucket.name}.latents.npy", mmap_mode="r"),
            np.load(work / f"{bucket.name}.tokens.npy", mmap_mode="r"),
            np.load(work / f"{bucket.name}.things.npy", mmap_mode="r"),
            shares_of(bucket),
        )
        for bucket in BUCKETS
    ]
    return cached, UsedRows(np.load(work / "rows.npy"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    write_cache(options.work)


if __name__ == "__main__":
    main()
