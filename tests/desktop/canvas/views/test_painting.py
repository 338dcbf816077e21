"""The hand on the canvas: what a gesture does to the picture, and only that."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QEnterEvent, QInputDevice, QKeyEvent, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.canvas.tiles import pixels_of
from desktop.canvas.tools.base import ToolName
from tests.desktop.canvas.views.conftest import Studio, colour

WHITE = (255, 255, 255)
RED = (255, 0, 0)
PEN_TIME = 40_000
"""Milliseconds of the system's clock at which the pen is seen."""

SHIFT = Qt.KeyboardModifier.ShiftModifier


def red_brush(studio: Studio, size: float = 20) -> None:
    studio.viewmodel.tools.set_foreground(QColor(*RED))
    studio.viewmodel.tools.set_brush(size=size, hardness=1.0, opacity=1.0, flow=1.0)


def test_a_stroke_paints_under_it_and_nowhere_else(studio: Studio) -> None:
    studio.new()
    red_brush(studio)
    before = pixels_of(studio.picture()).copy()
    studio.drag((40, 50), (80, 50), (120, 50))
    after_image = studio.picture()
    after = pixels_of(after_image)
    assert colour(after_image, 80, 50) == RED
    assert colour(after_image, 45, 50) == RED
    changed = np.argwhere((before != after).any(axis=2))
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    assert 38 <= top <= 42
    assert 58 <= bottom <= 62
    assert 28 <= left <= 32
    assert 128 <= right <= 132


def test_what_is_shown_is_what_was_painted(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 40)
    studio.viewmodel.navigation.actual_size()
    studio.drag((60, 60), (61, 60))
    studio.view.leaveEvent(QEvent(QEvent.Type.Leave))
    shown = studio.shown()
    inside, outside = studio.at(60, 60).toPoint(), studio.at(140, 120).toPoint()
    ratio = shown.devicePixelRatio()
    assert colour(shown, int(inside.x() * ratio), int(inside.y() * ratio)) == RED
    assert colour(shown, int(outside.x() * ratio), int(outside.y() * ratio)) == WHITE


def test_undo_takes_a_stroke_back_and_redo_brings_it_again(studio: Studio) -> None:
    studio.new()
    red_brush(studio)
    blank = studio.picture()
    studio.drag((40, 50), (120, 50))
    painted = studio.picture()
    assert painted != blank
    studio.viewmodel.current.undo()
    assert studio.picture() == blank
    studio.viewmodel.current.redo()
    assert studio.picture() == painted


def test_escape_cancels_a_stroke_and_leaves_no_step(studio: Studio) -> None:
    studio.new()
    red_brush(studio)
    blank = studio.picture()
    studio.drag((40, 50), (120, 50), release=False)
    assert studio.picture() != blank
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    assert studio.picture() == blank
    assert not studio.viewmodel.history.can_undo
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton)
    assert studio.picture() == blank


def test_the_eraser_takes_away_from_the_active_layer(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.tools.choose(ToolName.ERASER)
    studio.viewmodel.tools.set_brush(size=30, hardness=1.0)
    studio.drag((50, 50), (52, 50))
    assert studio.picture().pixelColor(50, 50).alpha() == 0
    assert studio.picture().pixelColor(120, 100).alpha() == 255
    assert document.history.undo_labels == ("Erase",)


def pen(studio: Studio, kind: QEvent.Type, x: float, y: float, pressure: float, *, end: bool) -> None:
    """What a tablet sends; `end` is the eraser end of the pen."""
    pointer = QPointingDevice.PointerType.Eraser if end else QPointingDevice.PointerType.Pen
    device = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        pointer,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )
    at = QPointF(studio.at(x, y))
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
    pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind,
        device,
        at,
        QPointF(studio.view.mapToGlobal(at)),
        pressure,
        0,
        0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        button,
        pressed,
    )
    event.setTimestamp(PEN_TIME)
    QApplication.sendEvent(studio.view, event)


def pen_stroke(studio: Studio, y: float, pressure: float, *, end: bool = False) -> None:
    pen(studio, QEvent.Type.TabletPress, 50, y, pressure, end=end)
    pen(studio, QEvent.Type.TabletMove, 100, y, pressure, end=end)
    pen(studio, QEvent.Type.TabletRelease, 100, y, 0.0, end=end)


