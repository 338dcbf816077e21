"""Upscalers out of files, by spandrel, where it is installed and loads."""

import traceback
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import torch

from shared.contracts.errors import InvalidModelError, ModelUnavailableError
from shared.imaging.inpainting.geometry import Box
from shared.imaging.pixels import Pixels
from shared.imaging.tiles import Mosaic, tiles_of
from shared.inference.add_ons.weights import Weights
from shared.inference.memory import is_exhaustion

TILE, SMALL_TILE = 512, 128
_OVERLAP = 16


class Upscaler(Protocol):
    """`scale`: by which it enlarges. Called with a picture (1, 3, height, width) of 0 to 1."""

    @property
    def scale(self) -> int: ...

    @property
    def model(self) -> Any:
        """The torch module, for moving it to a device."""
        ...

    def __call__(self, picture: torch.Tensor) -> torch.Tensor: ...


MakeUpscaler = Callable[[Weights, str], Upscaler]
"""From a file's tensors and its name for errors."""


def make_upscaler(weights: Weights, name: str) -> Upscaler:
    """Raises ModelUnavailableError where spandrel does not load, InvalidModelError for a file that it can't use."""
    try:
        import spandrel
    except (ImportError, RuntimeError, AttributeError) as error:
        # torchvision, which it needs, raises any of these beside a build of torch that it was not made for.
        raise ModelUnavailableError(
            "Upscaler files can't be used in this installation: {reason}.",
            advice='Install the extra "upscale" with a torchvision made for this torch, or enlarge with the model itself.',
            detail=traceback.format_exc(),
            reason=str(error).split("\n", maxsplit=1)[0] or type(error).__name__,
        ) from error
    try:
        loaded = spandrel.ModelLoader(device="cpu").load_from_state_dict(dict(weights))
    except Exception as error:
        if is_exhaustion(error):
            raise
        raise _not_usable(name) from error
    if not isinstance(loaded, spandrel.ImageModelDescriptor) or loaded.input_channels != 3:
        raise _not_usable(name)
    made: Upscaler = loaded.eval()
    return made


def enlarge(
    upscaler: Upscaler, picture: Pixels, *, device: torch.device, side: int
) -> Iterator[Pixels | tuple[int, int]]:
    """Yields (done, of) after each tile of `side` pixels, and last the RGB picture, `scale` times as large."""
    height, width = picture.shape[:2]
    scale = upscaler.scale
    tiles = tiles_of(width, height, side=side, overlap=_OVERLAP)
    large = [Box(tile.x * scale, tile.y * scale, tile.width * scale, tile.height * scale) for tile in tiles]
    mosaic = Mosaic(width * scale, height * scale, tiles=large)
    for number, (tile, place) in enumerate(zip(tiles, large, strict=True)):
        mosaic.lay(place, _one(upscaler, tile.crop(picture), device))
        yield number + 1, len(tiles)
    yield mosaic.picture()


def _one(upscaler: Upscaler, tile: Pixels, device: torch.device) -> Pixels:
    values = torch.from_numpy(np.ascontiguousarray(tile)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        result = upscaler(values.to(device))[0].float().cpu()
    pixels = (result.nan_to_num(0).clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(pixels.permute(1, 2, 0).numpy())


def _not_usable(name: str) -> InvalidModelError:
    return InvalidModelError(
        "The upscaler {name} can't be used: its architecture is not known, or it is no upscaler of pictures.",
        advice="Choose another upscaler, for instance an ESRGAN one.",
        name=name,
    )
