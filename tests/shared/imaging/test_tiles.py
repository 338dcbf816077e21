"""Tiles cover everything, overlap as asked, and leave no seam when they are put together again."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.imaging.tiles import Mosaic, tiles_of

SIZES = {"width": st.integers(1, 300), "height": st.integers(1, 300), "side": st.integers(8, 120)}


@given(**SIZES, overlap=st.integers(0, 60))
def test_tiles_cover_every_pixel_and_overlap_as_asked(
    width: int, height: int, side: int, overlap: int
) -> None:
    tiles = tiles_of(width, height, side=side, overlap=overlap)

    covered = np.zeros((height, width), int)
    for tile in tiles:
        assert tile.width <= side
        assert tile.height <= side
        assert tile.right <= width
        assert tile.bottom <= height
        tile.crop(covered)[:] += 1
    assert covered.min() >= 1
    starts = sorted({(tile.x, tile.right) for tile in tiles})
    shared = min(overlap, (side - 1) // 2)
    assert all(before[1] - after[0] >= shared for before, after in itertools.pairwise(starts))


@given(**SIZES, overlap=st.integers(0, 60), seed=st.integers(0, 9))
def test_a_picture_cut_into_tiles_comes_together_as_it_was(
    width: int, height: int, side: int, overlap: int, seed: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    tiles = tiles_of(width, height, side=side, overlap=overlap)
    mosaic = Mosaic(width, height, tiles=tiles)

    for tile in tiles:
        mosaic.lay(tile, tile.crop(picture))

    assert np.abs(mosaic.picture().astype(int) - picture).max() <= 1


def test_where_tiles_differ_one_fades_into_the_other() -> None:
    tiles = tiles_of(100, 10, side=60, overlap=20)
    mosaic = Mosaic(100, 10, tiles=tiles)

    mosaic.lay(tiles[0], np.zeros((10, 60, 3), np.uint8))
    mosaic.lay(tiles[1], np.full((10, 60, 3), 210, np.uint8))

    row = mosaic.picture()[5, :, 0].astype(int)
    assert (row[:40] == 0).all()
    assert (row[60:] == 210).all()
    assert 0 < np.diff(row[40:60]).max() <= 12
