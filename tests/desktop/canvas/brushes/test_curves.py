"""Pressure curves: they go through their points, and between them never past either."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desktop.canvas.brushes.curves import LINEAR, Curve


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    inner = draw(st.lists(st.integers(1, 63), max_size=6, unique=True))
    across = [0.0, *(x / 64 for x in sorted(inner)), 1.0]
    heights = draw(st.lists(st.integers(0, 64), min_size=len(across), max_size=len(across)))
    return Curve(points=tuple((x, y / 64) for x, y in zip(across, heights, strict=True)))


@given(curves())
def test_a_curve_meets_its_points_and_stays_between_neighbours(curve: Curve) -> None:
    for (ax, ay), (bx, by) in pairwise(curve.points):
        assert curve.at(ax) == pytest.approx(ay, abs=1e-9)
        for step in range(9):
            value = curve.at(ax + (bx - ax) * step / 8)
            assert min(ay, by) - 1e-9 <= value <= max(ay, by) + 1e-9


def test_a_line_is_a_line_and_what_lies_outside_is_clamped() -> None:
    assert [LINEAR.at(x) for x in (-1, 0, 0.25, 1, 9)] == [0, 0, 0.25, 1, 1]


@pytest.mark.parametrize(
    "points",
    [
        (),
        ((0.0, 0.0),),
        ((0.0, 0.0), (0.9, 1.0)),
        ((0.0, 0.0), (0.5, 2.0), (1.0, 1.0)),
        ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0)),
    ],
)
def test_points_out_of_order_or_range_are_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValidationError):
        Curve(points=points)
