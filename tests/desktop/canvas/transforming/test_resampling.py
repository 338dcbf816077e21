"""Turns, flips and moves bit for bit; everything between them where a picture ought to lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QPolygonF, QTransform

from desktop.canvas import selection as selections
from desktop.canvas.tile_arrays import array_from_tiles, tiles_from_array
from desktop.canvas.transforming.lifting import laid_down, lift, moved_offset, preview_of
from desktop.canvas.transforming.resampling import Resampling, is_exact, resampled
from tests.desktop.canvas.builders import noise_tiles

Pixels = NDArray[np.uint8]
EVERYWHERE = QRect(-5000, -5000, 10000, 10000)
PAGE = QRect(0, 0, 400, 300)


def noise(width: int = 31, height: int = 22) -> Pixels:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), dtype=np.uint8)
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])
    return pixels


def quarter_turns(count: int) -> QTransform:
    return QTransform().rotate(90 * count)


@given(
    st.integers(-3, 3),
    st.sampled_from([1, -1]),
    st.sampled_from([1, -1]),
    st.integers(-60, 60),
    st.integers(-60, 60),
)
def test_turns_and_flips_move_every_pixel_whole(turns: int, across: int, down: int, dx: int, dy: int) -> None:
    pixels = noise()
    flip = QTransform.fromScale(across, down)
    transform = flip * quarter_turns(turns) * QTransform.fromTranslate(dx, dy)
    assert is_exact(transform)
    found, place = resampled(pixels, QPoint(5, -7), transform, limit=EVERYWHERE)
    expected = pixels[:, ::across]
    expected = expected[::down]
    assert np.array_equal(found, np.rot90(expected, -turns))
    assert place == transform.mapRect(QRect(5, -7, 31, 22)).topLeft()
    back, home = resampled(found, place, transform.inverted()[0], limit=EVERYWHERE)
    assert np.array_equal(back, pixels)
    assert home == QPoint(5, -7)


@pytest.mark.parametrize("method", list(Resampling))
def test_pixels_land_where_the_transformation_says(method: Resampling) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 10:30] = 255
    transform = QTransform().rotate(30).scale(2.5, 1.5) * QTransform.fromTranslate(200, 100)
    assert not is_exact(transform)
    found, place = resampled(pixels, QPoint(0, 0), transform, limit=EVERYWHERE, method=method)
    weights = found[..., 3].astype(float)
    rows, columns = np.indices(weights.shape)
    middle = transform.map(QPointF(20.0, 20.0))
    assert (columns * weights).sum() / weights.sum() + place.x() + 0.5 == pytest.approx(middle.x(), abs=0.5)
    assert (rows * weights).sum() / weights.sum() + place.y() + 0.5 == pytest.approx(middle.y(), abs=0.5)
    assert weights.sum() / 255 == pytest.approx(20 * 20 * 2.5 * 1.5, rel=0.03)
    assert (found[..., :3] <= found[..., 3:]).all()


def test_a_picture_made_small_is_an_average_not_a_sample() -> None:
    pixels = np.zeros((256, 256, 4), np.uint8)
    pixels[::4] = 255
    found, _ = resampled(pixels, QPoint(), QTransform.fromScale(1 / 8, 1 / 8), limit=EVERYWHERE)
    inner = found[8:24, 8:24, 3]
    assert np.abs(inner.astype(int) - 64).max() <= 2


def test_perspective_keeps_the_corners() -> None:
    pixels = np.full((50, 50, 4), 255, np.uint8)
    source = QPolygonF([QPointF(0, 0), QPointF(50, 0), QPointF(50, 50), QPointF(0, 50)])
    target = QPolygonF([QPointF(10, 20), QPointF(90, 0), QPointF(100, 100), QPointF(0, 70)])
    transform = QTransform.quadToQuad(source, target)
    assert isinstance(transform, QTransform)
    found, place = resampled(pixels, QPoint(), transform, limit=EVERYWHERE)
    assert found[35 - place.y(), 50 - place.x(), 3] == 255
    assert found[5 - place.y(), 10 - place.x(), 3] == 0
    assert found[95 - place.y(), 97 - place.x(), 3] == 255


@given(st.integers(0, 1000))
def test_what_is_lifted_and_what_is_left_add_up(seed: int) -> None:
    tiles, offset = noise_tiles(seed % 7), QPoint(12, -9)
    mask = np.zeros((300, 400), np.uint8)
    mask[20:200, 30:270] = np.random.default_rng(seed).integers(0, 256, (180, 240))
    lifted = lift(tiles, offset, selections.from_mask(mask))
    local = PAGE.translated(-offset)
    before, left = array_from_tiles(tiles, local), array_from_tiles(lifted.left, local)
    taken = array_from_tiles(tiles_from_array(lifted.pixels, x=lifted.place.x(), y=lifted.place.y()), PAGE)
    assert np.array_equal(left.astype(int) + taken, before)
    assert not taken[mask == 0].any()


def test_a_part_that_is_moved_leaves_a_hole_and_covers_what_it_meets() -> None:
    tiles = noise_tiles(3)
    mask = np.zeros((300, 400), np.uint8)
    mask[50:100, 60:160] = 255
    lifted = lift(tiles, QPoint(), selections.from_mask(mask))
    moved = QTransform.fromTranslate(150, 40)
    found = array_from_tiles(
        laid_down(lifted, QPoint(), moved, document=PAGE, method=Resampling.BICUBIC), PAGE
    ).astype(int)
    before = array_from_tiles(tiles, PAGE).astype(int)
    assert not found[50:90, 60:160].any()
    part, under = before[50:100, 60:160], before[90:140, 210:310]
    expected = part + (under * (255 - part[..., 3:]) + 127) // 255
    assert np.array_equal(found[90:140, 210:310], expected)
    untouched = np.ones((300, 400), bool)
    untouched[50:100, 60:160] = untouched[90:140, 210:310] = False
    assert np.array_equal(found[untouched], before[untouched])
    assert moved_offset(lifted, moved) is None


def test_a_whole_layer_that_is_only_moved_keeps_its_tiles() -> None:
    lifted = lift(noise_tiles(3), QPoint(4, 5), None)
    assert moved_offset(lifted, QTransform.fromTranslate(-30, 8)) == QPoint(-30, 8)
    assert moved_offset(lifted, QTransform.fromTranslate(-30.5, 8)) is None


def test_a_preview_is_small_and_covers_the_same() -> None:
    lifted = lift(noise_tiles(3), QPoint(4, 5), None)
    ((image, rect),) = preview_of({"a": lifted}, largest=4000)
    assert image.width() * image.height() <= 4000 * 1.2
    assert rect == lifted.rect
