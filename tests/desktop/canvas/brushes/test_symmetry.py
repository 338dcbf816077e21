"""Strokes on several sides at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.symmetry import Symmetry, SymmetryKind
from desktop.canvas.composing import flatten
from desktop.canvas.tiles import pixels_of
from tests.desktop.canvas.builders import begin, blank

SOFT = Brush(size=37, hardness=0.2, flow=0.35, scatter=0.4, size_jitter=0.3, size_pressure=None)
points = st.lists(st.tuples(st.integers(-20, 320), st.integers(-20, 240)), min_size=1, max_size=4)


def painted(symmetry: Symmetry, way: list[tuple[int, int]], width: int, height: int) -> np.ndarray:
    document = blank(width=width, height=height)
    stroke = begin(document, document.layers[0].id, SOFT, symmetry=symmetry, seed=11)
    for x, y in way:
        stroke.add(QPointF(x, y))
    stroke.finish()
    return pixels_of(flatten(document.snapshot()))


@given(points, st.integers(299, 302), st.integers(199, 202))
def test_a_mirrored_stroke_is_its_own_mirror_image_bit_for_bit(
    way: list[tuple[int, int]], width: int, height: int
) -> None:
    across = painted(Symmetry(SymmetryKind.VERTICAL), way, width, height)
    assert (across == across[:, ::-1]).all()
    down = painted(Symmetry(SymmetryKind.HORIZONTAL), way, width, height)
    assert (down == down[::-1]).all()
    both = painted(Symmetry(SymmetryKind.BOTH), way, width, height)
    assert (both == both[:, ::-1]).all()
    assert (both == both[::-1]).all()


def test_paper_is_mirrored_with_the_stroke() -> None:
    document = blank(width=300, height=200)
    brush = Brush(size=50, opacity_pressure=None, paper="rough", paper_strength=1.0, flow=0.5)
    style = Symmetry(SymmetryKind.BOTH)
    stroke = begin(document, document.layers[0].id, brush, symmetry=style)
    for x in range(20, 160, 20):
        stroke.add(QPointF(x, 60), 0.6)
    stroke.finish()
    image = pixels_of(flatten(document.snapshot()))
    assert (image == image[:, ::-1]).all()
    assert (image == image[::-1]).all()


@pytest.mark.parametrize("folds", [2, 4])
def test_a_radial_stroke_is_repeated_around_the_middle(folds: int) -> None:
    side = 241
    image = painted(Symmetry(SymmetryKind.RADIAL, folds), [(60, 30), (90, 60)], side, side)
    turned = np.rot90(image, 4 // folds)
    assert image[:, :, 3].any()
    assert np.abs(image.astype(int) - turned.astype(int)).mean() < 1.0


def test_far_apart_images_do_not_make_all_between_them_dirty() -> None:
    document = blank(width=1000, height=400)
    dirty: list[QRect] = []
    document.subscribe(lambda change: dirty.append(change.dirty.boundingRect()))
    stroke = begin(document, document.layers[0].id, SOFT, symmetry=Symmetry(SymmetryKind.VERTICAL))
    stroke.add(QPointF(50, 200))
    stroke.finish()
    assert len([rect for rect in dirty if not rect.isEmpty()]) == 2
    assert max(rect.width() for rect in dirty) < 200


@given(points, st.sampled_from([0.0, 40.0, 99.5, 250.0]), st.sampled_from([30.0, 120.5]))
def test_a_moved_axis_mirrors_around_where_it_lies(way: list[tuple[int, int]], x: float, y: float) -> None:
    image = painted(Symmetry(SymmetryKind.BOTH, centre=(x, y)), way, 300, 200)
    rows, columns = np.mgrid[:200, :300]
    other_rows, other_columns = round(2 * y) - 1 - rows, round(2 * x) - 1 - columns
    there = (other_rows >= 0) & (other_rows < 200) & (other_columns >= 0) & (other_columns < 300)
    for own, other in (((rows, columns), (rows, other_columns)), ((rows, columns), (other_rows, columns))):
        inside = there & (other[0] >= 0) & (other[0] < 200)
        assert (image[own[0][inside], own[1][inside]] == image[other[0][inside], other[1][inside]]).all()


def test_what_is_painted_off_the_page_shows_on_the_other_side_of_a_moved_axis() -> None:
    way = [(-60, 100), (-50, 100)]
    assert not painted(Symmetry(SymmetryKind.VERTICAL), way, 300, 200).any()
    shown = painted(Symmetry(SymmetryKind.VERTICAL, centre=(20.0, 100.0)), way, 300, 200)
    assert shown[:, 70:125].any()
    assert not shown[:, 140:].any()
