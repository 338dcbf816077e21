"""Draws and captions the scenes on every core, into files that are mapped into memory.

A stopped run goes on with the first chunk that is missing.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from transformers import CLIPTokenizer

from assets.starter_model.captions import make_caption
from assets.starter_model.composing import make_scene
from assets.starter_model.config import DENOISER, LATENT_SCALE, Bucket
from assets.starter_model.drawing import render
from assets.starter_model.scene import Scene
from assets.starter_model.vocabulary import write_tokenizer

CHUNK = 250
# Levels of 255 by which a pixel must change to belong to a thing; the glow of a lamp stays below it.
PLAIN_DIFFERENCE = 24


class Files:
    """Where a bucket's arrays lie: pictures (scenes, height, width, 3), tokens (scenes, captions, 77), and how
    much of every latent place belongs to a thing (scenes, height / 8, width / 8), 0..1.
    """

    def __init__(self, work: Path, bucket: Bucket) -> None:
        self.bucket = bucket
        self.pictures = work / f"{bucket.name}.pictures.npy"
        self.tokens = work / f"{bucket.name}.tokens.npy"
        self.things = work / f"{bucket.name}.things.npy"
        self.latents = work / f"{bucket.name}.latents.npy"
        self.mark = work / f"{bucket.name}.json"

    def begin(self, *, captioned: bool) -> int:
        """Makes room for what is not there yet; returns how many scenes are done."""
        if self.mark.exists():
            return int(json.loads(self.mark.read_text())["done"])
        bucket, count = self.bucket, self.bucket.scenes
        open_memmap(self.pictures, "w+", np.uint8, (count, bucket.height, bucket.width, 3))
        if captioned:
            captions = (count, DENOISER.captions_per_scene, DENOISER.text_length)
            open_memmap(self.tokens, "w+", np.uint16, captions)
            places = (count, bucket.height // LATENT_SCALE, bucket.width // LATENT_SCALE)
            open_memmap(self.things, "w+", np.float16, places)
        return 0

    def note(self, done: int) -> None:
        """Remembers that the first `done` scenes are drawn."""
        self.mark.write_text(json.dumps({"done": done}))


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


def captions_of(scene: Scene) -> list[str]:
    """A scene's captions in varied wording."""
    chance = random.Random(scene.seed + 7)
    return [make_caption(scene, chance) for _ in range(DENOISER.captions_per_scene)]


def draw_chunk(work: Path, bucket: Bucket, first: int, end: int, *, captioned: bool) -> int:
    """Draws a bucket's scenes from `first` up to `end`; returns `end`."""
    files = Files(work, bucket)
    scenes = [make_scene(bucket.first_scene + index) for index in range(first, end)]
    pictures = np.load(files.pictures, mmap_mode="r+")
    for index, scene in enumerate(scenes, first):
        pictures[index] = render(scene, bucket.width, bucket.height)
    if captioned:
        things = np.load(files.things, mmap_mode="r+")
        for index, scene in enumerate(scenes, first):
            things[index] = things_of(scene, bucket.width, bucket.height)
        tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
        captions = [caption for scene in scenes for caption in captions_of(scene)]
        settings = {"padding": "max_length", "truncation": True, "max_length": DENOISER.text_length}
        tokens = np.array(tokenizer(captions, **settings)["input_ids"], np.uint16)
        stored = np.load(files.tokens, mmap_mode="r+")
        stored[first:end] = tokens.reshape(end - first, *stored.shape[1:])
    return end


class Drawing:
    """Buckets that are being drawn by other processes."""

    def __init__(self, pool: ProcessPoolExecutor, work: Path) -> None:
        self._pool = pool
        self._work = work

    def start(self, buckets: Sequence[Bucket], *, captioned: bool) -> Callable[[], None]:
        """Begins to draw; what is returned waits until all is there."""
        started = [self._start(bucket, captioned=captioned) for bucket in buckets]

        def finish() -> None:
            for files, chunks in started:
                for chunk in chunks:
                    files.note(chunk.result())
                print(f"{files.bucket.name}: {files.bucket.scenes} scenes", flush=True)

        return finish

    def _start(self, bucket: Bucket, *, captioned: bool) -> tuple[Files, list[Future[int]]]:
        files = Files(self._work, bucket)
        done = files.begin(captioned=captioned)
        return files, [
            self._pool.submit(
                draw_chunk, self._work, bucket, first, min(first + CHUNK, bucket.scenes), captioned=captioned
            )
            for first in range(done, bucket.scenes, CHUNK)
        ]


def _one_thread() -> None:
    cv2.setNumThreads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


@contextmanager
def drawing(work: Path, processes: int) -> Iterator[Drawing]:
    """Processes that draw into the work folder; they end with the block."""
    work.mkdir(parents=True, exist_ok=True)
    write_tokenizer(work / "tokenizer")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _one_thread) as pool:
        try:
            yield Drawing(pool, work)
        finally:
            pool.shutdown(cancel_futures=True)
