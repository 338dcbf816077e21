"""Brushes that meet what is on the layer in a mode of their own, and colours that are left to chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from desktop.canvas.blending import blend_image
from desktop.canvas.brushes.brush import TAKING_AWAY, Brush, Effect
from desktop.canvas.brushes.style import colour_of_stroke
from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.layers import BlendMode
from desktop.canvas.tiles import pixels_of
from tests.desktop.canvas.builders import RED, blank, noise_tiles, paint

PAINTING = sorted(set(BlendMode) - TAKING_AWAY)
HARD = Brush(size=60, hardness=1.0, size_pressure=None)


def with_noise() -> Document:
    document = blank("noise")
    document.replace_pixels(document.layers[0].id, noise_tiles(4, 400, 300), label="Noise")
    return document


@pytest.mark.parametrize("blend", PAINTING)
def test_a_stroke_is_as_a_layer_of_that_mode(blend: BlendMode) -> None:
    document, alone = with_noise(), blank()
    before = flatten(document.snapshot())
    paint(alone, (100, 100), (200, 150), brush=HARD)
    blend_image(before, flatten(alone.snapshot()), QPoint(0, 0), blend, 1.0)
    paint(document, (100, 100), (200, 150), brush=HARD.changed(blend=blend))
    assert np.array_equal(pixels_of(flatten(document.snapshot())), pixels_of(before))


@pytest.mark.parametrize("blend", [BlendMode.MULTIPLY, BlendMode.SCREEN, BlendMode.COLOR])
def test_locked_transparency_stays_as_it_is_in_every_mode(blend: BlendMode) -> None:
    document = with_noise()
    document.set_alpha_locked(document.layers[0].id, True)
    before = pixels_of(flatten(document.snapshot()))
    paint(document, (100, 100), (200, 150), brush=HARD.changed(blend=blend))
    after = pixels_of(flatten(document.snapshot()))
    assert np.array_equal(after[:, :, 3], before[:, :, 3])
    assert not np.array_equal(after, before)


def test_an_eraser_and_a_mask_know_no_modes() -> None:
    plain, other = with_noise(), with_noise()
    paint(plain, (100, 100), brush=HARD.changed(effect=Effect.ERASE))
    paint(other, (100, 100), brush=HARD.changed(effect=Effect.ERASE, blend=BlendMode.MULTIPLY))
    assert np.array_equal(pixels_of(flatten(plain.snapshot())), pixels_of(flatten(other.snapshot())))


@pytest.mark.parametrize("blend", sorted(TAKING_AWAY))
def test_modes_of_whole_layers_are_no_brushs(blend: BlendMode) -> None:
    with pytest.raises(ValidationError):
        Brush(blend=blend)


def test_without_chance_the_colour_is_the_chosen_one() -> None:
    assert colour_of_stroke(RED, Brush(), 5) is RED


@given(seed=st.integers(0, 2**31), hue=st.floats(0, 1), lightness=st.floats(0, 1))
def test_chance_keeps_within_what_was_allowed_and_is_the_same_for_a_seed(
    seed: int, hue: float, lightness: float
) -> None:
    brush = Brush(hue_jitter=hue, lightness_jitter=lightness)
    found = colour_of_stroke(RED, brush, seed)
    assert found == colour_of_stroke(RED, brush, seed)
    assert found.alpha() == 255
    assert abs(found.lightnessF() - RED.lightnessF()) <= lightness / 2 + 0.01


def test_strokes_differ_in_colour_and_a_stroke_does_not() -> None:
    colours = {colour_of_stroke(QColor(90, 140, 60), Brush(hue_jitter=0.5), seed).name() for seed in range(9)}
    assert len(colours) > 5
    document = blank()
    paint(document, (100, 100), (200, 150), brush=HARD.changed(hue_jitter=0.5))
    pixels = pixels_of(flatten(document.snapshot()))
    opaque = pixels[pixels[:, :, 3] == 255]
    assert len(np.unique(opaque, axis=0)) == 1
