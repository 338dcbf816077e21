"""Growing, shrinking and softening against distances and blurs that scipy computes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from scipy import ndimage

from desktop.canvas import selection as selections
from desktop.canvas.selection import Selection, from_mask
from desktop.canvas.selection_growth import border, feather, grow, shrink, smooth

WIDTH, HEIGHT = 70, 50
Mask = NDArray[np.uint8]

blobs = st.integers(0, 10_000).map(
    lambda seed: ((np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.02) * 255).astype(np.uint8)
)
radii = st.integers(1, 9)


def full(selection: Selection | None) -> Mask:
    return np.zeros((HEIGHT, WIDTH), np.uint8) if selection is None else selection.full_mask()


def within(mask: Mask, radius: float) -> Mask:
    """How much of each pixel lies within `radius` of the selected ones."""
    away = ndimage.distance_transform_edt(mask < 128)
    return np.asarray(np.clip(np.rint((radius + 1 - away) * 255), 0, 255), np.uint8)


@given(blobs, radii)
def test_growing_takes_in_all_that_is_near(mask: Mask, radius: int) -> None:
    selection = from_mask(mask)
    if selection is not None:
        difference = full(grow(selection, radius)).astype(int) - np.maximum(mask, within(mask, radius))
        assert np.abs(difference).max() <= 1


@given(blobs, radii)
def test_shrinking_is_growing_of_what_is_not_selected(mask: Mask, radius: int) -> None:
    selection = from_mask(255 - mask)
    assert selection is not None
    expected = np.minimum(255 - mask, 255 - within(mask, radius)) if mask.any() else 255 - mask
    assert np.abs(full(shrink(selection, radius)).astype(int) - expected).max() <= 1


@given(blobs, radii)
def test_a_border_lies_on_both_sides_of_the_edge(mask: Mask, width: int) -> None:
    selection = from_mask(mask)
    if selection is not None:
        expected = np.minimum(within(mask, width / 2), within(255 - mask, width / 2))
        assert np.abs(full(border(selection, width)).astype(int) - expected).max() <= 1


@given(blobs, st.floats(0.5, 20))
def test_feathering_is_a_gaussian_blur(mask: Mask, radius: float) -> None:
    selection = from_mask(mask)
    if selection is not None:
        expected = ndimage.gaussian_filter(mask.astype(float), radius / 2, mode="nearest", truncate=6)
        assert np.abs(full(feather(selection, radius)).astype(float) - expected).max() <= 3


@given(radii)
def test_what_touches_the_edge_of_the_document_stays_whole_there(radius: int) -> None:
    everything = selections.everything(WIDTH, HEIGHT)
    for change in (grow, shrink, feather, smooth):
        assert full(change(everything, radius)).min() == 255


def test_shrinking_a_speck_leaves_nothing() -> None:
    speck = selections.rectangle(WIDTH, HEIGHT, QRect(10, 10, 3, 3))
    assert speck is not None
    assert shrink(speck, 4) is None


def test_smoothing_removes_specks_and_keeps_the_rest_sharp() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[10:40, 10:50] = 255
    mask[3, 60] = 255
    selection = from_mask(mask)
    assert selection is not None
    smoothed = full(smooth(selection, 6))
    assert smoothed[3, 60] == 0
    assert smoothed[25, 30] == 255
    assert smoothed[10, 10] < 128
    assert ((smoothed[25] > 0) & (smoothed[25] < 255)).sum() <= 4


def test_an_ellipse_covers_its_area_and_no_more() -> None:
    selection = selections.ellipse(WIDTH, HEIGHT, QRectF(10, 5, 40, 30))
    assert selection is not None
    assert selection.bounds == QRect(10, 5, 40, 30)
    assert selection.full_mask().sum() / 255 == pytest.approx(np.pi * 20 * 15, rel=0.01)
    assert selections.ellipse(WIDTH, HEIGHT, QRectF(100, 100, 5, 5)) is None


def test_bands_join_without_a_seam() -> None:
    points = [QPointF(3.3, 2.1), QPointF(180.7, 30.9), QPointF(90.2, 290.4)]
    whole = selections.lasso(200, 300, points)
    assert whole is not None
    moved = selections.lasso(200, 340, [point + QPointF(0, 33) for point in points])
    assert moved is not None
    assert np.array_equal(whole.mask, moved.mask)
