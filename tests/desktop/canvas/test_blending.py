"""Every blend mode gives what the W3C's Compositing and Blending says, pixel by pixel."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint

from desktop.canvas.blending import blend_image
from desktop.canvas.layers import BlendMode
from desktop.canvas.tiles import pixels_of
from tests.desktop.canvas.builders import noise

SIDE = 24
Colour = tuple[float, float, float]
Mix = Callable[[float, float], float]


def _dodge(below: float, above: float) -> float:
    if below == 0:
        return 0.0
    return 1.0 if above == 1 else min(1.0, below / (1 - above))


def _burn(below: float, above: float) -> float:
    if below == 1:
        return 1.0
    return 0.0 if above == 0 else 1 - min(1.0, (1 - below) / above)


def _hard(below: float, above: float) -> float:
    return 2 * below * above if above <= 0.5 else below + (2 * above - 1) - below * (2 * above - 1)


def _soft(below: float, above: float) -> float:
    if above <= 0.5:
        return below - (1 - 2 * above) * below * (1 - below)
    lifted = ((16 * below - 12) * below + 4) * below if below <= 0.25 else math.sqrt(below)
    return below + (2 * above - 1) * (lifted - below)


SEPARABLE: dict[BlendMode, Mix] = {
    BlendMode.NORMAL: lambda _below, above: above,
    BlendMode.MULTIPLY: lambda below, above: below * above,
    BlendMode.SCREEN: lambda below, above: below + above - below * above,
    BlendMode.OVERLAY: lambda below, above: _hard(above, below),
    BlendMode.DARKEN: min,
    BlendMode.LIGHTEN: max,
    BlendMode.COLOR_DODGE: _dodge,
    BlendMode.COLOR_BURN: _burn,
    BlendMode.HARD_LIGHT: _hard,
    BlendMode.SOFT_LIGHT: _soft,
    BlendMode.DIFFERENCE: lambda below, above: abs(below - above),
}


def _light(colour: Colour) -> float:
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


def _set_light(colour: Colour, light: float) -> Colour:
    moved = [channel + light - _light(colour) for channel in colour]
    level, lowest, highest = _light((moved[0], moved[1], moved[2])), min(moved), max(moved)
    if lowest < 0:
        moved = [level + (channel - level) * level / (level - lowest) for channel in moved]
    if highest > 1:
        moved = [level + (channel - level) * (1 - level) / (highest - level) for channel in moved]
    return moved[0], moved[1], moved[2]


def _set_saturation(colour: Colour, saturation: float) -> Colour:
    lowest, highest = min(colour), max(colour)
    if highest == lowest:
        return 0.0, 0.0, 0.0
    red, green, blue = ((channel - lowest) * saturation / (highest - lowest) for channel in colour)
    return red, green, blue


def _spread(colour: Colour) -> float:
    return max(colour) - min(colour)


WHOLE: dict[BlendMode, Callable[[Colour, Colour], Colour]] = {
    BlendMode.HUE: lambda below, above: _set_light(_set_saturation(above, _spread(below)), _light(below)),
    BlendMode.SATURATION: lambda below, above: _set_light(
        _set_saturation(below, _spread(above)), _light(below)
    ),
    BlendMode.COLOR: lambda below, above: _set_light(above, _light(below)),
    BlendMode.LUMINOSITY: lambda below, above: _set_light(below, _light(above)),
}


def _mix(mode: BlendMode, below: Colour, above: Colour) -> Colour:
    if mode in WHOLE:
        return WHOLE[mode](below, above)
    red, green, blue = (SEPARABLE[mode](b, a) for b, a in zip(below, above, strict=True))
    return red, green, blue


def _straight(pixel: NDArray[np.float64]) -> tuple[Colour, float]:
    """Red, green, blue and alpha of a premultiplied pixel as it lies in memory."""
    blue, green, red, alpha = (float(value) for value in pixel)
    if alpha == 0:
        return (0.0, 0.0, 0.0), 0.0
    return (min(red / alpha, 1), min(green / alpha, 1), min(blue / alpha, 1)), alpha


def _expected(mode: BlendMode, backdrop: NDArray[np.float64], source: NDArray[np.float64]) -> list[float]:
    below, alpha_below = _straight(backdrop)
    above, alpha_above = _straight(source)
    mixed = _mix(mode, below, above)
    channels = [
        alpha_above * (1 - alpha_below) * above[each]
        + alpha_below * (1 - alpha_above) * below[each]
        + alpha_above * alpha_below * mixed[each]
        for each in (2, 1, 0)
    ]
    return [*channels, alpha_above + alpha_below - alpha_above * alpha_below]


@pytest.mark.parametrize("mode", [*SEPARABLE, *WHOLE])
def test_modes_follow_the_formulas(mode: BlendMode) -> None:
    target, source = noise(1, SIDE, SIDE), noise(2, SIDE, SIDE)
    below, above = (pixels_of(image).astype(np.float64) / 255 for image in (target, source))
    expected = np.array(
        [
            [_expected(mode, below[row, column], above[row, column]) for column in range(SIDE)]
            for row in range(SIDE)
        ]
    )
    blend_image(target, source, QPoint(0, 0), mode, 1.0)
    difference = np.abs(pixels_of(target).astype(np.float64) - expected * 255)
    # Eight bits for the steps in between cost Qt's own modes up to two levels where dodge and burn divide.
    steep = mode in {BlendMode.COLOR_DODGE, BlendMode.COLOR_BURN, BlendMode.SOFT_LIGHT}
    assert np.percentile(difference, 99) <= (2.5 if steep else 1.5)
    assert difference.max() <= (255 if steep else 2.5)


@pytest.mark.parametrize("mode", WHOLE)
def test_opacity_fades_between_the_backdrop_and_the_blend(mode: BlendMode) -> None:
    whole, half, none = noise(1, SIDE, SIDE), noise(1, SIDE, SIDE), noise(1, SIDE, SIDE)
    source = noise(2, SIDE, SIDE)
    for target, opacity in ((whole, 1.0), (half, 0.5), (none, 0.0)):
        blend_image(target, source, QPoint(0, 0), mode, opacity)
    assert none == noise(1, SIDE, SIDE)
    middle = (pixels_of(whole).astype(int) + pixels_of(none).astype(int)) / 2
    assert np.abs(pixels_of(half) - middle).max() <= 1.5


def test_a_picture_is_blended_at_its_place_and_nowhere_else() -> None:
    target = noise(1, SIDE, SIDE)
    blend_image(target, noise(2, 10, 10), QPoint(SIDE - 6, -3), BlendMode.COLOR, 1.0)
    differs = np.argwhere((pixels_of(target) != pixels_of(noise(1, SIDE, SIDE))).any(axis=2))
    assert (differs.min(axis=0) >= (0, SIDE - 6)).all()
    assert (differs.max(axis=0) <= (6, SIDE - 1)).all()
