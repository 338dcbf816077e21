"""Each adjustment against a plain reference, and what all of them must leave alone."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from desktop.canvas import selection as selections
from desktop.canvas.adjustments.applying import adjusted_tiles
from desktop.canvas.adjustments.base import Adjustment
from desktop.canvas.adjustments.colours import Balance, ColourBalance, Desaturate, HueSaturation
from desktop.canvas.adjustments.filters import GaussianBlur, Noise, Sharpen
from desktop.canvas.adjustments.tones import (
    BrightnessContrast,
    Curves,
    Invert,
    Levels,
    LevelsOf,
    Posterise,
    Threshold,
    curve_through,
)
from desktop.canvas.tiles import image_from_tiles, pixels_of
from tests.desktop.canvas.builders import bits, noise_tiles

Pixels = NDArray[np.uint8]
ALL: tuple[Adjustment, ...] = (
    Levels(all=LevelsOf(20, 230, 1.4)),
    Curves(all=((0, 20), (128, 160), (255, 240))),
    BrightnessContrast(20, 30),
    Invert(),
    Posterise(4),
    Threshold(100),
    HueSaturation(40, 20, -10),
    Desaturate(),
    ColourBalance(midtones=Balance(30, -20, 10)),
    GaussianBlur(3),
    Sharpen(2, 0.8),
    Noise(9),
)
NOTHING: tuple[Adjustment, ...] = (
    Levels(),
    Curves(),
    BrightnessContrast(),
    HueSaturation(),
    ColourBalance(),
    GaussianBlur(0),
    Sharpen(2, 0),
    Noise(0),
)


def straight(seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (37, 53, 4), dtype=np.uint8)


def name(adjustment: Adjustment) -> str:
    return adjustment.label


@given(
    st.integers(0, 100), st.integers(120, 255), st.floats(0.3, 3), st.integers(0, 90), st.integers(100, 255)
)
def test_levels(black: int, white: int, gamma: float, darkest: int, brightest: int) -> None:
    pixels = straight()
    part = np.clip((pixels[..., :3].astype(float) - black) / (white - black), 0, 1) ** (1 / gamma)
    expected = np.rint(darkest + part * (brightest - darkest))
    settings = LevelsOf(black, white, gamma, darkest, brightest)
    found = Levels(all=settings).apply(pixels)
    assert np.array_equal(found[..., :3], expected)
    one = Levels(green=settings).apply(pixels)
    assert np.array_equal(one[..., 1], expected[..., 1])
    assert np.array_equal(one[..., [0, 2, 3]], pixels[..., [0, 2, 3]])


@given(st.dictionaries(st.integers(0, 255), st.integers(0, 255), min_size=2, max_size=7))
def test_a_curve_is_the_monotone_one_through_its_points(points: dict[int, int]) -> None:
    x = sorted(points)
    reference = PchipInterpolator(x, [points[each] for each in x])
    expected = reference(np.clip(np.arange(256), x[0], x[-1]))
    assert curve_through(tuple((float(a), float(b)) for a, b in points.items())) == pytest.approx(
        expected, abs=1e-6
    )


@given(st.integers(-180, 180), st.integers(-100, 100), st.integers(-100, 100))
def test_hue_saturation_and_lightness(hue: int, saturation: int, lightness: int) -> None:
    pixels = straight()[:3, :7]
    found = HueSaturation(hue, saturation, lightness).apply(pixels)
    for row, column in np.ndindex(3, 7):
        hue_before, light, colour = colorsys.rgb_to_hls(*(pixels[row, column, :3] / 255))
        part = lightness / 100
        light = light + (1 - light) * part if part > 0 else light * (1 + part)
        expected = colorsys.hls_to_rgb(
            (hue_before + hue / 360) % 1, light, min(colour * (1 + saturation / 100), 1)
        )
        assert np.abs(found[row, column, :3] - np.array(expected) * 255).max() <= 1.01


def test_simple_ones() -> None:
    pixels = straight()
    colours = pixels[..., :3].astype(float)
    grey = colours @ np.array([0.2126, 0.7152, 0.0722])
    assert np.array_equal(Invert().apply(pixels)[..., :3], 255 - pixels[..., :3])
    assert np.abs(Desaturate().apply(pixels)[..., 0] - grey).max() <= 0.51
    black = Threshold(100).apply(pixels)[..., 0]
    assert np.array_equal(
        black[np.abs(grey - 99.5) > 0.01], np.where(grey >= 99.5, 255, 0)[np.abs(grey - 99.5) > 0.01]
    )
    assert set(np.unique(Posterise(3).apply(pixels)[..., :3])) == {0, 128, 255}
    brighter = BrightnessContrast(40, 0).apply(pixels)[..., :3]
    assert np.array_equal(brighter, np.clip(np.rint(colours + 51), 0, 255))
    contrast = BrightnessContrast(0, 50).apply(pixels)[..., :3].astype(int)
    assert (np.abs(contrast - 127.5) >= np.abs(colours - 127.5) - 0.51).all()


def test_colour_balance_keeps_brightness_and_moves_the_midtones_most() -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, axis=2)
    found = ColourBalance(midtones=Balance(red=60), keep_brightness=False).apply(grey)[0, :, 0].astype(int)
    moved = found - np.arange(256)
    assert moved.argmax() in range(100, 156)
    assert moved[[0, 255]].tolist() == [0, 0]
    kept = ColourBalance(midtones=Balance(red=30, blue=-20)).apply(grey)[0, 60:200, :3].astype(float)
    assert np.abs(kept @ np.array([0.2126, 0.7152, 0.0722]) - np.arange(60, 200)).max() < 1.5


@pytest.mark.parametrize("radius", [0.6, 3.0, 7.5, 20.0, 60.0])
def test_blur_is_a_gaussian_of_its_radius(radius: float) -> None:
    pixels = np.zeros((400, 420, 4), np.uint8)
    pixels[100:260, 90:300] = 255
    expected = ndimage.gaussian_filter(pixels[..., 3].astype(float), radius, mode="nearest", truncate=6)
    found = GaussianBlur(radius).apply(pixels)
    assert np.abs(found[..., 3] - expected).max() <= 2.5
    assert (found[..., :3] <= found[..., 3:]).all()


def test_sharpening_adds_what_a_blur_takes_away() -> None:
    pixels = straight()
    pixels[..., 3] = 255
    blur = ndimage.gaussian_filter(pixels[..., :3].astype(float), (2, 2, 0), mode="nearest", truncate=6)
    expected = np.clip(pixels[..., :3] + 0.5 * (pixels[..., :3] - blur), 0, 255)
    assert np.abs(Sharpen(2, 0.5).apply(pixels)[..., :3] - expected).max() <= 1.5


@pytest.mark.parametrize("adjustment", NOTHING, ids=name)
def test_settings_that_say_nothing_leave_every_bit(adjustment: Adjustment) -> None:
    tiles = noise_tiles(3)
    found = adjusted_tiles(tiles, adjustment, area=QRect(0, 0, 400, 300), selection=None, offset=QPoint())
    assert found is not None
    assert all(found[key] is tiles[key] for key in tiles)


@pytest.mark.parametrize("adjustment", ALL, ids=name)
def test_only_what_is_selected_changes_and_as_much_as_it_is(adjustment: Adjustment) -> None:
    tiles, offset = noise_tiles(4), QPoint(-30, 12)
    mask = np.zeros((300, 400), np.uint8)
    mask[50:200, 200:330], mask[100:150, 60:90] = 255, 128
    selection = selections.from_mask(mask)
    area = QRect(0, 0, 400, 300).translated(-offset)
    whole = adjusted_tiles(tiles, adjustment, area=area, selection=None, offset=offset)
    found = adjusted_tiles(tiles, adjustment, area=area, selection=selection, offset=offset)
    assert whole is not None
    assert found is not None
    before, after, limited = (pixels_of(image_from_tiles(each, area)) for each in (tiles, whole, found))
    assert np.array_equal(limited[mask == 0], before[mask == 0])
    if not isinstance(adjustment, Noise):
        assert np.array_equal(limited[mask == 255], after[mask == 255])
        half = (before[mask == 128].astype(int) + after[mask == 128]) / 2
        assert np.abs(limited[mask == 128] - half).max() <= 1
    assert not np.array_equal(limited, before)


@pytest.mark.parametrize("adjustment", [GaussianBlur(5), Sharpen(3, 1)], ids=name)
def test_blocks_join_without_a_seam(adjustment: Adjustment) -> None:
    tiles = noise_tiles(5, 1300, 300)
    area = QRect(0, 0, 1300, 300)
    found = adjusted_tiles(tiles, adjustment, area=area, selection=None, offset=QPoint())
    assert found is not None
    margin = adjustment.reach
    source = pixels_of(image_from_tiles(tiles, area.adjusted(-margin, -margin, margin, margin)))
    expected = adjustment.apply(source)[margin:-margin, margin:-margin]
    assert np.array_equal(pixels_of(image_from_tiles(found, area)), expected)


def test_what_is_no_longer_wanted_stops() -> None:
    tiles = noise_tiles(6)
    stopped = adjusted_tiles(
        tiles, Invert(), area=QRect(0, 0, 400, 300), selection=None, offset=QPoint(), wanted=lambda: False
    )
    assert stopped is None
    assert bits(tiles[0, 0]) == bits(noise_tiles(6)[0, 0])
