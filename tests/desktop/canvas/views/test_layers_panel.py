"""The tree of layers: choosing several, groups, masks and locks, by mouse, by key and by drag."""

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop.canvas import selection as selections
from desktop.canvas.layers import BlendMode
from desktop.canvas.masks import mask_pixels
from desktop.canvas.viewmodels.layers import LayerRole
from desktop.canvas.views.commands import canvas_commands
from desktop.canvas.views.layer_delegate import RowPlaces, row_places
from desktop.canvas.views.layers_panel import THROUGH, LayersPanel
from tests.desktop.canvas.views.conftest import Studio, colour

LEFT_TO_RIGHT = Qt.LayoutDirection.LeftToRight


@pytest.fixture
def panel(studio: Studio) -> LayersPanel:
    """Three layers: Background, Layer 2, Layer 3."""
    studio.new()
    panel = LayersPanel(viewmodel=studio.viewmodel)
    panel.setParent(studio.page)
    panel.resize(300, 500)
    panel.show()
    panel.add.click()
    panel.add.click()
    studio.settle()
    return panel


def rows(studio: Studio) -> list[str]:
    """Names from the top down, set in by their depth."""
    layers = studio.viewmodel.layers
    indexes = [layers.index(row) for row in range(layers.rowCount())]
    return ["  " * index.data(LayerRole.DEPTH) + index.data() for index in indexes]


def places(studio: Studio, panel: LayersPanel, row: int) -> RowPlaces:
    index = studio.viewmodel.layers.index(row)
    return row_places(panel.list.visualRect(index), index, LEFT_TO_RIGHT)


def on_mask(studio: Studio) -> bool:
    return studio.viewmodel.current.on_mask


def click(
    panel: LayersPanel, at: QPoint, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def choose(studio: Studio, panel: LayersPanel, *chosen: int) -> None:
    for number, row in enumerate(chosen):
        modifier = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        click(panel, places(studio, panel, row).name.center(), modifier)


def test_several_layers_are_chosen_and_changed_in_one_step(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 0, 2)
    assert [layer.name for layer in studio.viewmodel.layers.chosen] == ["Background", "Layer 3"]
    assert studio.document.active_layer is not None
    assert studio.document.active_layer.name == "Background"
    panel.alpha_lock.click()
    assert [layer.alpha_locked for layer in studio.document.layers] == [True, False, True]
    steps = len(studio.document.history.undo_labels)
    click(panel, places(studio, panel, 0).eye.center())
    assert [layer.visible for layer in studio.document.layers] == [False, True, False]
    assert len(studio.document.history.undo_labels) == steps + 1
    panel.delete.click()
    assert rows(studio) == ["Layer 2"]


def test_chosen_layers_are_grouped_the_group_closed_and_taken_apart(
    studio: Studio, panel: LayersPanel
) -> None:
    choose(studio, panel, 0, 1)
    panel.add_group.click()
    studio.settle()
    assert rows(studio) == ["Group", "  Layer 3", "  Layer 2", "Background"]
    assert panel.blend.currentData() == THROUGH
    click(panel, places(studio, panel, 0).disclosure.center())
    assert rows(studio) == ["Group", "Background"]
    QTest.keyClick(panel.list, Qt.Key.Key_Right)
    assert len(rows(studio)) == 4
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert len(rows(studio)) == 2
    studio.viewmodel.layer_actions.ungroup()
    assert rows(studio) == ["Layer 3", "Layer 2", "Background"]


def test_layers_are_dragged_into_a_group_and_out_again(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 0)
    panel.add_group.click()
    layers = studio.viewmodel.layers
    data = layers.mimeData([layers.index(3), layers.index(2)])
    layers.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, layers.index(0))
    assert rows(studio) == ["Group", "  Layer 2", "  Background", "  Layer 3"]
    data = layers.mimeData([layers.index(3)])
    layers.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, layers.index(-1))
    assert rows(studio) == ["Layer 3", "Group", "  Layer 2", "  Background"]
    data = layers.mimeData([layers.index(1)])
    layers.dropMimeData(data, Qt.DropAction.MoveAction, 3, 0, layers.index(-1))
    assert rows(studio) == ["Layer 3", "Group", "  Layer 2", "  Background"], "not into itself"
    assert len(studio.errors) == 1


def test_raising_goes_out_of_a_group_at_its_end(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 1)
    panel.add_group.click()
    choose(studio, panel, 2)
    panel.up.click()
    assert rows(studio) == ["Layer 3", "Layer 2", "Group", "Background"]


def test_a_mask_is_made_of_the_selection_painted_on_and_applied(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 2)
    studio.document.select(selections.rectangle(200, 150, QRect(0, 0, 100, 150)))
    panel.add_mask.click()
    studio.settle()
    layer = studio.document.layers[0]
    assert layer.mask is not None
    assert on_mask(studio)
    assert not panel.add_mask.isEnabled()
    assert colour(studio.picture(), 50, 50) == (255, 255, 255)
    assert studio.picture().pixelColor(150, 50).alpha() == 0
    click(panel, places(studio, panel, 2).thumbnail.center())
    assert not on_mask(studio)
    click(panel, places(studio, panel, 2).mask.center())
    assert on_mask(studio)
    studio.viewmodel.layer_actions.toggle_mask_enabled()
    assert studio.picture().pixelColor(150, 50).alpha() == 255
    studio.viewmodel.layer_actions.toggle_mask_enabled()
    studio.document.deselect()
    studio.viewmodel.layer_actions.select_mask()
    studio.run(studio.finish_tasks())
    assert studio.document.selection is not None
    assert studio.document.selection.bounds == QRect(0, 0, 100, 150)
    before = studio.picture()
    studio.viewmodel.layer_actions.apply_mask()
    studio.run(studio.finish_tasks())
    assert studio.document.layers[0].mask is None
    assert studio.picture() == before


