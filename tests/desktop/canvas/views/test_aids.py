"""Rulers, guides, snapping, the mirrored view, before and after, two fingers: with real events in the real view."""

import asyncio

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from desktop.canvas.history import Guides
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.aids import Aid
from desktop.canvas.views.navigator_panel import NavigatorPanel
from tests.desktop.canvas.views.conftest import Studio


def pull(studio: Studio, ruler: int, to: QPoint) -> None:
    """Drag from the middle of a ruler to a place of the view."""
    widget = studio.page.rulers[ruler]
    start = widget.rect().center()
    end = widget.mapFromGlobal(studio.view.mapToGlobal(to))
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)


def test_guides_come_out_of_the_rulers_and_go_back(studio: Studio) -> None:
    document = studio.new(400, 300)
    studio.viewmodel.aids.toggle(Aid.RULERS)
    studio.settle()
    pull(studio, 0, studio.at(50, 70).toPoint())
    pull(studio, 1, studio.at(130, 70).toPoint())
    assert list(document.guides.horizontal) == pytest.approx([70], abs=1)
    assert list(document.guides.vertical) == pytest.approx([130], abs=1)
    assert document.history.undo_labels[-2:] == ("Move guides", "Move guides")
    studio.viewmodel.tools.choose(ToolName.MOVE)
    studio.drag((20, document.guides.horizontal[0]), (20, 100), (20, 110))
    assert list(document.guides.horizontal) == pytest.approx([110], abs=1)
    assert document.layers[0].offset == QPoint(0, 0)
    studio.drag((20, document.guides.horizontal[0]), (20, 20), (20, -30))
    assert not document.guides.horizontal
    studio.viewmodel.undo()
    assert list(document.guides.horizontal) == pytest.approx([110], abs=1)
    studio.viewmodel.aids.clear_guides()
    assert document.guides == Guides()


def test_a_marquee_snaps_to_guides_and_edges_until_it_is_told_not_to(studio: Studio) -> None:
    document = studio.new(400, 300)
    document.set_guides(Guides(vertical=(100.0,), horizontal=(80.0,)))
    studio.viewmodel.navigation.zoom_to(1)
    studio.viewmodel.tools.choose(ToolName.MARQUEE)
    studio.drag((103, 77), (200, 200), (396, 295))
    assert document.selection is not None
    assert document.selection.bounds == QRect(100, 80, 300, 220)
    studio.viewmodel.selecting.deselect()
    studio.viewmodel.aids.toggle(Aid.SNAPPING)
    studio.drag((104, 76), (200, 200), (390, 290))
    assert document.selection is not None
    assert document.selection.bounds == QRect(104, 76, 286, 214)


def test_guides_and_the_grid_are_seen(studio: Studio) -> None:
    document = studio.new(64, 64)
    plain = studio.shown()
    document.set_guides(Guides(vertical=(20.0,)))
    assert studio.shown() != plain
    studio.viewmodel.aids.toggle(Aid.GUIDES)
    assert studio.shown() == plain
    studio.viewmodel.navigation.zoom_to(16)
    near = studio.shown()
    studio.viewmodel.aids.toggle(Aid.PIXEL_GRID)
    assert studio.shown() != near


def test_the_rulers_measure_the_picture(studio: Studio) -> None:
    studio.new(400, 300)
    studio.viewmodel.aids.toggle(Aid.RULERS)
    studio.settle()
    ruler = studio.page.rulers[0]
    before = ruler.grab().toImage()
    studio.viewmodel.navigation.zoom_to(3)
    assert ruler.grab().toImage() != before