def test_pressure_makes_a_stroke_wider_and_the_pens_end_erases(studio: Studio) -> None:
    studio.new()
    red_brush(studio, 30)

    def height(x: int) -> int:
        image = studio.picture()
        return sum(image.pixelColor(x, y) != QColor(*WHITE) for y in range(150))

    pen_stroke(studio, 70, 0.3)
    light = height(75)
    studio.viewmodel.current.undo()
    pen_stroke(studio, 70, 1.0)
    assert 0 < light < height(75)
    pen_stroke(studio, 70, 1.0, end=True)
    assert studio.picture().pixelColor(75, 70).alpha() == 0
    assert studio.viewmodel.tools.tool is ToolName.BRUSH


def test_the_move_tool_moves_the_layer_as_one_step(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.layer_actions.add()
    red_brush(studio, 20)
    studio.drag((50, 50), (52, 50))
    studio.viewmodel.tools.choose(ToolName.MOVE)
    steps = len(document.history.undo_labels)
    studio.drag((50, 50), (70, 60), (90, 80))
    assert colour(studio.picture(), 90, 80) == RED
    assert colour(studio.picture(), 50, 50) == WHITE
    assert len(document.history.undo_labels) == steps + 1


def test_the_picker_takes_what_is_seen(studio: Studio) -> None:
    studio.new()
    red_brush(studio)
    studio.drag((50, 50), (52, 50))
    studio.viewmodel.tools.set_foreground(QColor("black"))
    studio.viewmodel.tools.choose(ToolName.PICKER)
    studio.drag((50, 50))
    assert studio.viewmodel.tools.foreground == QColor(*RED)


def test_painting_on_a_hidden_layer_says_why_it_cannot(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.layer_actions.toggle_visible(0)
    studio.drag((50, 50), (90, 50))
    assert [error.code for error in studio.errors] == ["NOTHING_TO_PAINT_ON"]
    assert studio.page.errors.isVisible()


def test_painting_redraws_only_what_the_stroke_touches(studio: Studio) -> None:
    """The view's buffer outside of the stroke's rectangle is not written to."""
    studio.new(800, 500)
    studio.viewmodel.navigation.actual_size()
    red_brush(studio, 10)
    studio.settle()
    changes: list[QRect] = []
    studio.viewmodel.current.document_changed.connect(
        lambda change: changes.append(change.dirty.boundingRect())
    )
    studio.drag((100, 100), (110, 100), (120, 100))
    largest = max(rect.width() * rect.height() for rect in changes)
    assert largest < 64 * 64


def shift(studio: Studio, kind: QEvent.Type, at: QPoint) -> None:
    """Sent straight to the view: an Enter event that waits would put the pointer elsewhere."""
    studio.view.enterEvent(QEnterEvent(QPointF(at), QPointF(at), QPointF(at)))
    QApplication.sendEvent(studio.view, QKeyEvent(kind, Qt.Key.Key_Shift, SHIFT))


def test_the_straight_line_is_shown_before_shift_and_a_press_draw_it(studio: Studio) -> None:
    studio.new()
    gestures = studio.viewmodel.gestures
    studio.drag((40, 40), (60, 60))
    over = studio.at(150, 100).toPoint()
    assert gestures.outline.isEmpty()
    shift(studio, QEvent.Type.KeyPress, over)
    assert gestures.outline.boundingRect().contains(100, 80)
    before = studio.picture()
    shift(studio, QEvent.Type.KeyRelease, over)
    assert gestures.outline.isEmpty()
    shift(studio, QEvent.Type.KeyPress, over)
    QTest.mousePress(studio.view, Qt.MouseButton.LeftButton, SHIFT, over)
    assert gestures.outline.isEmpty()
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, SHIFT, over)
    assert studio.picture() != before


def test_no_straight_line_comes_from_a_picture_that_was_closed(studio: Studio) -> None:
    studio.new()
    studio.drag((40, 40), (60, 60))
    studio.new()
    shift(studio, QEvent.Type.KeyPress, studio.at(150, 100).toPoint())
    assert studio.viewmodel.gestures.outline.isEmpty()
    studio.drag((150, 100), modifiers=SHIFT)
    assert studio.picture().pixelColor(100, 75).lightness() == 255
