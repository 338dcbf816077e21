"""Groups, masks and clipping: what each of them lets be seen."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas import selection as selections
from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.layers import BlendMode, Layer
from desktop.canvas.masks import MaskSnapshot, mask_from_pixels, mask_from_selection, selection_from_mask
from desktop.canvas.tiles import TileMap, new_image, pixels_of, tiles_from_image
from tests.desktop.canvas.builders import HEIGHT, WIDTH, blank, noise_tiles

Seen = tuple[int, int, int, int]


def plain(colour: str, width: int = WIDTH, height: int = HEIGHT) -> TileMap:
    image = new_image(width, height)
    image.fill(QColor(colour))
    return tiles_from_image(image)


def seen(document: Document, x: int, y: int) -> Seen:
    pixel = flatten(document.snapshot(), QRect(x, y, 1, 1)).pixelColor(0, 0)
    return pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()


def page() -> Document:
    document = blank("paper")
    document.replace_pixels(document.layers[0].id, plain("white"), label="Fill")
    return document


def picture(document: Document) -> QImage:
    return flatten(document.snapshot())


def test_a_clipped_layer_shows_where_its_base_is_and_hides_with_it() -> None:
    document = page()
    base = document.add_layer("base", tiles=plain("red", 100, 100), x=50, y=50)
    above = document.add_layer("above", tiles=plain("blue"))
    document.set_clipped(above.id, True)
    assert seen(document, 60, 60) == (0, 0, 255, 255)
    assert seen(document, 10, 10) == (255, 255, 255, 255)
    document.set_opacity(base.id, 0.0)
    assert seen(document, 60, 60) == (255, 255, 255, 255)
    document.set_opacity(base.id, 1.0)
    document.set_fill_opacity(base.id, 0.0)
    assert seen(document, 60, 60) == (255, 255, 255, 255), "nothing is left to be clipped to"
    document.set_fill_opacity(base.id, 1.0)
    document.set_visible(base.id, False)
    assert seen(document, 60, 60) == (255, 255, 255, 255)


def test_clipped_layers_leave_the_bases_transparency_and_what_they_do_not_cover_alone() -> None:
    document = blank("base")
    base = document.layers[0].id
    document.replace_pixels(base, noise_tiles(1), label="Fill")
    before = pixels_of(picture(document))
    above = document.add_layer("above", tiles=plain("blue", 30, 30))
    document.set_clipped(above.id, True)
    document.set_blend(above.id, BlendMode.MULTIPLY)
    after = pixels_of(picture(document))
    assert np.array_equal(after[:, :, 3], before[:, :, 3])
    assert np.array_equal(after[30:], before[30:])


def test_a_mask_hides_softly_and_can_be_turned_off() -> None:
    document = page()
    layer = document.add_layer("ink", tiles=plain("black"))
    ramp = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
    document.set_mask(layer.id, mask_from_pixels(ramp, x=0, y=0, background=255))
    row = pixels_of(picture(document))[100, :, 0].astype(int)
    assert np.abs(row - (255 - ramp[100])).max() <= 1
    document.set_mask_enabled(layer.id, False)
    assert seen(document, 0, 0) == (0, 0, 0, 255)
    document.set_mask(layer.id, MaskSnapshot(background=0))
    assert seen(document, 399, 299) == (255, 255, 255, 255)


def test_a_mask_moves_with_its_layer_and_a_group_with_all_that_lies_in_it() -> None:
    document = page()
    group = document.add_group("group")
    layer = document.add_layer("ink", tiles=plain("black", 100, 100))
    chosen = selections.rectangle(WIDTH, HEIGHT, QRect(0, 0, 50, 50))
    assert chosen is not None
    document.set_mask(layer.id, mask_from_selection(chosen, layer.offset))
    document.set_offset(group.id, 200, 100)
    assert [seen(document, x, 110)[0] for x in (199, 200, 249, 250)] == [255, 0, 0, 255]
    assert layer.mask is not None
    shown = selection_from_mask(layer.mask.freeze(), layer.offset, WIDTH, HEIGHT)
    assert shown is not None
    assert shown.bounds == QRect(200, 100, 50, 50)


@pytest.fixture
def grouped() -> tuple[Document, Layer]:
    """A multiplying layer in a group above coloured paper."""
    document = blank("paper")
    document.replace_pixels(document.layers[0].id, plain("#8080ff"), label="Fill")
    tint = document.add_layer("tint", tiles=noise_tiles(5))
    document.set_blend(tint.id, BlendMode.MULTIPLY)
    return document, tint


def test_grouping_changes_nothing_until_the_group_is_isolated(grouped: tuple[Document, Layer]) -> None:
    document, tint = grouped
    before = picture(document)
    group = document.group_layers([tint.id], "group")
    assert picture(document) == before
    document.set_blend(group.id, BlendMode.NORMAL)
    assert picture(document) != before
    document.set_pass_through(group.id)
    assert picture(document) == before
    document.set_opacity(group.id, 0.5)
    assert picture(document) != before
    document.set_opacity(group.id, 1.0)
    document.ungroup(group.id)
    assert picture(document) == before


def test_a_hidden_group_hides_what_lies_in_it(grouped: tuple[Document, Layer]) -> None:
    document, tint = grouped
    group = document.group_layers([tint.id], "group")
    document.set_visible(group.id, False)
    assert seen(document, 5, 5) == (128, 128, 255, 255)
    assert not document.is_shown(tint.id)
    assert document.is_shown(document.layers[0].id)


def test_a_layer_that_keeps_what_is_under_it_clears_the_rest_of_the_page() -> None:
    document = page()
    stencil = document.add_layer("stencil", tiles=plain("black", 40, 40), x=20, y=20)
    document.set_blend(stencil.id, BlendMode.DESTINATION_IN)
    assert seen(document, 30, 30) == (255, 255, 255, 255)
    assert seen(document, 399, 299) == (0, 0, 0, 0)


def test_a_new_layer_inside_a_clip_is_clipped_too() -> None:
    document = page()
    base = document.add_layer("base", tiles=plain("red", 100, 100))
    above = document.add_layer("above", tiles=plain("blue"))
    document.set_clipped(above.id, True)
    between = document.add_layer("between", above=base.id)
    assert between.clipped
    assert seen(document, 200, 200) == (255, 255, 255, 255)
