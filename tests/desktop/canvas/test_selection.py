import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect

from desktop.canvas import selection as selections
from desktop.canvas.outlines import outline_of
from desktop.canvas.selection import Selection, SelectionMode, combine, from_mask, lasso, rectangle
from shared.imaging.pictures import read_mask

WIDTH, HEIGHT = 60, 40

masks = st.integers(0, 10_000).map(
    lambda seed: (
        np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
        * (np.random.default_rng(seed + 1).random((HEIGHT, WIDTH)) < seed % 5 / 40)
    ).astype(np.uint8)
)


def _full(selection: Selection | None) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.zeros((HEIGHT, WIDTH), np.uint8) if selection is None else selection.full_mask()


@given(masks, masks)
def test_combining_is_arithmetic_on_whole_masks(
    first: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
    second: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
) -> None:
    one, two = from_mask(first), from_mask(second)
    expected = {
        SelectionMode.REPLACE: second,
        SelectionMode.ADD: np.maximum(first, second),
        SelectionMode.SUBTRACT: np.minimum(first, 255 - second),
        SelectionMode.INTERSECT: np.minimum(first, second),
    }
    for mode, mask in expected.items():
        assert np.array_equal(_full(combine(one, two, mode)), mask)


@given(masks)
def test_bounds_hold_all_and_no_more(mask: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
    selection = from_mask(mask)
    if selection is None:
        assert not mask.any()
        return
    assert selection.mask[0].any()
    assert selection.mask[-1].any()
    assert selection.mask[:, 0].any()
    assert selection.mask[:, -1].any()
    assert np.array_equal(selection.full_mask(), mask)
    assert np.array_equal(read_mask(selection.to_png(), (WIDTH, HEIGHT)), mask)
    assert np.array_equal(_full(selection.inverted()), 255 - mask)


def test_a_rectangle_is_cut_off_at_the_document() -> None:
    selection = rectangle(WIDTH, HEIGHT, QRect(-10, 30, 20, 50))
    assert selection is not None
    assert selection.bounds == QRect(0, 30, 10, 10)
    assert rectangle(WIDTH, HEIGHT, QRect(200, 200, 5, 5)) is None


def test_a_lasso_has_soft_edges_and_a_full_inside() -> None:
    selection = lasso(WIDTH, HEIGHT, [QPointF(5, 5), QPointF(50.5, 8), QPointF(20, 38)])
    assert selection is not None
    assert selection.full_mask()[15, 22] == 255
    assert ((selection.mask > 0) & (selection.mask < 255)).any()
    area = selection.full_mask().sum() / 255
    assert abs(area - 0.5 * abs(45.5 * 33 - 3 * 15)) < 2
    assert lasso(WIDTH, HEIGHT, [QPointF(1, 1), QPointF(9, 9)]) is None


def test_edges_go_once_around() -> None:
    selection = rectangle(WIDTH, HEIGHT, QRect(10, 12, 20, 6))
    assert selection is not None
    path = outline_of(selection)
    ends = [(path.elementAt(index).x, path.elementAt(index).y) for index in range(path.elementCount())]
    lines = sorted((*ends[index], *ends[index + 1]) for index in range(0, len(ends), 2))
    assert lines == [(10, 12, 10, 18), (10, 12, 30, 12), (10, 18, 30, 18), (30, 12, 30, 18)]


def test_the_outline_of_specks_is_that_of_a_smaller_copy() -> None:
    mask = ((np.random.default_rng(1).random((400, 300)) < 0.5) * 255).astype(np.uint8)
    selection = from_mask(mask)
    path = outline_of(selection, most_lines=2000)
    assert 0 < path.elementCount() <= 4000
    assert QRect(0, 0, 300, 400).contains(path.boundingRect().toAlignedRect())


def test_all_of_a_document_inverted_is_nothing() -> None:
    assert selections.everything(WIDTH, HEIGHT).inverted() is None
