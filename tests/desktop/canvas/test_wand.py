"""The wand against scipy's labels, and what it is pointed at."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from scipy import ndimage

from desktop.canvas.composing import flatten
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerProperties, LayerSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import image_from_tiles, pixels_of
from desktop.canvas.wand import alpha_of, by_colour, layer_pixels, seen_pixels, wand
from tests.desktop.canvas.builders import noise_tiles

HEIGHT, WIDTH = 30, 40
Pixels = NDArray[np.uint8]

pictures = st.integers(0, 10_000).map(
    lambda seed: np.random.default_rng(seed).integers(100, 110, (HEIGHT, WIDTH, 4), dtype=np.uint8)
)
points = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))


def full(selection: Selection | None) -> Pixels:
    return np.zeros((HEIGHT, WIDTH), np.uint8) if selection is None else selection.full_mask()


@given(pictures, points, st.integers(0, 9))
def test_contiguous_is_the_label_under_the_pointer(
    pixels: Pixels, point: tuple[int, int], tolerance: int
) -> None:
    x, y = point
    alike = (np.abs(pixels.astype(int) - pixels[y, x].astype(int)) <= tolerance).all(axis=2)
    labels, _ = ndimage.label(alike)
    expected = np.where(labels == labels[y, x], 255, 0)
    found = wand(pixels, QPoint(x, y), tolerance=tolerance, contiguous=True)
    assert np.array_equal(full(found), expected)
    everywhere = wand(pixels, QPoint(x, y), tolerance=tolerance, contiguous=False)
    assert np.array_equal(full(everywhere), np.where(alike, 255, 0))


@given(pictures, points, st.integers(1, 9))
def test_by_colour_fades_out(pixels: Pixels, point: tuple[int, int], tolerance: int) -> None:
    x, y = point
    found = full(by_colour(pixels, QPoint(x, y), tolerance=tolerance))
    differs = np.abs(pixels.astype(int) - pixels[y, x].astype(int)).max(axis=2)
    assert (found[differs <= tolerance] == 255).all()
    assert (found[differs >= 2 * tolerance] == 0).all()
    between = (differs > tolerance) & (differs < 2 * tolerance)
    assert ((found[between] > 0) & (found[between] < 255)).all()


def test_a_click_beside_the_picture_selects_nothing() -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for at in (QPoint(-1, 0), QPoint(0, HEIGHT)):
        assert wand(pixels, at, tolerance=5, contiguous=True) is None
        assert by_colour(pixels, at, tolerance=5) is None


def two_layers() -> DocumentSnapshot:
    layers = (
        LayerSnapshot("a", LayerProperties(name="a"), noise_tiles(1, 300, 280)),
        LayerSnapshot("b", LayerProperties(name="b", x=-40, y=25), noise_tiles(2, 300, 280)),
    )
    return DocumentSnapshot(width=310, height=290, layers=layers)


def test_samples_the_whole_picture_or_one_layer() -> None:
    snapshot = two_layers()
    assert np.array_equal(seen_pixels(snapshot), pixels_of(flatten(snapshot)))
    layer = snapshot.layers[1]
    expected = pixels_of(image_from_tiles(layer.tiles, QRect(40, -25, 310, 290)))
    assert np.array_equal(layer_pixels(layer, snapshot.rect), expected)


def test_a_layers_alpha_is_a_selection() -> None:
    snapshot = two_layers()
    layer = snapshot.layers[1]
    selection = alpha_of(layer, snapshot.rect)
    assert selection is not None
    assert np.array_equal(selection.full_mask(), layer_pixels(layer, snapshot.rect)[:, :, 3])
