"""The move tool in the real view: layers, groups, what is selected, and what attracts them."""

import asyncio

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from desktop.canvas.history import Guides
from desktop.canvas.selection import SelectionMode
from desktop.canvas.tiles import pixels_of
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.aids import Aid
from tests.desktop.canvas.builders import noise_tiles, value
from tests.desktop.canvas.views.conftest import Studio


async def idle(studio: Studio) -> None:
    while studio.viewmodel.tasks.busy or studio.document.in_transaction:
        await asyncio.sleep(0.01)


def with_two_layers(studio: Studio) -> tuple[str, str]:
    document = studio.new()
    studio.viewmodel.aids.toggle(Aid.SNAPPING)
    lower = document.add_layer("lower", tiles=noise_tiles(1, 60, 50), x=10, y=10)
    upper = document.add_layer("upper", tiles=noise_tiles(2, 40, 40), x=80, y=20)
    studio.viewmodel.tools.choose(ToolName.MOVE)
    return lower.id, upper.id


def places(studio: Studio) -> dict[str, tuple[int, int]]:
    return {layer.name: (layer.offset.x(), layer.offset.y()) for layer in studio.document.layers}


def choose(studio: Studio, *ids: str) -> None:
    layers = studio.viewmodel.layers
    layers.choose([layers.row_of(layer_id) for layer_id in ids])


def test_all_layers_that_are_chosen_move_together(studio: Studio) -> None:
    lower, upper = with_two_layers(studio)
    choose(studio, lower, upper)
    before = value(studio.document.snapshot())
    studio.drag((90, 30), (100, 45))
    assert places(studio) == {"Background": (0, 0), "lower": (20, 25), "upper": (90, 35)}
    assert studio.document.history.undo_labels[-1] == "Move layer"
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == before


def test_a_group_takes_along_what_is_in_it_once(studio: Studio) -> None:
    lower, upper = with_two_layers(studio)
    group = studio.document.group_layers([lower, upper], "group")
    assert group is not None
    choose(studio, studio.document.active_id or "", upper)
    studio.drag((90, 30), (95, 35))
    assert places(studio)["lower"] == (15, 15)
    assert places(studio)["upper"] == (85, 25)


def test_shift_holds_the_move_to_one_direction(studio: Studio) -> None:
    with_two_layers(studio)
    studio.drag((90, 30), (97, 60), modifiers=Qt.KeyboardModifier.NoModifier, release=False)
    end = studio.at(97, 60).toPoint()
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, end)
    assert places(studio)["upper"] == (80, 50)


def test_what_is_selected_moves_with_the_selection_and_the_rest_stays(studio: Studio) -> None:
    with_two_layers(studio)
    document = studio.document
    before = pixels_of(studio.picture())
    kept = value(document.snapshot())
    studio.viewmodel.selecting.select_rectangle(QRect(80, 20, 20, 20), SelectionMode.REPLACE)
    selected = value(document.snapshot())
    studio.drag((90, 30), (95, 35), (120, 90))
    # The next stroke waits for the pixels, and nothing of it is lost.
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.drag((115, 90), (125, 95))
    studio.run(idle(studio))
    studio.settle()
    assert not studio.errors
    assert document.history.undo_labels[-1] == "Brush stroke"
    studio.viewmodel.undo()
    after = pixels_of(studio.picture())
    assert document.selection is not None
    assert document.selection.bounds == QRect(110, 80, 20, 20)
    assert np.array_equal(after[20:60, 100:120], before[20:60, 100:120])
    layer = document.active_layer
    assert layer is not None
    assert document.history.undo_labels[-1] == "Move selected pixels"
    studio.viewmodel.undo()
    assert value(document.snapshot()) == selected
    studio.viewmodel.undo()
    assert value(document.snapshot()) == kept


def test_esc_puts_selected_pixels_back(studio: Studio) -> None:
    with_two_layers(studio)
    studio.viewmodel.selecting.select_rectangle(QRect(80, 20, 20, 20), SelectionMode.REPLACE)
    before = value(studio.document.snapshot())
    studio.drag((90, 30), (120, 90), release=False)
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    studio.run(idle(studio))
    assert value(studio.document.snapshot()) == before


@pytest.mark.parametrize("snaps", [True, False])
def test_a_guide_attracts_the_edge_of_what_is_moved(studio: Studio, *, snaps: bool) -> None:
    with_two_layers(studio)
    if snaps:
        studio.viewmodel.aids.toggle(Aid.SNAPPING)
    studio.document.set_guides(Guides(vertical=(150.0,), horizontal=()))
    studio.run(studio.finish_tasks())
    studio.drag((90, 30), (118, 61))
    # Its right edge, at 120, comes to 148: two pixels from the guide.
    assert places(studio)["upper"][0] == (110 if snaps else 108)


def test_arrow_keys_move_what_is_selected(studio: Studio) -> None:
    with_two_layers(studio)
    studio.viewmodel.selecting.select_rectangle(QRect(80, 20, 20, 20), SelectionMode.REPLACE)
    QTest.keyClick(studio.view, Qt.Key.Key_Right)
    studio.run(idle(studio))
    assert studio.document.selection is not None
    assert studio.document.selection.bounds == QRect(81, 20, 20, 20)
