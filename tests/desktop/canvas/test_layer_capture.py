"""A layer by itself, as a picture to be made something of."""

import numpy as np
from PySide6.QtCore import QRect

from desktop.canvas import selection as selections
from desktop.canvas.document import Document
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.pictures import capture_layer
from desktop.canvas.tiles import tiles_from_image
from shared.imaging.pictures import read_mask, read_picture
from tests.desktop.canvas.builders import blank, noise


def with_noise(x: int, y: int, width: int = 40, height: int = 30) -> Document:
    document = blank("Background")
    document.add_layer("Noise", tiles=tiles_from_image(noise(1, width, height)), x=x, y=y)
    return document


def test_a_layer_comes_in_its_own_colours_from_where_it_lies() -> None:
    document = with_noise(20, 10)
    layer = document.active_layer
    assert layer is not None
    document.set_opacity(layer.id, 0.3)

    captured = capture_layer(document.committed, layer.id)

    assert captured is not None
    shown = captured.rect.translated(-20, -10)
    expected = straight_pixels(noise(1, 40, 30).copy(shown))
    assert np.array_equal(read_picture(captured.image), expected)
    assert captured.mask is None


def test_what_lies_beside_the_document_is_left_out_and_an_empty_layer_is_none() -> None:
    document = with_noise(-15, -10)
    layer = document.active_layer
    assert layer is not None

    captured = capture_layer(document.committed, layer.id)

    assert captured is not None
    assert captured.rect.topLeft() == QRect(0, 0, 1, 1).topLeft()
    assert captured.rect.width() <= 25
    assert capture_layer(document.committed, document.layers[0].id) is None


def test_the_selection_over_the_layer_comes_along() -> None:
    document = with_noise(20, 10)
    layer = document.active_layer
    assert layer is not None
    document.select(selections.rectangle(document.width, document.height, QRect(25, 15, 5, 5)))

    captured = capture_layer(document.committed, layer.id)

    assert captured is not None
    assert captured.mask is not None
    mask = read_mask(captured.mask, (captured.rect.width(), captured.rect.height()))
    assert int((mask > 0).sum()) == 25
    x, y = 25 - captured.rect.x(), 15 - captured.rect.y()
    assert (mask[y : y + 5, x : x + 5] == 255).all()
