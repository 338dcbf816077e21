"""Panels and bars: what is set there reaches the document, and what changes there is shown."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QSlider,
    QWidget,
)

from desktop.canvas.layers import BlendMode
from desktop.canvas.tools.base import ToolName
from desktop.canvas.views.commands import canvas_commands
from desktop.canvas.views.history_panel import HistoryPanel
from desktop.canvas.views.layer_delegate import row_places
from desktop.canvas.views.layers_panel import LayersPanel
from desktop.widgets.commands import CommandRegistry
from shared.contracts.generation import ModelReference, Placement, Recipe, Rendering, TextToImage
from shared.imaging.pictures import encode_png
from tests.desktop.canvas.views.conftest import Studio, colour

RECIPE = Recipe(
    request=TextToImage(model=ModelReference(id="starter"), prompt="a sea", seed=7, width=64, height=64),
    rendering=Rendering(
        seed=7,
        device="cpu",
        precision="float32",
        attention="plain",
        engine="1",
        model_sha256="",
        work_width=64,
        work_height=64,
    ),
)


@pytest.fixture
def panel(studio: Studio) -> LayersPanel:
    studio.new()
    panel = LayersPanel(viewmodel=studio.viewmodel)
    panel.setParent(studio.page)
    panel.resize(300, 400)
    panel.show()
    studio.settle()
    return panel


def names(studio: Studio) -> list[str]:
    return [layer.name for layer in studio.document.layers]


def test_buttons_add_duplicate_reorder_and_delete(studio: Studio, panel: LayersPanel) -> None:
    panel.add.click()
    assert names(studio) == ["Background", "Layer 2"]
    panel.duplicate.click()
    assert names(studio) == ["Background", "Layer 2", "Layer 2 copy"]
    panel.down.click()
    assert names(studio) == ["Background", "Layer 2 copy", "Layer 2"]
    panel.up.click()
    panel.delete.click()
    assert names(studio) == ["Background", "Layer 2"]
    for _ in range(5):
        studio.viewmodel.current.undo()
    assert names(studio) == ["Background"]


def test_a_layer_is_renamed_in_its_place(studio: Studio, panel: LayersPanel) -> None:
    index = studio.viewmodel.layers.index(0)
    panel.list.edit(index)
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName()
    editor.selectAll()
    QTest.keyClicks(editor, "Sky")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    studio.settle()
    assert names(studio) == ["Sky"]


def test_the_eye_hides_the_layer_and_does_not_choose_it(studio: Studio, panel: LayersPanel) -> None:
    panel.add.click()
    studio.settle()
    index = studio.viewmodel.layers.index(1)
    eye = row_places(panel.list.visualRect(index), index, Qt.LayoutDirection.LeftToRight).eye.center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert [layer.visible for layer in studio.document.layers] == [False, True]
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert [layer.visible for layer in studio.document.layers] == [True, True]


def test_a_drag_of_the_opacity_is_one_step(studio: Studio, panel: LayersPanel) -> None:
    slider = panel.opacity.findChild(QSlider)
    assert slider is not None
    slider.setSliderDown(True)
    for value in (80, 60, 40):
        slider.setSliderPosition(value)
    slider.setSliderDown(False)
    assert studio.document.layers[0].opacity == pytest.approx(0.4)
    assert studio.document.history.undo_labels == ("Layer opacity",)
    assert not studio.document.in_transaction


def test_the_blend_mode_reaches_the_picture(studio: Studio, panel: LayersPanel) -> None:
    panel.add.click()
    panel.blend.setCurrentIndex(panel.blend.findData(BlendMode.MULTIPLY))
    panel.blend.activated.emit(panel.blend.currentIndex())
    assert studio.document.layers[1].blend is BlendMode.MULTIPLY


def test_layers_are_dropped_between_others(studio: Studio, panel: LayersPanel) -> None:
    panel.add.click()
    panel.add.click()
    layers = studio.viewmodel.layers
    data = layers.mimeData([layers.index(0)])
    layers.dropMimeData(data, Qt.DropAction.MoveAction, 3, 0, layers.index(-1))
    assert names(studio) == ["Layer 3", "Background", "Layer 2"]
    assert layers.active_row == 2


def test_merging_keeps_what_is_seen(studio: Studio, panel: LayersPanel) -> None:
    panel.add.click()
    studio.viewmodel.tools.set_foreground(QColor("blue"))
    studio.drag((50, 50), (60, 60))
    seen = studio.picture()
    studio.run(studio.viewmodel.layer_actions.merge_down())
    assert names(studio) == ["Background"]
    assert studio.picture() == seen


def test_a_recipe_layer_is_marked_and_its_recipe_opened(studio: Studio, panel: LayersPanel) -> None:
    opened: list[Recipe] = []
    studio.viewmodel.recipe_opened.connect(lambda made, _layer: opened.append(made))
    assert not panel.recipe.isEnabled()
    png = encode_png(np.full((64, 64, 3), 200, np.uint8))
    added = studio.run(
        studio.viewmodel.add_result(png, placement=Placement(x=10, y=20), recipe=RECIPE, name="a sea")
    )
    assert added
    assert colour(studio.picture(), 12, 22) == (200, 200, 200)
    assert colour(studio.picture(), 9, 19) == (255, 255, 255)
    studio.settle()
    panel.recipe.click()
    index = studio.viewmodel.layers.index(0)
    mark = row_places(panel.list.visualRect(index), index, Qt.LayoutDirection.LeftToRight).recipe.center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=mark)
    assert opened == [RECIPE, RECIPE]


def test_thumbnails_show_the_layer(studio: Studio, panel: LayersPanel) -> None:
    studio.viewmodel.layers.refresh_thumbnails()
    studio.run(studio.finish_tasks())
    thumbnail = studio.viewmodel.layers.index(0).data(Qt.ItemDataRole.DecorationRole)
    assert colour(thumbnail, thumbnail.width() // 2, thumbnail.height() // 2) == (255, 255, 255)


def test_rows_mirror_where_text_runs_from_right_to_left(panel: LayersPanel) -> None:
    index = panel.list.model().index(0, 0)
    row = panel.list.visualRect(index)
    left, right = (
        row_places(row, index, direction)
        for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)
    )
    assert left.eye.left() == row.left()
    assert right.eye.right() == row.right()
    assert not right.name.intersects(right.recipe)


def test_a_click_in_the_history_travels_there(studio: Studio) -> None:
    studio.new()
    for _ in range(3):
        studio.viewmodel.layer_actions.add()
    panel = HistoryPanel(history=studio.viewmodel.history)
    panel.setParent(studio.page)
    panel.resize(300, 300)
    panel.show()
    for row, layers in ((1, 2), (3, 4), (0, 1)):
        place = panel.list.visualRect(studio.viewmodel.history.index(row)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert len(studio.document.layers) == layers
        assert studio.viewmodel.history.current_row == row
    assert studio.viewmodel.history.can_redo


def test_tool_bar_and_keys_choose_the_same_tools(studio: Studio) -> None:
    registry = CommandRegistry()
    registry.add(*canvas_commands(studio.viewmodel, studio.page.dialogs))
    for tool in (ToolName.ERASER, ToolName.LASSO, ToolName.PAN, ToolName.BRUSH):
        registry.run(f"canvas.tool.{tool}")
        assert studio.viewmodel.tools.tool is tool
        assert studio.page.tool_bar.button(tool).isChecked()
    studio.page.tool_bar.button(ToolName.MARQUEE).click()
    assert studio.viewmodel.tools.tool is ToolName.MARQUEE


def test_commands_wait_for_what_they_need(studio: Studio) -> None:
    commands = {command.id: command for command in canvas_commands(studio.viewmodel, studio.page.dialogs)}
    assert not commands["canvas.save"].enabled()
    assert not commands["canvas.undo"].enabled()
    studio.new()
    assert commands["canvas.save"].enabled()
    commands["canvas.add_layer"].run()
    assert commands["canvas.undo"].enabled()
    commands["canvas.undo"].run()
    assert commands["canvas.redo"].enabled()


def test_brush_and_eraser_keep_their_own_size(studio: Studio) -> None:
    tools = studio.viewmodel.tools
    sliders = studio.page.options.brush
    tools.set_brush(size=50)
    tools.choose(ToolName.ERASER)
    tools.set_brush(size=90)
    assert sliders.size_slider.value() == 90
    tools.choose(ToolName.BRUSH)
    assert sliders.size_slider.value() == 50
    sliders.size_slider.value_changed.emit(33.0)
    assert tools.brush.size == 33
    tools.set_brush(size=1)
    tools.enlarge_brush()
    assert tools.brush.size == 2
    tools.reduce_brush()
    tools.reduce_brush()
    assert tools.brush.size == 1


def test_the_colour_panel_sets_the_foreground(studio: Studio) -> None:
    control = studio.page.tool_bar.colours
    panel = control.open_panel(is_foreground=True)
    panel.code.setText("#336699")
    panel.code.editingFinished.emit()
    assert studio.viewmodel.tools.foreground.name() == "#336699"
    QTest.mouseClick(panel.square, Qt.MouseButton.LeftButton, pos=QPoint(0, 199))
    assert studio.viewmodel.tools.foreground.name() == "#000000"
    # Black has no hue of its own; the panel remembers the blue.
    QTest.mouseClick(panel.square, Qt.MouseButton.LeftButton, pos=QPoint(199, 0))
    assert studio.viewmodel.tools.foreground.hsvHue() == pytest.approx(210, abs=2)
    panel.close()
    control.swap.click()
    assert studio.viewmodel.tools.foreground == QColor("white")
    assert studio.viewmodel.tools.background.hsvHue() == pytest.approx(210, abs=2)


def test_every_control_has_a_name_and_a_tooltip(studio: Studio, panel: LayersPanel) -> None:
    kinds = (
        QAbstractButton,
        QAbstractSlider,
        QAbstractSpinBox,
        QComboBox,
        QLineEdit,
        QAbstractItemView,
    )
    colours = studio.page.tool_bar.colours.open_panel(is_foreground=True)
    dialog = studio.page.dialogs.new()
    controls: list[QWidget] = []
    for root in (studio.page, panel, colours, dialog):
        for kind in kinds:
            controls += [widget for widget in root.findChildren(kind) if not _is_inside_another(widget)]
    assert len(controls) > 40
    shown = [widget for widget in controls if widget.isVisible()]
    assert len(shown) > 30
    assert not [widget for widget in shown if not widget.accessibleName()]
    assert not [widget for widget in shown if not widget.toolTip()]
    assert studio.view.accessibleName()
    colours.close()
    dialog.close()


def _is_inside_another(widget: QWidget) -> bool:
    """Qt's own parts of a compound control: a spin box's line, a list's scroll bars."""
    return widget.objectName().startswith("qt_") or any(
        isinstance(parent, QAbstractSpinBox | QComboBox)
        or (isinstance(parent, QAbstractItemView) and isinstance(widget, QAbstractSlider))
        for parent in _ancestors(widget)
    )


def _ancestors(widget: QWidget) -> list[QWidget]:
    found = []
    parent = widget.parentWidget()
    while parent is not None:
        found.append(parent)
        parent = parent.parentWidget()
    return found
