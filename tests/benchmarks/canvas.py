"""Files, undo and memory of large documents: 4096x4096 with twenty and fifty Normal layers.

What a stroke costs is in `painting`. Beside each time stands that of copying the bytes of the pixels touched, once a
layer that is read: what the machine's memory allows at best.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QGuiApplication

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.style import StrokeStyle
from desktop.canvas.compositor import Compositor
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.formats.ora import load_ora, save_ora
from desktop.canvas.formats.rasters import image_from_pixels
from desktop.canvas.strokes import Stroke
from desktop.canvas.tiles import TILE_SIDE, TileMap, keys_over, tiles_from_image
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import counting_ids

SIDE = 4096


def painted(seed: int) -> TileMap:
    """Soft colours under a little grain, as paintings have; noise alone would pack like nothing that is painted."""
    rng = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 6, SIDE), np.linspace(0, 5, SIDE))
    base = 128 + 60 * np.sin(across + seed) + 50 * np.cos(down * seed)
    pixels = np.empty((SIDE, SIDE, 4), np.uint8)
    grain = rng.integers(-6, 7, (SIDE, SIDE), dtype=np.int16)
    for band in range(3):
        pixels[:, :, band] = np.clip(base + grain + 9 * band, 0, 255)
    pixels[:, :, 3] = np.where((across - 3) ** 2 + (down - 2.5) ** 2 < 4 + seed % 3, 255, 0)
    return tiles_from_image(image_from_pixels(pixels))


def document_of(layers: int) -> Document:
    document = Document(width=SIDE, height=SIDE, new_id=counting_ids())
    kinds = [painted(seed) for seed in range(1, 6)]
    for number in range(layers):
        document.add_layer(f"layer {number}", tiles=kinds[number % len(kinds)])
    document.activate(document.layers[layers // 2].id)
    return document


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def floor(size: int) -> float:
    """Seconds to copy so many bytes."""
    source = np.ones(size, np.uint8)
    target = np.empty_like(source)
    target[:] = source
    return min(seconds(lambda: target.__setitem__(slice(None), source)) for _ in range(3))


def tell(what: str, measured: float, least: float, asked: str) -> None:
    print(
        f"{what:<44} {measured * 1000:8.1f} ms   floor {least * 1000:7.1f} ms   "
        f"ratio {measured / least:6.1f}   ({asked})"
    )


def files(document: Document, layers: int) -> None:
    size = sum(tile.sizeInBytes() for layer in document.layers for tile in layer.tiles.items().values())
    with tempfile.TemporaryDirectory() as folder:
        blobs, file = BlobFolder(Path(folder) / "blobs"), Path(folder) / "a.ora"
        saving = seconds(lambda: save_ora(document.snapshot(), file, blobs=blobs, progress=_ignore))
        opening = seconds(lambda: load_ora(file, blobs=blobs, new_id=counting_ids(), progress=_ignore))
        least = floor(size)
        tell(f"saving an .ora of {layers} layers ({size >> 20} MB)", saving, least, "a few seconds asked")
        tell(f"opening it ({file.stat().st_size >> 20} MB)", opening, least, "a few seconds asked")


def _ignore(_part: float) -> None:
    pass


def undo(document: Document, layers: int, diameter: float) -> None:
    layer = document.active_layer
    assert layer is not None
    compositor = Compositor(document)
    for key in keys_over(document.rect):
        compositor.tile(key)
    style = StrokeStyle(brush=Brush(size=diameter), colour=QColor(180, 40, 30), seed=1)
    stroke = Stroke(document=document, layer_id=layer.id, style=style, dabs=DabCache())
    for place in np.linspace(300, 3700, 40):
        stroke.add(QPointF(float(place), float(place)))
    stroke.finish()
    touched = compositor.stale_tiles(document.rect)
    for key in touched:
        compositor.tile(key)

    def back() -> None:
        document.undo()
        for key in compositor.stale_tiles(document.rect):
            compositor.tile(key)

    taken = seconds(back)
    least = floor(3 * TILE_SIDE * TILE_SIDE * 4 * max(1, len(touched)))
    tell(f"undo of a {diameter:.0f}-pixel stroke, {layers} layers", taken, least, "under 50 ms asked")
    compositor.close()


def sparse_memory() -> None:
    before = psutil.Process().memory_info().rss
    document = Document(width=SIDE, height=SIDE, new_id=counting_ids())
    small = tiles_from_image(image_from_pixels(np.full((1500, 1500, 4), 200, np.uint8)))
    for number in range(64):
        document.add_layer(f"layer {number}", tiles={key: tile.copy() for key, tile in small.items()})
    compositor = Compositor(document)
    for key in keys_over(document.rect):
        compositor.tile(key)
    grown = (psutil.Process().memory_info().rss - before) / 1024**3
    print(f"64 sparse layers with their composite: {grown:.2f} GiB more   (under 1 GiB asked)")
    compositor.close()


def run() -> None:
    application = QGuiApplication.instance() or QGuiApplication([])
    sparse_memory()
    for layers in (20, 50):
        document = document_of(layers)
        for diameter in (64.0, 500.0):
            undo(document, layers, diameter)
        if layers == 20:
            files(document, layers)
    del application


if __name__ == "__main__":
    run()
