"""Adjustments through their windows: seen live, exact when accepted, gone when cancelled."""

import asyncio

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect

from desktop.canvas.adjustments.applying import adjusted_tiles
from desktop.canvas.adjustments.filters import GaussianBlur
from desktop.canvas.adjustments.tones import Invert
from desktop.canvas.brushes.curves import Curve
from desktop.canvas.masks import mask_from_pixels, mask_pixels
from desktop.canvas.selection import SelectionMode
from desktop.canvas.tiles import image_from_tiles
from desktop.canvas.views.adjustment_dialogs import MAKERS
from desktop.canvas.views.adjustment_settings import CurvesSettings, LevelsSettings
from tests.desktop.canvas.builders import bits, noise_tiles, value
from tests.desktop.canvas.views.conftest import Studio


async def idle(studio: Studio) -> None:
    while studio.viewmodel.tasks.busy:
        await asyncio.sleep(0.01)


def noisy(studio: Studio, width: int = 300, height: int = 200) -> None:
    document = studio.new(width, height)
    document.replace_pixels(document.layers[0].id, noise_tiles(2, width, height), label="Fill")


@pytest.mark.parametrize("name", MAKERS)
def test_every_window_tries_applies_and_is_undone(studio: Studio, name: str) -> None:
    noisy(studio)
    document = studio.document
    studio.viewmodel.selecting.select_rectangle(QRect(30, 20, 150, 90), SelectionMode.REPLACE)
    before = value(document.snapshot())
    layer = document.layers[0].freeze()
    dialog = studio.page.dialogs.adjustments.ask(name)
    assert dialog is not None
    slider = next(iter(dialog.settings.sliders.values()), None)
    if slider is not None:
        slider.set_value(slider.value() + 9)
        slider.value_changed.emit(slider.value())
    elif isinstance(dialog.settings, CurvesSettings):
        dialog.settings.editor.curve_changed.emit(Curve(points=((0, 0.2), (0.5, 0.4), (1, 0.9))))
    studio.run(idle(studio))
    assert value(document.snapshot()) != before
    dialog.preview.setChecked(False)
    studio.run(idle(studio))
    assert value(document.snapshot()) == before
    adjustment = dialog.settings.adjustment
    dialog.buttons.accepted.emit()
    studio.run(idle(studio))
    expected = adjusted_tiles(
        layer.tiles,
        adjustment,
        area=QRect(-400, -400, 1200, 1200),
        selection=document.selection,
        offset=QPoint(),
    )
    assert expected is not None
    area = QRect(0, 0, 512, 256)
    assert bits(image_from_tiles(document.layers[0].freeze().tiles, area)) == bits(
        image_from_tiles(expected, area)
    )
    assert document.history.undo_labels[-1] == adjustment.label
    studio.viewmodel.undo()
    assert value(document.snapshot()) == before


def test_cancel_and_a_closed_window_leave_every_bit(studio: Studio) -> None:
    noisy(studio)
    before, steps = value(studio.document.snapshot()), studio.document.history.undo_labels
    for close in ("reject", "close"):
        dialog = studio.page.dialogs.adjustments.ask("contrast")
        assert dialog is not None
        dialog.settings.sliders["contrast"].value_changed.emit(40.0)
        studio.run(idle(studio))
        getattr(dialog, close)()
        assert value(studio.document.snapshot()) == before
        assert not studio.document.in_transaction
    assert studio.document.history.undo_labels == steps


def test_a_large_layer_is_tried_on_a_small_copy(studio: Studio) -> None:
    noisy(studio, 1500, 1400)
    dialog = studio.page.dialogs.adjustments.ask("levels")
    assert dialog is not None
    assert isinstance(dialog.settings, LevelsSettings)
    dialog.settings.sliders["black"].value_changed.emit(60.0)
    studio.run(idle(studio))
    assert studio.viewmodel.adjusting.histogram is not None
    assert int(studio.viewmodel.adjusting.histogram[1].sum()) == pytest.approx(750 * 700, rel=0.01)
    assert not dialog.settings.histogram.grab().toImage().isNull()
    tried = np.array(studio.picture().pixelColor(700, 700).getRgb())
    dialog.buttons.rejected.emit()
    assert not np.array_equal(tried, np.array(studio.picture().pixelColor(700, 700).getRgb()))


def test_a_locked_layer_says_so(studio: Studio) -> None:
    document = studio.new()
    document.set_locked(document.layers[0].id, True)
    assert studio.page.dialogs.adjustments.ask("levels") is None
    assert studio.errors[-1].code == "LAYER_LOCKED"


def test_a_mask_is_adjusted_where_it_is_what_tools_paint_on(studio: Studio) -> None:
    noisy(studio)
    document, layer_id = studio.document, studio.document.layers[0].id
    grey = np.random.default_rng(1).integers(0, 256, (80, 90), dtype=np.uint8)
    document.set_mask(layer_id, mask_from_pixels(grey, x=20, y=30, background=255))
    page = QRect(0, 0, 300, 200)

    def shown() -> NDArray[np.uint8]:
        mask = document.layers[0].freeze().mask
        assert mask is not None
        return mask_pixels(mask, page)

    before, kept = shown(), value(document.snapshot())
    studio.viewmodel.current.paint_on_mask(on=True)
    dialog = studio.page.dialogs.adjustments.ask("contrast")
    assert dialog is not None
    dialog.settings.sliders["contrast"].value_changed.emit(60.0)
    studio.run(idle(studio))
    assert not np.array_equal(shown(), before)
    dialog.reject()
    assert value(document.snapshot()) == kept
    studio.viewmodel.selecting.select_rectangle(QRect(0, 0, 150, 200), SelectionMode.REPLACE)
    pixels = bits(image_from_tiles(document.layers[0].freeze().tiles, page))
    studio.viewmodel.adjusting.apply(Invert())
    studio.run(idle(studio))
    assert np.array_equal(shown()[:, :150], 255 - before[:, :150])
    assert np.array_equal(shown()[:, 150:], before[:, 150:])
    assert bits(image_from_tiles(document.layers[0].freeze().tiles, page)) == pixels


def test_a_blurred_mask_is_not_darker_at_the_edge_of_the_page(studio: Studio) -> None:
    noisy(studio)
    document, layer_id = studio.document, studio.document.layers[0].id
    page = QRect(0, 0, 300, 200)
    document.set_mask(
        layer_id, mask_from_pixels(np.full((200, 300), 180, np.uint8), x=0, y=0, background=255)
    )
    studio.viewmodel.current.paint_on_mask(on=True)
    studio.viewmodel.adjusting.apply(GaussianBlur(radius=8))
    studio.run(idle(studio))
    mask = document.layers[0].freeze().mask
    assert mask is not None
    assert np.abs(mask_pixels(mask, page).astype(int) - 180).max() <= 2
