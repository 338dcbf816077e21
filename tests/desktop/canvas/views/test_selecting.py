"""Selecting by hand in the real view: shapes, the wand, what moves an outline, and what waits for what."""

import asyncio

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from desktop.canvas.selection import SelectionMode, from_mask
from desktop.canvas.selection_changes import Sampling
from desktop.canvas.tools.base import ToolName
from desktop.canvas.views.ants import CELL, SLOW_STEP_MILLISECONDS, STEP_MILLISECONDS, cells_along
from tests.desktop.canvas.views.conftest import Studio

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def mask(studio: Studio) -> NDArray[np.uint8]:
    document = studio.document
    selection = document.selection
    return (
        np.zeros((document.height, document.width), np.uint8) if selection is None else selection.full_mask()
    )


def click(
    studio: Studio, x: float, y: float, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mouseClick(studio.view, Qt.MouseButton.LeftButton, modifiers, studio.at(x, y).toPoint())


def test_an_ellipse_is_dragged_and_ctrl_makes_a_circle(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.tools.choose(ToolName.ELLIPSE)
    studio.drag((20, 20), (60, 40), (120, 70))
    first = studio.document.selection
    assert first is not None
    assert mask(studio)[45, 70] == 255
    assert mask(studio)[22, 22] == 0
    QTest.mousePress(studio.view, Qt.MouseButton.LeftButton, CONTROL, studio.at(130, 80).toPoint())
    QTest.mouseMove(studio.view, studio.at(170, 90).toPoint())
    # QTest's move carries no keys, so the release decides.
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, CONTROL, studio.at(180, 90).toPoint())
    second = studio.document.selection
    assert second is not None
    assert second.bounds.width() == second.bounds.height()


def test_a_polygon_is_clicked_corner_by_corner(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.tools.choose(ToolName.POLYGON)
    for corner in ((20, 20), (120, 25), (140, 130), (70, 90)):
        click(studio, *corner)
    assert studio.viewmodel.gestures.pending
    QTest.mouseMove(studio.view, studio.at(90, 60).toPoint())
    assert not studio.viewmodel.gestures.outline.isEmpty()
    QTest.keyClick(studio.view, Qt.Key.Key_Backspace)
    QTest.keyClick(studio.view, Qt.Key.Key_Return)
    assert studio.document.selection is not None
    assert mask(studio)[40, 100] == 255
    assert mask(studio)[100, 30] == 0
    click(studio, 10, 10)
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    assert studio.viewmodel.gestures.outline.isEmpty()
    assert studio.document.selection is not None


def test_a_click_on_the_first_corner_closes_a_polygon_and_another_tool_drops_it(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.tools.choose(ToolName.POLYGON)
    for corner in ((20, 20), (120, 25), (140, 130), (21, 21)):
        click(studio, *corner)
    assert studio.document.selection is not None
    click(studio, 50, 50)
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.viewmodel.tools.choose(ToolName.POLYGON)
    assert not studio.viewmodel.gestures.pending


def test_the_wand_takes_the_spot_that_is_clicked_on(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.drag((40, 40), (80, 40))
    studio.drag((40, 110), (80, 110))
    studio.viewmodel.tools.choose(ToolName.WAND)
    click(studio, 60, 40)
    one = int((mask(studio) == 255).sum())
    assert 0 < one < 200 * 150 // 3
    assert mask(studio)[110, 60] == 0
    click(studio, 60, 110, SHIFT)
    assert int((mask(studio) == 255).sum()) == pytest.approx(2 * one, rel=0.1)
    studio.viewmodel.tools.set_sampling(Sampling(contiguous=False))
    click(studio, 60, 40)
    assert int((mask(studio) == 255).sum()) == pytest.approx(2 * one, rel=0.1)
    studio.viewmodel.tools.choose(ToolName.COLOUR_RANGE)
    click(studio, 120, 75)
    assert mask(studio)[75, 120] == 255
    assert mask(studio)[40, 60] == 0
    for _ in range(4):
        studio.viewmodel.current.undo()
    assert studio.document.selection is None


def test_the_wand_may_look_at_the_layer_alone(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.layer_actions.add()
    studio.viewmodel.tools.choose(ToolName.WAND)
    studio.viewmodel.tools.set_sampling(Sampling(all_layers=False))
    studio.viewmodel.current.attempt(lambda: document.activate(document.layers[0].id))
    click(studio, 10, 10)
    assert mask(studio).min() == 255
    studio.viewmodel.selecting.deselect()
    studio.viewmodel.selecting.select_alpha()
    assert mask(studio).min() == 255


def test_a_drag_inside_moves_the_outline_and_not_the_picture(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.tools.choose(ToolName.MARQUEE)
    studio.drag((20, 20), (40, 40), (60, 60))
    before, picture = mask(studio), studio.picture()
    studio.drag((40, 40), (60, 50), (70, 55))
    expected = np.zeros_like(before)
    expected[15:, 30:] = before[:-15, :-30]
    assert abs(int((mask(studio) != expected).sum())) <= 2 * 42
    assert studio.picture() == picture
    studio.viewmodel.current.undo()
    assert np.array_equal(mask(studio), before)
    click(studio, 40, 40)
    assert studio.document.selection is None
    studio.viewmodel.selecting.reselect()
    assert np.array_equal(mask(studio), before)


@pytest.mark.parametrize(
    "label",
    ["Feather selection", "Grow selection", "Shrink selection", "Border selection", "Smooth selection"],
)
def test_growth_is_asked_for_and_undone(studio: Studio, label: str) -> None:
    studio.new()
    studio.viewmodel.selecting.select_rectangle(QRect(50, 40, 80, 60), SelectionMode.REPLACE)
    before = mask(studio)
    dialog = studio.page.dialogs.selection.ask_radius(label)
    dialog.radius.setValue(6)
    dialog.accept()
    studio.run(studio.finish_tasks())
    assert not np.array_equal(mask(studio), before)
    studio.viewmodel.current.undo()
    assert np.array_equal(mask(studio), before)


def test_what_is_asked_for_while_a_large_selection_is_computed_comes_after_it(studio: Studio) -> None:
    document = studio.new(2600, 2000)
    selecting, tools = studio.viewmodel.selecting, studio.viewmodel.tools
    selecting.select_rectangle(QRect(600, 500, 1700, 1300), SelectionMode.REPLACE)
    assert selecting.busy
    selecting.select_rectangle(QRect(1000, 800, 400, 300), SelectionMode.SUBTRACT)
    assert document.selection is None
    tools.choose(ToolName.BRUSH)
    tools.set_brush(size=80)
    studio.drag((400, 700), (900, 700), (1500, 700))
    assert not document.in_transaction

    async def until_idle() -> None:
        while selecting.busy or studio.viewmodel.tasks.busy:
            await asyncio.sleep(0.01)

    studio.run(until_idle())
    assert document.history.undo_labels[-3:] == ("Select", "Select", "Brush stroke")
    assert mask(studio)[900, 1200] == 0
    assert mask(studio)[600, 700] == 255
    picture = studio.picture()
    assert picture.pixelColor(500, 700).name() == "#ffffff"
    assert picture.pixelColor(900, 700).name() == "#000000"


def test_undo_while_a_selection_is_computed_takes_that_one_back(studio: Studio) -> None:
    document = studio.new(2600, 2000)
    selecting = studio.viewmodel.selecting
    selecting.select_all()
    selecting.invert()
    selecting.after(studio.viewmodel.current.undo)
    studio.run(studio.finish_tasks())
    assert mask(studio).min() == 255
    assert document.history.redo_labels == ("Invert selection",)


def test_ants_repaint_only_where_they_march() -> None:
    path = QPainterPath()
    path.addRect(100, 100, 1000, 600)
    region = cells_along(path, QRect(0, 0, 1600, 900))
    assert not region.contains(QPoint(600, 400))
    for point in (QPointF(100, 100), QPointF(1100, 400), QPointF(500, 700)):
        assert region.contains(point.toPoint())
    places = [QPoint(x, y) for x in range(0, 1600, CELL) for y in range(0, 900, CELL)]
    assert sum(region.contains(place) for place in places) < len(places) / 3


def test_tools_of_one_family_share_a_button(studio: Studio) -> None:
    bar, tools = studio.page.tool_bar, studio.viewmodel.tools
    button: QToolButton = bar.button(ToolName.ELLIPSE)
    assert button is bar.button(ToolName.MARQUEE)
    tools.choose(ToolName.ELLIPSE)
    assert button.isChecked()
    assert "Shift+M" in button.toolTip()
    tools.choose(ToolName.BRUSH)
    button.click()
    assert tools.tool is ToolName.ELLIPSE


def test_a_quick_mask_is_painted_with_the_brushes_and_becomes_the_selection(studio: Studio) -> None:
    document = studio.new()
    picture = studio.picture()
    studio.viewmodel.selecting.select_rectangle(QRect(20, 20, 60, 60), SelectionMode.REPLACE)
    before, steps = mask(studio), len(document.history.undo_labels)
    quick, tools = studio.viewmodel.quick_mask, studio.viewmodel.tools
    quick.toggle()
    studio.run(studio.finish_tasks())
    assert quick.active
    plain = studio.shown().pixelColor(studio.at(150, 100).toPoint()).name()
    assert studio.shown().pixelColor(studio.at(50, 50).toPoint()).name() != plain
    tools.choose(ToolName.BRUSH)
    tools.set_brush(size=30, hardness=1.0)
    studio.drag((120, 100), (150, 100))
    assert studio.shown().pixelColor(studio.at(150, 100).toPoint()).name() != plain
    studio.drag((120, 40), (150, 40))
    studio.viewmodel.undo()
    tools.choose(ToolName.ERASER)
    tools.set_brush(size=30, hardness=1.0)
    studio.drag((50, 50), (55, 50))
    assert studio.picture() == picture
    assert len(document.history.undo_labels) == steps
    quick.toggle()
    studio.run(studio.finish_tasks())
    after = mask(studio)
    assert (after[25, 25], after[50, 50], after[100, 140], after[40, 140]) == (255, 0, 255, 0)
    assert document.history.undo_labels[-1] == "Quick mask"
    studio.viewmodel.undo()
    assert np.array_equal(mask(studio), before)


def test_a_quick_mask_of_no_selection_and_with_nothing_painted_selects_nothing(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.quick_mask.toggle()
    studio.run(studio.finish_tasks())
    studio.viewmodel.quick_mask.toggle()
    studio.run(studio.finish_tasks())
    assert studio.document.selection is None


def test_a_quick_mask_takes_fills_and_gradients_too(studio: Studio) -> None:
    document = studio.new()
    picture, quick, tools = studio.picture(), studio.viewmodel.quick_mask, studio.viewmodel.tools
    quick.toggle()
    studio.run(studio.finish_tasks())
    tools.choose(ToolName.GRADIENT)
    studio.drag((0, 75), (199, 75))
    studio.run(studio.finish_tasks())
    quick.toggle()
    studio.run(studio.finish_tasks())
    falling = mask(studio)[75]
    assert falling[2] > 245
    assert 100 < falling[100] < 155
    assert falling[197] < 10
    studio.viewmodel.selecting.deselect()
    quick.toggle()
    studio.run(studio.finish_tasks())
    tools.choose(ToolName.FILL)
    click(studio, 100, 75)
    studio.run(studio.finish_tasks())
    quick.toggle()
    studio.run(studio.finish_tasks())
    assert mask(studio).min() == 255
    assert studio.picture() == picture
    assert document.history.undo_labels[-1] == "Quick mask"


def test_ants_around_thousands_of_specks_march_slowly(studio: Studio) -> None:
    document = studio.new(400, 300)
    studio.viewmodel.selecting.select_all()
    assert studio.view._ants._timer.interval() == STEP_MILLISECONDS
    specks = np.zeros((300, 400), np.uint8)
    specks[::8, ::8] = 255
    document.set_selection(from_mask(specks), "Select")
    assert studio.view._ants.marching
    assert studio.view._ants._timer.interval() == SLOW_STEP_MILLISECONDS