def test_thumbnails_of_masks_show_what_they_hide(studio: Studio, panel: LayersPanel) -> None:
    studio.document.select(selections.rectangle(200, 150, QRect(0, 0, 100, 150)))
    panel.add_mask.click()
    studio.viewmodel.layers.refresh_thumbnails()
    studio.run(studio.finish_tasks())
    image = studio.viewmodel.layers.index(0).data(LayerRole.MASK)
    assert colour(image, 5, 5) == (255, 255, 255)
    assert colour(image, image.width() - 5, 5) == (0, 0, 0)
    mask = studio.document.layers[2].mask
    assert mask is not None
    assert np.array_equal(mask_pixels(mask.freeze(), QRect(99, 0, 2, 1)), [[255, 0]])


def test_the_selection_becomes_a_layer_and_is_cleared(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 2)
    studio.document.select(selections.rectangle(200, 150, QRect(20, 30, 50, 40)))
    studio.run(studio.viewmodel.layer_actions.cut_to_layer())
    assert studio.document.history.undo_labels[-1] == "Layer from selection"
    assert [layer.name for layer in studio.document.layers][:2] == ["Background", "Background copy"]
    assert colour(studio.picture(), 30, 40) == (255, 255, 255)
    studio.run(studio.viewmodel.layer_actions.clear())
    assert studio.picture().pixelColor(30, 40).alpha() == 0
    assert studio.picture().pixelColor(10, 10).alpha() == 255
    studio.viewmodel.current.undo()
    studio.viewmodel.current.undo()
    assert rows(studio) == ["Layer 3", "Layer 2", "Background"]


def test_blend_modes_stand_in_groups_and_a_group_may_let_its_layers_through(
    studio: Studio, panel: LayersPanel
) -> None:
    assert {panel.blend.itemData(row) for row in range(panel.blend.count())} - {None} == set(BlendMode)
    panel.add_group.click()
    through = panel.blend.findData(THROUGH)
    panel.blend.activated.emit(panel.blend.findData(BlendMode.SCREEN))
    group = studio.document.active_layer
    assert group is not None
    assert (group.blend, group.properties.pass_through) == (BlendMode.SCREEN, False)
    panel.blend.activated.emit(through)
    assert (group.blend, group.properties.pass_through) == (BlendMode.NORMAL, True)


def test_merging_chosen_and_visible_layers(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 1)
    studio.viewmodel.tools.set_foreground(QColor("blue"))
    studio.drag((50, 50), (60, 60))
    seen = studio.picture()
    choose(studio, panel, 0, 1)
    panel.merge.click()
    studio.run(studio.finish_tasks())
    assert rows(studio) == ["Layer 3", "Background"]
    assert studio.picture() == seen
    studio.run(studio.viewmodel.layer_actions.flatten())
    assert len(studio.document.layers) == 1
    assert studio.picture() == seen


def test_the_menu_says_what_the_layer_can_do(studio: Studio, panel: LayersPanel) -> None:
    panel.list.customContextMenuRequested.emit(places(studio, panel, 0).name.center())
    (menu,) = [menu for menu in panel.findChildren(QMenu) if menu.isVisible()]
    texts = [action.text() for action in menu.actions() if action.text()]
    assert "Rename" in texts
    assert "Clip to the layer below" in texts
    assert "Remove the mask" not in texts
    menu.close()


def test_every_layer_command_waits_for_what_it_needs(studio: Studio) -> None:
    commands = {command.id: command for command in canvas_commands(studio.viewmodel, studio.page.dialogs)}
    needs_layer = ("group_layers", "clip_layer", "merge_visible", "add_mask", "clear", "copy_to_layer")
    assert not any(commands[f"canvas.{name}"].enabled() for name in needs_layer)
    studio.new()
    assert all(commands[f"canvas.{name}"].enabled() for name in needs_layer)
    assert not commands["canvas.ungroup_layers"].enabled()
    commands["canvas.group_layers"].run()
    assert commands["canvas.ungroup_layers"].enabled()
    assert not commands["canvas.clear"].enabled()


def test_shift_chooses_a_range(studio: Studio, panel: LayersPanel) -> None:
    choose(studio, panel, 0)
    click(panel, places(studio, panel, 2).name.center(), Qt.KeyboardModifier.ShiftModifier)
    assert len(studio.viewmodel.layers.chosen) == 3
    assert len(panel.list.selectionModel().selectedRows()) == 3
    panel.list.selectionModel().select(
        studio.viewmodel.layers.index(0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    studio.viewmodel.layer_actions.add()
    assert [layer.name for layer in studio.viewmodel.layers.chosen] == ["Layer 4"]
