"""Stands in for a model: makes each picture a gradient whose colours depend on the seed."""

import hashlib
import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shared.contracts.events import Picture, Progress
from shared.contracts.generation import (
    LARGEST_SEED,
    GenerationRequest,
    Inpaint,
    Outpaint,
    Placement,
    Recipe,
    Rendering,
    TextToImage,
)
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting.outpainting import extension_mask
from shared.imaging.pictures import read_mask, read_picture
from shared.imaging.recipe_pictures import encode_recipe_png


class GradientPainter:
    def __init__(self, blobs: BlobFolder) -> None:
        self._blobs = blobs

    def events(self, request: GenerationRequest) -> Iterator[Progress | Picture]:
        """Every step of every picture, and each picture after its steps."""
        for index in range(request.count):
            pixels, placement = self._paint(request, index)
            height, width = pixels.shape[:2]
            preview = _preview(pixels)
            for step in range(index * request.steps + 1, (index + 1) * request.steps + 1):
                yield Progress(
                    step=step,
                    steps=request.steps * request.count,
                    picture=index,
                    preview=preview,
                    preview_placement=placement,
                    preview_width=width,
                    preview_height=height,
                )
            yield self._keep(pixels, placement, request, index)

    def _paint(self, request: GenerationRequest, index: int) -> tuple[NDArray[np.uint8], Placement]:
        seed = _seed(request, index)
        if isinstance(request, TextToImage):
            return _gradient(request.width, request.height, seed), Placement()
        height, width = read_picture(self._blobs.path(request.pictures[0])).shape[:2]
        pixels = _gradient(width, height, seed)
        if isinstance(request, Outpaint):
            grown = request.extension
            mask = extension_mask(width, height, grown)
            layer = np.dstack([_gradient(mask.shape[1], mask.shape[0], seed), mask])
            return layer, Placement(x=-grown.left, y=-grown.top)
        if not isinstance(request, Inpaint):
            return pixels, Placement()
        mask = read_mask(self._blobs.path(request.mask), (width, height))
        rows, columns = np.nonzero(mask)
        if rows.size == 0:
            rows, columns = np.array([0, height - 1]), np.array([0, width - 1])
        box = np.s_[int(rows.min()) : int(rows.max()) + 1, int(columns.min()) : int(columns.max()) + 1]
        layer = np.dstack([pixels, mask])[box]
        return np.ascontiguousarray(layer), Placement(x=int(columns.min()), y=int(rows.min()))

    def _keep(
        self, pixels: NDArray[np.uint8], placement: Placement, request: GenerationRequest, index: int
    ) -> Picture:
        height, width = pixels.shape[:2]
        recipe = Recipe(
            request=request,
            rendering=Rendering(
                seed=_seed(request, index),
                device="cpu",
                precision="float32",
                attention="none",
                engine="fake",
                model_sha256=request.model.sha256 or hashlib.sha256(b"fake").hexdigest(),
                work_width=width,
                work_height=height,
            ),
        )
        blob = self._blobs.put(encode_recipe_png(pixels, recipe))
        return Picture(index=index, blob=blob, width=width, height=height, placement=placement, recipe=recipe)


def _seed(request: GenerationRequest, index: int) -> int:
    return (request.seed + index) % (LARGEST_SEED + 1)


def _gradient(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """RGB, from one colour on the left to another on the right, darker downwards."""
    colours = np.random.default_rng(seed).integers(40, 256, size=(2, 3))
    across = np.linspace(0, 1, width).reshape(1, -1, 1)
    down = np.linspace(1, 0.5, height).reshape(-1, 1, 1)
    pixels: NDArray[np.uint8] = np.rint((colours[0] * (1 - across) + colours[1] * across) * down).astype(
        np.uint8
    )
    return pixels


def _preview(pixels: NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(pixels[:, :, :3])
    picture.thumbnail((64, 64))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()