def test_a_mirrored_view_swaps_left_and_right_and_paints_where_one_points(studio: Studio) -> None:
    studio.new(400, 300)
    navigation = studio.viewmodel.navigation
    left, right = navigation.to_view(QPointF(0, 0)), navigation.to_view(QPointF(400, 0))
    navigation.mirror()
    assert navigation.to_view(QPointF(0, 0)).x() == pytest.approx(right.x(), abs=1)
    assert navigation.to_view(QPointF(400, 0)).x() == pytest.approx(left.x(), abs=1)
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.viewmodel.tools.set_brush(size=30, hardness=1.0)
    studio.drag((50, 60), (80, 60))
    assert studio.picture().pixelColor(60, 60).name() == "#000000"
    shown, place = studio.shown(), studio.at(60, 60).toPoint()
    assert shown.pixelColor(place).name() == "#000000"
    navigation.mirror()
    assert navigation.to_view(QPointF(0, 0)) == left


def test_before_and_after_are_shown_while_the_key_is_down(studio: Studio) -> None:
    studio.new(200, 150)
    studio.viewmodel.tools.choose(ToolName.BRUSH)
    studio.viewmodel.layer_actions.add()
    studio.viewmodel.tools.set_brush(size=40, hardness=1.0)
    studio.drag((60, 60), (120, 60))
    studio.viewmodel.gestures.cancel()
    place = studio.at(90, 60).toPoint()
    assert studio.shown().pixelColor(place).name() == "#000000"

    async def until_shown() -> None:
        while studio.viewmodel.overlays.before is None:
            await asyncio.sleep(0.01)

    for key in (Qt.Key.Key_Backslash, Qt.Key.Key_Bar):
        QTest.keyPress(studio.view, key)
        studio.run(until_shown())
        assert studio.shown().pixelColor(place).name() == "#ffffff"
        QTest.keyRelease(studio.view, key)
        assert studio.shown().pixelColor(place).name() == "#000000"


def test_two_fingers_pinch_move_and_turn(studio: Studio) -> None:
    studio.new(400, 300)
    navigation = studio.viewmodel.navigation
    device: QPointingDevice = QTest.createTouchDevice()
    zoom = navigation.zoom
    one, two = QPoint(300, 300), QPoint(400, 300)
    kept = navigation.to_document(QPointF(350, 300))
    QTest.touchEvent(studio.view, device).press(0, one, studio.view).press(1, two, studio.view).commit()
    wide = (one - QPoint(50, 0), two + QPoint(50, 0))
    QTest.touchEvent(studio.view, device).move(0, wide[0], studio.view).move(1, wide[1], studio.view).commit()
    assert navigation.zoom == pytest.approx(2 * zoom, rel=0.01)
    under = navigation.to_view(kept)
    assert np.hypot(under.x() - 350, under.y() - 300) <= 2
    turned = (QPoint(350, 200), QPoint(350, 400))
    QTest.touchEvent(studio.view, device).move(0, turned[0], studio.view).move(
        1, turned[1], studio.view
    ).commit()
    assert navigation.angle == pytest.approx(90, abs=1)
    QTest.touchEvent(studio.view, device).release(0, turned[0], studio.view).release(
        1, turned[1], studio.view
    ).commit()
    assert not studio.viewmodel.history.can_undo


def test_the_navigator_shows_the_picture_and_looks_where_it_is_pressed(studio: Studio) -> None:
    studio.new(400, 300)
    panel = NavigatorPanel(viewmodel=studio.viewmodel, view=studio.view)
    panel.resize(200, 160)
    panel.show()
    studio.shown()
    navigation = studio.viewmodel.navigation
    navigation.zoom_to(8)
    target = panel.map
    page = target._to_map.mapRect(QRect(0, 0, 400, 300))
    assert target.grab().toImage().pixelColor(page.center()).name() == "#ffffff"
    QTest.mousePress(
        target, Qt.MouseButton.LeftButton, pos=page.topLeft() + QPoint(page.width() // 4, page.height() // 4)
    )
    seen = navigation.to_document(navigation.middle)
    assert np.hypot(seen.x() - 100, seen.y() - 75) < 6
    panel.close()
    panel.deleteLater()
