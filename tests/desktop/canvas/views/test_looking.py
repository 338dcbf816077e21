"""Zoom, pan and rotation, and selections made while the view is turned."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSizeF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.canvas.navigation import Navigation
from desktop.canvas.selection import SelectionMode
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.aids import Aid
from tests.desktop.canvas.views.conftest import Studio


def turn_wheel(studio: Studio, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        QPointF(studio.view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(studio.view, event)


def test_the_wheel_zooms_to_the_cursor(studio: Studio) -> None:
    studio.new(800, 600)
    navigation = studio.viewmodel.navigation
    at = QPointF(310, 220)
    zoom = navigation.zoom
    for notches in (1, 3, -2):
        # Each turn rounds to whole pixels of the screen, so each is judged by itself.
        kept = navigation.to_document(at)
        turn_wheel(studio, at, notches)
        now = navigation.to_view(kept)
        assert math.hypot(now.x() - at.x(), now.y() - at.y()) <= 0.75
    assert navigation.zoom == pytest.approx(zoom * 1.2**2)


@given(
    zoom=st.floats(0.05, 30),
    angle=st.floats(-179, 179),
    factor=st.floats(0.2, 5),
    x=st.floats(0, 900),
    y=st.floats(0, 600),
    ratio=st.sampled_from([1.0, 1.5, 2.0]),
)
def test_the_point_under_the_cursor_stays(
    zoom: float, angle: float, factor: float, x: float, y: float, ratio: float
) -> None:
    navigation = Navigation()
    navigation.set_document_rect(QRect(0, 0, 1000, 700))
    navigation.set_view(QSizeF(900, 600), ratio)
    navigation.zoom_to(zoom)
    navigation.rotate_to(angle)
    at = QPointF(x, y)
    kept = navigation.to_document(at)
    navigation.zoom_by(factor, at)
    now = navigation.to_view(kept)
    # Straight views are moved to whole device pixels, by half a pixel at most in each direction.
    assert math.hypot(now.x() - at.x(), now.y() - at.y()) <= 1.5


def test_fit_shows_the_whole_picture_and_follows_the_window(studio: Studio) -> None:
    studio.new(1600, 400)
    navigation = studio.viewmodel.navigation
    for width in (900, 700):
        studio.page.resize(width, 600)
        studio.settle()
        corners = [navigation.to_view(QPointF(x, y)) for x, y in ((0, 0), (1600, 400))]
        assert all(QRect(studio.view.rect()).contains(corner.toPoint()) for corner in corners)


def test_space_lends_the_hand_and_gives_the_brush_back(studio: Studio) -> None:
    studio.new()
    navigation = studio.viewmodel.navigation

    def in_hand() -> ToolName:
        return studio.viewmodel.tools.tool

    blank = studio.picture()
    before = navigation.to_view(QPointF(0, 0))
    QTest.keyPress(studio.view, Qt.Key.Key_Space)
    assert in_hand() is ToolName.PAN
    QTest.mousePress(studio.view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(studio.view, QPoint(130, 90))
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    QTest.keyRelease(studio.view, Qt.Key.Key_Space)
    assert in_hand() is ToolName.BRUSH
    assert (navigation.to_view(QPointF(0, 0)) - before).toPoint() == QPoint(30, -10)
    assert studio.picture() == blank


def test_the_middle_button_pans_with_any_tool(studio: Studio) -> None:
    studio.new()
    before = studio.viewmodel.navigation.to_view(QPointF(0, 0))
    QTest.mousePress(studio.view, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    QTest.mouseMove(studio.view, QPoint(80, 120))
    QTest.mouseRelease(studio.view, Qt.MouseButton.MiddleButton, pos=QPoint(80, 120))
    assert (studio.viewmodel.navigation.to_view(QPointF(0, 0)) - before).toPoint() == QPoint(-20, 20)
    assert not studio.viewmodel.history.can_undo


def test_dragging_with_r_turns_the_view(studio: Studio) -> None:
    studio.new()
    middle = studio.viewmodel.navigation.middle.toPoint()
    QTest.keyPress(studio.view, Qt.Key.Key_R)
    QTest.mousePress(studio.view, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    QTest.mouseMove(studio.view, middle + QPoint(0, 100))
    QTest.mouseRelease(studio.view, Qt.MouseButton.LeftButton, pos=middle + QPoint(0, 100))
    QTest.keyRelease(studio.view, Qt.Key.Key_R)
    assert studio.viewmodel.navigation.angle == pytest.approx(90, abs=1)


@pytest.mark.parametrize(("zoom", "angle"), [(1.0, 0.0), (3.0, 0.0), (2.0, 90.0), (2.0, 30.0), (0.5, -45.0)])
def test_a_marquee_selects_the_same_pixels_however_one_looks(
    studio: Studio, zoom: float, angle: float
) -> None:
    document = studio.new()
    studio.viewmodel.aids.toggle(Aid.SNAPPING)
    studio.viewmodel.tools.choose(ToolName.MARQUEE)
    studio.viewmodel.navigation.zoom_to(zoom)
    studio.viewmodel.navigation.rotate_to(angle)
    studio.drag((70, 60), (100, 75), (110, 90))
    assert document.selection is not None
    bounds = document.selection.bounds
    # A mouse stands on whole pixels of the screen, so half of one may be missing on either side.
    slack = math.ceil(1 / zoom)
    for got, expected in zip(bounds.getCoords(), (70, 60, 109, 89), strict=True):  # type: ignore[call-overload]  # the stub says object
        assert abs(got - expected) <= slack
    assert document.selection.mask.min() == 255


def test_shift_adds_alt_takes_away_and_both_keep_what_is_shared(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.tools.choose(ToolName.MARQUEE)
    shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier

    def selected() -> int:
        return int((document.selection.full_mask() == 255).sum()) if document.selection else 0

    studio.drag((10, 10), (50, 50))
    one = selected()
    studio.drag((100, 10), (140, 50), modifiers=shift)
    assert selected() == pytest.approx(2 * one, rel=0.1)
    studio.drag((5, 5), (60, 60), modifiers=alt)
    assert selected() == pytest.approx(one, rel=0.1)
    studio.drag((120, 5), (160, 60), modifiers=shift | alt)
    assert selected() == pytest.approx(one / 2, rel=0.1)
    studio.drag((5, 100))
    assert document.selection is None


def test_the_options_bar_decides_where_no_key_is_held(studio: Studio) -> None:
    document = studio.new()
    studio.viewmodel.tools.choose(ToolName.LASSO)
    studio.page.options.selection.buttons[SelectionMode.ADD].click()
    studio.drag((10, 10), (50, 10), (50, 50), (10, 50))
    studio.drag((100, 10), (140, 10), (140, 50), (100, 50))
    assert document.selection is not None
    assert document.selection.bounds.width() == pytest.approx(130, abs=3)


def test_marching_ants_stop_when_nothing_is_selected(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.selecting.select_all()
    assert studio.view._ants.marching
    studio.viewmodel.selecting.deselect()
    assert not studio.view._ants.marching


def test_a_turned_view_leaves_the_event_of_a_leaving_pointer_harmless(studio: Studio) -> None:
    studio.viewmodel.navigation.rotate_to(33)
    QApplication.sendEvent(studio.view, QEvent(QEvent.Type.Leave))
    assert not studio.shown().isNull()
