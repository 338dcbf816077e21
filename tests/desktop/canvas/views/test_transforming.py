"""Transforming, cropping and resizing in the real view, each taken back bit for bit."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest

from desktop.canvas import selection as selections
from desktop.canvas.history import Guides
from desktop.canvas.masks import mask_from_selection
from desktop.canvas.selection import SelectionMode
from desktop.canvas.tiles import pixels_of
from desktop.canvas.tools.base import ToolName
from desktop.canvas.transforming.pose import Handle
from desktop.canvas.transforming.resampling import Resampling
from desktop.canvas.viewmodels.paging import Paging
from tests.desktop.canvas.builders import bits, noise, noise_tiles, value
from tests.desktop.canvas.views.conftest import Studio


async def idle(studio: Studio) -> None:
    while studio.viewmodel.tasks.busy or studio.document.in_transaction:
        await asyncio.sleep(0.01)


async def ready(studio: Studio) -> None:
    while studio.viewmodel.transforming.pose is None:
        await asyncio.sleep(0.01)


def with_noise(studio: Studio, width: int = 200, height: int = 150) -> bytes:
    """A document with one layer of noise; its bits."""
    document = studio.new(width, height)
    document.replace_pixels(document.layers[0].id, noise_tiles(1, width, height), label="Fill")
    return bits(studio.picture())


def begin(studio: Studio) -> None:
    studio.viewmodel.tools.choose(ToolName.TRANSFORM)
    studio.run(ready(studio))


def test_nothing_done_leaves_no_step(studio: Studio) -> None:
    before = with_noise(studio)
    steps = len(studio.document.history.undo_labels)
    begin(studio)
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    assert bits(studio.picture()) == before
    assert len(studio.document.history.undo_labels) == steps
    assert studio.viewmodel.tools.tool is ToolName.BRUSH


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_quarter_turns_are_bit_for_bit(studio: Studio, turns: int) -> None:
    with_noise(studio, 200, 200)
    before = pixels_of(studio.picture())
    begin(studio)
    for _ in range(turns):
        studio.page.options.transform.buttons["turn_on"].click()
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    assert np.array_equal(pixels_of(studio.picture()), np.rot90(before, -turns))
    if turns < 4:
        studio.viewmodel.undo()
        assert np.array_equal(pixels_of(studio.picture()), before)


def test_a_drag_moves_and_esc_takes_it_back(studio: Studio) -> None:
    before = with_noise(studio)
    begin(studio)
    studio.drag((100, 75), (110, 80), (130, 85))
    assert bits(studio.picture()) != before
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    assert bits(studio.picture()) == before
    assert not studio.document.in_transaction


def test_handles_scale_what_is_selected_as_one_step(studio: Studio) -> None:
    with_noise(studio)
    before = value(studio.document.snapshot())
    studio.viewmodel.selecting.select_rectangle(QRect(40, 30, 60, 50), SelectionMode.REPLACE)
    selected = value(studio.document.snapshot())
    begin(studio)
    studio.drag((100, 80), (120, 100), (160, 130))
    pose = studio.viewmodel.transforming.pose
    assert pose is not None
    assert pose.scale_x == pytest.approx(2, abs=0.1)
    assert pose.point(Handle.TOP_LEFT) == QPointF(40, 30)
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    selection = studio.document.selection
    assert selection is not None
    assert selection.bounds.width() == pytest.approx(120, abs=5)
    assert studio.document.history.undo_labels[-1] == "Transform"
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == selected
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == before


def test_another_tool_keeps_what_was_done(studio: Studio) -> None:
    before = with_noise(studio)
    begin(studio)
    for _ in range(3):
        QTest.keyClick(studio.view, Qt.Key.Key_Right)
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.run(idle(studio))
    assert studio.document.layers[0].offset.x() == 3
    studio.viewmodel.undo()
    assert bits(studio.picture()) == before


def test_at_rest_the_picture_holds_the_exact_result(studio: Studio) -> None:
    with_noise(studio)
    begin(studio)
    studio.page.options.transform.angle.setValue(20)

    async def settled() -> None:
        while studio.viewmodel.overlays.frame is None or studio.viewmodel.overlays.frame.floats:
            await asyncio.sleep(0.02)

    studio.run(settled())
    shown = bits(studio.picture())
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    assert bits(studio.picture()) == shown


def test_what_is_empty_or_locked_says_so(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.layer_actions.add()
    studio.viewmodel.tools.choose(ToolName.TRANSFORM)
    studio.run(idle(studio))
    assert studio.errors[-1].code == "NOTHING_TO_TRANSFORM"
    document.set_locked(document.layers[0].id, True)
    document.activate(document.layers[0].id)
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.viewmodel.tools.choose(ToolName.TRANSFORM)
    assert studio.errors[-1].code == "LAYER_LOCKED"
    assert not document.in_transaction


def test_arrow_keys_nudge_the_layer(studio: Studio) -> None:
    before = with_noise(studio)
    studio.viewmodel.tools.choose(ToolName.MOVE)
    QTest.keyClick(studio.view, Qt.Key.Key_Left)
    QTest.keyClick(studio.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (studio.document.layers[0].offset.x(), studio.document.layers[0].offset.y()) == (-1, 10)
    studio.viewmodel.undo()
    studio.viewmodel.undo()
    assert bits(studio.picture()) == before


def test_cropping_by_the_frame(studio: Studio) -> None:
    with_noise(studio)
    before, picture = value(studio.document.snapshot()), pixels_of(studio.picture())
    studio.viewmodel.tools.choose(ToolName.CROP)
    studio.drag((200, 150), (180, 140), (150, 110))
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    document = studio.document
    assert document.width == pytest.approx(150, abs=2)
    assert document.height == pytest.approx(110, abs=2)
    expected = picture[: document.height, : document.width]
    assert np.array_equal(pixels_of(studio.picture()), expected)
    assert studio.shown().width() == studio.view.width()
    studio.viewmodel.undo()
    assert value(document.snapshot()) == before
    studio.viewmodel.redo()
    assert document.width == expected.shape[1]


def test_a_crop_frame_keeps_its_ratio_straightens_and_can_be_left(studio: Studio) -> None:
    with_noise(studio)
    before = value(studio.document.snapshot())
    studio.viewmodel.tools.choose(ToolName.CROP)
    studio.page.options.crop.ratio.setCurrentIndex(1)
    studio.page.options.crop.angle.setValue(10)
    pose = studio.viewmodel.paging.pose
    assert pose is not None
    assert pose.source.width() == pose.source.height() == 150
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    assert value(studio.document.snapshot()) == before
    studio.viewmodel.tools.choose(ToolName.CROP)
    studio.page.options.crop.angle.setValue(10)
    studio.page.options.crop.apply.click()
    studio.run(idle(studio))
    assert studio.document.rect == QRect(0, 0, 150, 150)
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == before


CHANGES: dict[str, tuple[Callable[[Paging], None], Callable[[np.ndarray], np.ndarray]]] = {
    "right": (lambda paging: paging.turn(1), lambda pixels: np.rot90(pixels, -1)),
    "left": (lambda paging: paging.turn(3), np.rot90),
    "over": (lambda paging: paging.turn(2), lambda pixels: np.rot90(pixels, 2)),
    "across": (lambda paging: paging.mirror(across=True), lambda pixels: pixels[:, ::-1]),
    "down": (lambda paging: paging.mirror(across=False), lambda pixels: pixels[::-1]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_picture_turns_and_flips_with_all_that_is_on_it(studio: Studio, name: str) -> None:
    with_noise(studio)
    document = studio.document
    document.set_guides(Guides(vertical=(30.0,), horizontal=(20.0,)))
    studio.viewmodel.selecting.select_rectangle(QRect(10, 5, 40, 60), SelectionMode.REPLACE)
    before, picture = value(document.snapshot()), pixels_of(studio.picture())
    assert document.selection is not None
    mask = document.selection.full_mask()
    change, expected = CHANGES[name]
    change(studio.viewmodel.paging)
    studio.run(idle(studio))
    assert np.array_equal(pixels_of(studio.picture()), expected(picture))
    assert np.array_equal(document.selection.full_mask(), expected(mask))
    assert len(document.guides.vertical) == len(document.guides.horizontal) == 1
    studio.viewmodel.undo()
    assert value(document.snapshot()) == before


def test_canvas_size_keeps_the_pixels_by_the_anchor(studio: Studio) -> None:
    with_noise(studio)
    before, picture = value(studio.document.snapshot()), pixels_of(studio.picture())
    dialog = studio.page.dialogs.pages.canvas_size()
    assert dialog is not None
    dialog.page_width.setValue(260)
    dialog.page_height.setValue(150)
    dialog.choose_anchor(2, 1)
    dialog.accept()
    studio.run(idle(studio))
    assert np.array_equal(pixels_of(studio.picture())[:, 60:], picture)
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == before


@pytest.mark.parametrize("method", list(Resampling))
def test_picture_size_resamples_every_layer(studio: Studio, method: Resampling) -> None:
    with_noise(studio)
    before = value(studio.document.snapshot())
    dialog = studio.page.dialogs.pages.picture_size()
    assert dialog is not None
    dialog.page_width.setValue(100)
    assert dialog.page_height.value() == 75
    dialog.method.setCurrentIndex(list(Resampling).index(method))
    dialog.accept()
    studio.run(idle(studio))
    assert studio.document.rect == QRect(0, 0, 100, 75)
    average = pixels_of(noise(1, 200, 150)).astype(float).mean()
    assert pixels_of(studio.picture()).astype(float).mean() == pytest.approx(average, abs=4)
    studio.viewmodel.undo()
    assert value(studio.document.snapshot()) == before


def test_a_group_and_its_mask_turn_with_all_that_lies_in_it(studio: Studio) -> None:
    with_noise(studio)
    document = studio.document
    upper = document.add_layer("upper", tiles=noise_tiles(5, 120, 90), x=40, y=20)
    selection = selections.rectangle(200, 150, QRect(50, 30, 60, 50))
    assert selection is not None
    document.set_mask(upper.id, mask_from_selection(selection, upper.offset))
    document.group_layers([layer.id for layer in document.layers], "group")
    before, picture = value(document.snapshot()), pixels_of(studio.picture())
    begin(studio)
    studio.page.options.transform.buttons["flip_across"].click()
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    assert np.array_equal(pixels_of(studio.picture()), picture[:, ::-1])
    studio.viewmodel.undo()
    assert value(document.snapshot()) == before


def test_all_layers_that_are_chosen_turn_together(studio: Studio) -> None:
    with_noise(studio)
    document, layers = studio.document, studio.viewmodel.layers
    upper = document.add_layer("upper", tiles=noise_tiles(5, 200, 150))
    document.set_opacity(upper.id, 0.5)
    before, picture = value(document.snapshot()), pixels_of(studio.picture())
    layers.choose(range(layers.rowCount()))
    begin(studio)
    studio.page.options.transform.buttons["flip_across"].click()
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    studio.run(idle(studio))
    assert np.array_equal(pixels_of(studio.picture()), picture[:, ::-1])
    studio.viewmodel.undo()
    assert value(document.snapshot()) == before
