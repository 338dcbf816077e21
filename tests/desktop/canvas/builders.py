"""Documents for tests: small, seeded, with real strokes on them."""

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage

from desktop.canvas.brushes.symmetry import NO_SYMMETRY, Symmetry
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.formats.rasters import image_from_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import blank_mask_tile
from desktop.canvas.selection import grey_pixels
from desktop.canvas.strokes import Brush, Stroke, StrokeStyle
from desktop.canvas.tiles import TileMap, pixels_of, tiles_from_image
from shared.contracts.generation import BlobId, Inpaint, ModelReference, Recipe, Rendering

WIDTH, HEIGHT = 400, 300
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
RED = QColor(200, 30, 40)


def counting_ids(prefix: str = "id") -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def blank(*names: str, width: int = WIDTH, height: int = HEIGHT) -> Document:
    document = Document(width=width, height=height, new_id=counting_ids())
    for name in names or ("Background",):
        document.add_layer(name)
    return document


def without_history(document: Document) -> Document:
    """The same, where undo does not take its first layers away."""
    return Document.from_snapshot(document.snapshot(), new_id=counting_ids("more"))


def noise(seed: int, width: int = WIDTH, height: int = HEIGHT) -> QImage:
    """Every colour and every alpha."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    return image_from_pixels(pixels)


def noise_tiles(seed: int, width: int = WIDTH, height: int = HEIGHT) -> TileMap:
    return tiles_from_image(noise(seed, width, height))


def begin(
    document: Document,
    layer_id: str,
    brush: Brush,
    *,
    colour: QColor = RED,
    symmetry: Symmetry = NO_SYMMETRY,
    seed: int = 0,
) -> Stroke:
    style = StrokeStyle(brush=brush, colour=colour, symmetry=symmetry, seed=seed)
    return Stroke(document=document, layer_id=layer_id, style=style, dabs=DabCache())


def paint(
    document: Document, *points: tuple[float, float], brush: Brush | None = None, colour: QColor = RED
) -> None:
    layer = document.active_layer
    assert layer is not None
    stroke = begin(document, layer.id, brush or Brush(), colour=colour)
    for point in points:
        stroke.add(QPointF(*point))
    stroke.finish()


def bits(image: QImage) -> bytes:
    return pixels_of(image).tobytes()


def layer_value(layer: LayerSnapshot) -> tuple[object, ...]:
    """All that counts of a layer, as plain values; tiles without a pixel in them don't count."""
    tiles = {key: bits(tile) for key, tile in layer.tiles.items()}
    return (
        layer.id,
        layer.properties,
        {key: data for key, data in tiles.items() if any(data)},
        mask_value(layer),
    )


def mask_value(layer: LayerSnapshot) -> tuple[object, ...] | None:
    mask = layer.mask
    if mask is None:
        return None
    plain = blank_mask_tile(mask.background)
    return mask.background, {
        key: grey_pixels(tile).tobytes() for key, tile in mask.tiles.items() if tile != plain
    }


def value(state: DocumentSnapshot) -> tuple[object, ...]:
    selection = None if state.selection is None else state.selection.full_mask().tobytes()
    layers = [layer_value(layer) for layer in state.layers]
    return (state.width, state.height, layers, selection, state.guides, state.origin)


def fingerprint(state: DocumentSnapshot) -> str:
    return hashlib.sha256(repr(value(state)).encode()).hexdigest()


def recipe(image: BlobId, mask: BlobId, prompt: str = "a boat with a yellow sail") -> Recipe:
    request = Inpaint(
        model=ModelReference(id="starter", name="Starter"), prompt=prompt, seed=7, image=image, mask=mask
    )
    rendering = Rendering(
        seed=7,
        device="cpu",
        precision="float32",
        attention="plain",
        engine="test",
        model_sha256="0" * 64,
        work_width=256,
        work_height=256,
    )
    return Recipe(request=request, rendering=rendering)
