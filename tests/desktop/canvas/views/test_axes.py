"""Axes of symmetry that are taken hold of with the move tool."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.canvas.brushes.symmetry import SymmetryKind
from desktop.canvas.tools.base import ToolName
from tests.desktop.canvas.views.conftest import Studio


def test_an_axis_is_dragged_and_strokes_follow_it(studio: Studio) -> None:
    document, tools = studio.new(), studio.viewmodel.tools
    tools.choose_symmetry(SymmetryKind.VERTICAL)
    tools.choose(ToolName.MOVE)
    assert not studio.viewmodel.overlays.axes.isEmpty()
    studio.drag((100, 40), (80, 60), (60, 60))
    assert tools.symmetry.centre_in(document.rect)[0] == 60
    assert studio.viewmodel.overlays.axes.boundingRect().left() == 60
    assert document.layers[0].offset.isNull()
    tools.choose(ToolName.BRUSH)
    tools.set_brush(size=20)
    studio.drag((30, 75), (32, 75))
    assert studio.picture().pixelColor(90, 75).lightness() < 128
    assert studio.picture().pixelColor(170, 75).lightness() == 255


def test_esc_and_a_drop_off_the_page_leave_the_axis_in_its_place(studio: Studio) -> None:
    document, tools = studio.new(), studio.viewmodel.tools
    tools.choose_symmetry(SymmetryKind.VERTICAL)
    tools.choose(ToolName.MOVE)
    studio.drag((100, 40), (60, 60), release=False)
    QTest.keyClick(studio.view, Qt.Key.Key_Escape)
    assert tools.symmetry.centre is None
    studio.drag((100, 40), (60, 60))
    studio.drag((60, 40), (-20, 60))
    assert tools.symmetry.centre_in(document.rect)[0] == 100
    studio.new(400, 300)
    assert tools.symmetry.centre is None
