"""Snapping: what is near a line comes onto it, and nothing else moves."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, QRectF

from desktop.canvas.history import Guides
from desktop.canvas.snapping import SnapLines, lines_of

places = st.floats(-500, 500)
lines = st.lists(places, max_size=6).map(tuple)


@given(places, places, lines, lines, st.floats(0, 20))
def test_a_point_goes_to_the_nearest_line_in_reach_or_stays(
    x: float, y: float, across: tuple[float, ...], down: tuple[float, ...], reach: float
) -> None:
    found = SnapLines(across, down).point(QPointF(x, y), reach)
    for before, after, positions in ((x, found.x(), across), (y, found.y(), down)):
        near = [abs(line - before) for line in positions if abs(line - before) <= reach]
        if near:
            assert abs(abs(after - before) - min(near)) < 1e-9
            assert min(abs(line - after) for line in positions) < 1e-9
        else:
            assert after == before


@given(places, places, st.floats(1, 200), st.floats(1, 200), lines)
def test_a_rectangle_snaps_by_its_edges_or_its_middle(
    x: float, y: float, width: float, height: float, across: tuple[float, ...]
) -> None:
    rect = QRectF(x, y, width, height)
    way = SnapLines(across).way_of(rect, 8)
    assert way.y() == 0
    moved = rect.translated(way)
    if way.x():
        hits = [
            abs(value - line)
            for value in (moved.left(), moved.center().x(), moved.right())
            for line in across
        ]
        assert min(hits) < 1e-6
    assert abs(way.x()) <= 8


def test_the_page_guides_and_layers_attract() -> None:
    found = lines_of(
        QRect(0, 0, 400, 300), Guides(vertical=(33.0,), horizontal=(44.5,)), [QRect(10, 20, 50, 60)]
    )
    assert set(found.across) == {0, 200, 400, 33, 10, 60}
    assert set(found.down) == {0, 150, 300, 44.5, 20, 80}
