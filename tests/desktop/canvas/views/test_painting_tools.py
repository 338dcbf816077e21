"""Fills, gradients, shapes, lines, symmetry and colours, by hand on the real canvas."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.canvas.brushes.symmetry import SymmetryKind
from desktop.canvas.masks import MaskSnapshot
from desktop.canvas.selection import SelectionMode
from desktop.canvas.shapes import ShapeKind
from desktop.canvas.texts import TextContent
from desktop.canvas.tiles import pixels_of
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.overlays import PlacedImage
from desktop.canvas.views.colours_panel import ColoursPanel
from desktop.canvas.writing import write
from tests.desktop.canvas.builders import bits
from tests.desktop.canvas.views.conftest import Studio, colour
from tests.desktop.canvas.views.test_painting import PEN_TIME, RED, WHITE, pen, red_brush

BLUE = (0, 0, 255)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def finish(studio: Studio) -> None:
    studio.run(studio.finish_tasks())


def take(studio: Studio, tool: ToolName) -> None:
    studio.viewmodel.tools.set_foreground(QColor(*RED))
    studio.viewmodel.tools.set_background(QColor(*BLUE))
    studio.viewmodel.tools.choose(tool)


def test_a_click_fills_and_undo_takes_it_back(studio: Studio) -> None:
    document = studio.new()
    blank = studio.picture()
    take(studio, ToolName.FILL)
    studio.drag((50, 50))
    finish(studio)
    assert colour(studio.picture(), 150, 100) == RED
    assert document.history.undo_labels == ("Fill",)
    studio.viewmodel.current.undo()
    assert studio.picture() == blank


def test_strokes_that_come_during_a_fill_lie_over_it_in_their_order(studio: Studio) -> None:
    document = studio.new()
    take(studio, ToolName.FILL)
    studio.drag((50, 50))
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.viewmodel.tools.set_foreground(QColor(*BLUE))
    studio.drag((20, 20), (60, 20))
    studio.drag((20, 100), (60, 100))
    assert not document.history.undo_labels
    finish(studio)
    assert document.history.undo_labels == ("Fill", "Brush stroke", "Brush stroke")
    image = studio.picture()
    assert [colour(image, x, y) for x, y in ((40, 20), (40, 100), (150, 60))] == [BLUE, BLUE, RED]


def test_fills_that_come_quickly_are_all_done(studio: Studio) -> None:
    document = studio.new()
    take(studio, ToolName.FILL)
    studio.drag((50, 50))
    studio.viewmodel.tools.set_foreground(QColor(*BLUE))
    studio.drag((60, 60))
    studio.drag((70, 70))
    finish(studio)
    assert document.history.undo_labels[:2] == ("Fill", "Fill")
    assert colour(studio.picture(), 150, 60) == BLUE


def test_a_fill_asked_for_in_a_stroke_waits_for_its_end(studio: Studio) -> None:
    document = studio.new()
    red_brush(studio, 10)
    studio.drag((20, 20), (60, 20), release=False)
    studio.viewmodel.pouring.fill(QPointF(100, 100))
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, pos=studio.at(60, 20).toPoint())
    finish(studio)
    assert document.history.undo_labels == ("Brush stroke", "Fill")


def test_a_locked_layer_is_told_before_anything_is_made(studio: Studio) -> None:
    document = studio.new()
    document.set_locked(document.layers[0].id, True)
    take(studio, ToolName.FILL)
    studio.drag((50, 50))
    assert [error.code for error in studio.errors] == ["LAYER_LOCKED"]


def test_a_gradient_is_shown_while_it_is_drawn_and_then_painted(studio: Studio) -> None:
    studio.new()
    take(studio, ToolName.GRADIENT)
    studio.drag((10, 75), (100, 75), (190, 75), release=False)
    draft = studio.viewmodel.overlays.draft
    assert draft is not None
    assert colour(studio.picture(), 20, 75) == WHITE
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, pos=studio.at(190, 75).toPoint())
    finish(studio)
    left = studio.viewmodel.overlays.draft
    assert left is None
    image = studio.picture()
    assert image.pixelColor(12, 75).red() > 240
    assert image.pixelColor(188, 75).blue() > 240
    assert studio.document.history.undo_labels == ("Gradient",)


def test_a_gradient_is_shown_only_where_it_will_be(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.selecting.select_rectangle(QRect(0, 0, 100, 150), SelectionMode.REPLACE)
    studio.viewmodel.tools.choose(ToolName.GRADIENT)
    studio.drag((20, 75), (180, 75), release=False)
    draft = studio.viewmodel.overlays.draft
    assert isinstance(draft, PlacedImage)
    width, middle = draft.image.width(), draft.image.height() // 2
    alphas = [draft.image.pixelColor(x, middle).alpha() for x in (width // 8, width * 3 // 4)]
    assert alphas == [255, 0]


def test_a_fill_that_is_cancelled_leaves_the_picture(studio: Studio) -> None:
    document = studio.new(900, 900)
    before, steps = bits(studio.picture()), document.history.undo_labels
    studio.viewmodel.tools.choose(ToolName.FILL)
    studio.drag((20, 75))
    working = studio.viewmodel.working
    working.changed.connect(studio.page.work._cancel)
    studio.run(studio.finish_tasks())
    assert bits(studio.picture()) == before
    assert document.history.undo_labels == steps
    assert not studio.errors
    assert working.current is None


def test_escape_gives_a_gradient_up(studio: Studio) -> None:
    studio.new()
    blank = studio.picture()
    take(studio, ToolName.GRADIENT)
    studio.drag((10, 75), (190, 75), release=False)
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton)
    finish(studio)
    assert studio.viewmodel.overlays.draft is None
    assert studio.picture() == blank


def test_a_shape_is_drawn_from_corner_to_corner(studio: Studio) -> None:
    studio.new()
    take(studio, ToolName.SHAPE)
    tools = studio.viewmodel.tools
    tools.set_shape(replace(tools.shape, kind=ShapeKind.ELLIPSE))
    studio.drag((40, 40), (160, 110))
    finish(studio)
    image = studio.picture()
    assert colour(image, 100, 75) == RED
    assert colour(image, 44, 44) == WHITE
    assert studio.document.history.undo_labels == ("Shape",)


def test_shift_draws_a_straight_line_from_the_last_stroke(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 8)
    studio.drag((30, 30), (31, 30))
    studio.drag((150, 120), modifiers=SHIFT)
    image = studio.picture()
    assert colour(image, 90, 75) == RED
    assert colour(image, 90, 40) == WHITE


def test_symmetry_paints_the_other_side_and_shows_its_axis(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 10)
    studio.viewmodel.tools.choose_symmetry(SymmetryKind.VERTICAL)
    assert not studio.viewmodel.overlays.axes.isEmpty()
    studio.drag((30, 40), (60, 80), (40, 110))
    image = pixels_of(studio.picture())
    assert (image == image[:, ::-1]).all()
    assert (image != 255).any()
    studio.viewmodel.tools.choose(ToolName.PAN)
    assert studio.viewmodel.overlays.axes.isEmpty()


def test_the_picker_takes_the_mean_of_what_it_is_set_to(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 21)
    studio.drag((50, 50), (51, 50))
    studio.viewmodel.layer_actions.add()
    tools = studio.viewmodel.tools
    take(studio, ToolName.PICKER)
    tools.set_foreground(QColor("black"))
    tools.set_picker(replace(tools.picker, all_layers=False))
    studio.drag((50, 50))
    assert tools.foreground == QColor("black"), "the layer is empty there"
    tools.set_picker(replace(tools.picker, all_layers=True, side=5))
    edge = next(x for x in range(50, 80) if colour(studio.picture(), x, 50) == WHITE)
    studio.drag((edge - 1, 50))
    picked = tools.foreground
    assert picked.red() == 255
    assert 0 < picked.green() < 255


def test_alt_lends_the_picker_to_a_brush_and_takes_it_back(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 21)
    studio.drag((50, 50), (51, 50))
    tools = studio.viewmodel.tools
    tools.set_foreground(QColor("black"))
    QTest.keyPress(studio.view, Qt.Key.Key_Alt)
    lent = tools.tool
    studio.drag((50, 50), modifiers=Qt.KeyboardModifier.AltModifier)
    QTest.keyRelease(studio.view, Qt.Key.Key_Alt)
    assert (lent, tools.tool, tools.foreground) == (ToolName.PICKER, ToolName.BRUSH, QColor(*RED))
    tools.choose(ToolName.MARQUEE)
    QTest.keyPress(studio.view, Qt.Key.Key_Alt)
    assert tools.tool is ToolName.MARQUEE


def test_mouse_events_made_up_from_the_pen_are_ignored(studio: Studio) -> None:
    document = studio.new()
    red_brush(studio, 10)
    pen(studio, QEvent.Type.TabletPress, 50, 70, 1.0, end=False)
    pen(studio, QEvent.Type.TabletMove, 100, 70, 1.0, end=False)
    pen(studio, QEvent.Type.TabletRelease, 100, 70, 0.0, end=False)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease):
        at = studio.at(150, 120)
        event = QMouseEvent(
            kind,
            at,
            at,
            QPointF(studio.view.mapToGlobal(at)),
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.MouseEventSource.MouseEventSynthesizedByApplication,
        )
        event.setTimestamp(PEN_TIME + 3)
        QApplication.sendEvent(studio.view, event)
    assert len(document.history.undo_labels) == 1
    assert colour(studio.picture(), 150, 120) == WHITE


def test_painting_on_the_mask_hides_and_ends_with_another_layer(studio: Studio) -> None:
    document = studio.new()
    layer = document.layers[0]
    document.set_mask(layer.id, MaskSnapshot())
    studio.viewmodel.current.paint_on_mask(on=True)
    red_brush(studio, 20)
    studio.viewmodel.tools.set_foreground(QColor("black"))
    studio.drag((50, 50), (60, 50))
    assert studio.picture().pixelColor(55, 50).alpha() == 0
    studio.viewmodel.layer_actions.add()
    assert not studio.viewmodel.current.on_mask


@pytest.fixture
def panel(studio: Studio) -> Iterator[ColoursPanel]:
    panel = ColoursPanel(tools=studio.viewmodel.tools, palette=studio.viewmodel.palette)
    panel.resize(300, 600)
    panel.show()
    yield panel
    panel.close()
    panel.deleteLater()


def test_the_wheel_the_numbers_and_the_code_say_one_colour(studio: Studio, panel: ColoursPanel) -> None:
    tools = studio.viewmodel.tools
    tools.set_foreground(QColor("#336699"))
    assert [slider.value() for slider in panel.sliders] == [0x33, 0x66, 0x99]
    assert panel.wheel.colour.name() == "#336699"
    panel.code.setText("C0FFEE")
    panel.code.editingFinished.emit()
    assert tools.foreground.name() == "#c0ffee"
    panel.model.setCurrentIndex(1)
    panel.model.activated.emit(1)
    panel.sliders[0].value_changed.emit(panel.sliders[0].value())
    assert abs(tools.foreground.red() - 0xC0) <= 2
    ring = panel.wheel._ring()
    QTest.mouseClick(
        panel.wheel,
        Qt.MouseButton.LeftButton,
        pos=QPointF(ring.right() - 6, ring.center().y()).toPoint(),
    )
    assert tools.foreground.hsvHue() in {0, 1, 2, 357, 358, 359}


def test_colours_are_kept_removed_and_remembered(studio: Studio, panel: ColoursPanel) -> None:
    studio.new()
    red_brush(studio)
    studio.drag((50, 50), (60, 50))
    assert panel.recent.names == ("#ff0000",)
    panel.add.click()
    assert panel.swatches.names[-1] == "#ff0000"
    studio.viewmodel.tools.set_foreground(QColor("black"))
    place = panel.swatches.cell(len(panel.swatches.names) - 1).center()
    QTest.mouseClick(panel.swatches, Qt.MouseButton.LeftButton, pos=place)
    assert studio.viewmodel.tools.foreground == QColor("red")
    QTest.mouseClick(panel.swatches, Qt.MouseButton.RightButton, pos=place)
    assert "#ff0000" not in panel.swatches.names
    studio.viewmodel.palette.restore(["#010203", "no colour", "#010203"], [])
    assert panel.swatches.names == ("#010203",)


def test_a_click_opens_the_text_editor_and_each_change_is_seen(studio: Studio) -> None:
    document = studio.new()
    blank = studio.picture()
    take(studio, ToolName.TEXT)
    studio.drag((30, 40))
    dialog = studio.page.text_dialog
    assert dialog is not None
    dialog.text.setPlainText("Ink")
    assert studio.picture() != blank
    dialog.bold.click()
    dialog.reject()
    assert studio.picture() == blank
    assert not document.history.undo_labels
    studio.drag((30, 40))
    dialog = studio.page.text_dialog
    assert dialog is not None
    dialog.text.setPlainText("Ink")
    dialog.accept()
    assert document.history.undo_labels == ("Text",)
    layer = document.active_layer
    assert layer is not None
    text = layer.properties.text
    assert text is not None
    assert (text.text, text.colour) == ("Ink", "#ff0000")
    studio.viewmodel.writing.edit_active()
    dialog = studio.page.text_dialog
    assert dialog is not None
    assert dialog.text.toPlainText() == "Ink"
    dialog.reject()


def test_a_large_text_is_drawn_beside_the_hand_and_its_newest_words_count(studio: Studio) -> None:
    document, writing = studio.new(2000, 1500), studio.viewmodel.writing
    writing.write_at(QPointF(50, 50))
    for text in ("A", "AB", "ABC"):
        writing.change(TextContent(text=text, size=700))
    writing.finish()
    assert not document.history.can_undo
    studio.run(studio.finish_tasks())
    layer = document.active_layer
    assert layer is not None
    assert layer.properties.text == TextContent(text="ABC", size=700)
    assert layer.tiles.items().keys() == write(TextContent(text="ABC", size=700)).keys()
    assert document.history.undo_labels == ("Text",)
    writing.write_at(QPointF(50, 50))
    writing.change(TextContent(text="W", size=700))
    writing.cancel()
    studio.run(studio.finish_tasks())
    assert document.history.undo_labels == ("Text",)
    assert not document.in_transaction
