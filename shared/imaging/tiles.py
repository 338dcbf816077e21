"""A large picture in overlapping tiles, and whole again without seams."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.imaging.inpainting.geometry import Box
from shared.imaging.pixels import Pixels


def tiles_of(width: int, height: int, *, side: int, overlap: int) -> tuple[Box, ...]:
    """Boxes of at most `side` pixels a side that cover all, neighbours sharing at least `overlap` pixels; by rows.

    They lie evenly, so that no last one is a sliver. An overlap of half a side or more is cut to less.
    """
    shared = min(overlap, (side - 1) // 2)
    columns, rows = (_starts(length, side, shared) for length in (width, height))
    return tuple(Box(x, y, min(side, width), min(side, height)) for y in rows for x in columns)


class Mosaic:
    """Tiles laid over one another, each fading out where a neighbour takes over."""

    def __init__(self, width: int, height: int, *, tiles: Sequence[Box]) -> None:
        self._sum = np.zeros((height, width, 3), np.float32)
        self._weights = np.zeros((height, width, 1), np.float32)
        self._across = _ramps([(tile.x, tile.right) for tile in tiles])
        self._down = _ramps([(tile.y, tile.bottom) for tile in tiles])

    def lay(self, box: Box, picture: Pixels) -> None:
        across, down = self._across[box.x, box.right], self._down[box.y, box.bottom]
        weight = (down[:, None] * across[None, :])[:, :, None]
        box.crop(self._sum)[:] += picture.astype(np.float32) * weight
        box.crop(self._weights)[:] += weight

    def picture(self) -> Pixels:
        """Once every tile was laid."""
        pixels: Pixels = np.clip(np.rint(self._sum / self._weights), 0, 255).astype(np.uint8)
        return pixels


def _starts(length: int, side: int, shared: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - shared) // (side - shared))
    return [round(number * (length - side) / (count - 1)) for number in range(count)]


def _ramps(spans: Sequence[tuple[int, int]]) -> dict[tuple[int, int], NDArray[np.float32]]:
    """For each span its weights: rising and falling where it shares pixels with another, 1 elsewhere."""
    ordered = sorted(set(spans))
    ramps = {}
    for number, (start, end) in enumerate(ordered):
        weights = np.ones(end - start, np.float32)
        if number and (shared := ordered[number - 1][1] - start) > 0:
            weights[:shared] = _rising(shared)
        if number + 1 < len(ordered) and (shared := end - ordered[number + 1][0]) > 0:
            weights[-shared:] = np.minimum(weights[-shared:], _rising(shared)[::-1])
        ramps[start, end] = weights
    return ramps


def _rising(length: int) -> NDArray[np.float32]:
    """Never quite 0, so that a lone tile still counts."""
    return ((np.arange(length) + 1) / (length + 1)).astype(np.float32)
