"""What the view shows is what an export holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from desktop.canvas.composing import flatten
from desktop.canvas.compositor import Compositor
from desktop.canvas.document import Document
from desktop.canvas.layers import BlendMode
from desktop.canvas.merging import merge_down
from desktop.canvas.tiles import TILE_SIDE, keys_over, pixels_of
from tests.desktop.canvas.builders import HEIGHT, WIDTH, blank, noise_tiles, paint, without_history
from tests.desktop.canvas.document_commands import COMMANDS, run


def _largest_difference(document: Document, compositor: Compositor) -> int:
    cached = compositor.composite(document.rect)
    live = flatten(document.snapshot())
    return int(np.abs(pixels_of(cached).astype(int) - pixels_of(live).astype(int)).max())


def _noisy(layers: int, active: int) -> Document:
    document = blank("bottom")
    for number in range(layers - 1):
        document.add_layer(
            f"layer {number}", tiles=noise_tiles(number, 180, 150), x=number * 20, y=number * 9
        )
    document.activate(document.layers[active].id)
    return document


@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000)), max_size=10),
)
def test_the_cached_composite_equals_the_live_one(active: int, steps: list[tuple[str, int]]) -> None:
    document = without_history(_noisy(6, active))
    compositor = Compositor(document)
    compositor.composite(document.rect)
    for name, number in steps:
        run(document, name, number)
        if number % 3 == 0:
            compositor.composite(QRect(0, 0, 300, 200))
        if number % 4 == 0:
            document.undo()
    # Runs of Normal layers above the active one are rounded once per run, not once per layer.
    assert _largest_difference(document, compositor) == 0


def test_one_layer_above_the_active_one_is_shown_exactly() -> None:
    document = _noisy(5, 3)
    assert _largest_difference(document, Compositor(document)) == 0


def test_below_the_active_layer_the_cache_is_exact() -> None:
    document = _noisy(8, 7)
    document.set_blend(document.layers[3].id, BlendMode.MULTIPLY)
    document.set_opacity(document.layers[5].id, 0.3)
    compositor = Compositor(document)
    paint(document, (20, 20), (300, 200))
    assert _largest_difference(document, compositor) == 0


def test_only_what_a_stroke_touched_becomes_stale() -> None:
    document = blank("one", "two", width=1024, height=1024)
    compositor = Compositor(document)
    compositor.composite(document.rect)
    assert compositor.stale_tiles(document.rect) == []
    paint(document, (300, 300), (310, 300))
    assert compositor.stale_tiles(document.rect) == [(1, 1)]
    compositor.tile((1, 1))
    document.set_visible(document.layers[1].id, False)
    assert compositor.stale_tiles(document.rect) == [(1, 1)]


def test_composite_of_a_part_is_that_part() -> None:
    document = _noisy(4, 1)
    compositor = Compositor(document)
    rect = QRect(37, 41, 290, 230)
    assert compositor.composite(rect) == compositor.composite(document.rect).copy(rect)


def test_content_outside_the_document_does_not_show_and_comes_back() -> None:
    document = blank()
    layer = document.add_layer("wide", tiles=noise_tiles(1, WIDTH, HEIGHT))
    compositor = Compositor(document)
    before = compositor.composite(document.rect)
    document.set_offset(layer.id, -WIDTH, 0)
    assert not pixels_of(compositor.composite(document.rect)).any()
    document.set_offset(layer.id, 0, 0)
    assert compositor.composite(document.rect) == before
    assert not pixels_of(compositor.tile((WIDTH // TILE_SIDE, 0)))[:, WIDTH % TILE_SIDE :].any()


def test_merging_down_onto_an_opaque_layer_looks_the_same() -> None:
    document = blank("paper")
    layer = document.active_layer
    assert layer is not None
    paint(document, (0, 0), (WIDTH, HEIGHT))
    upper = document.add_layer("ink", tiles=noise_tiles(3, 200, 100), x=31, y=17)
    document.set_opacity(upper.id, 0.6)
    document.set_blend(upper.id, BlendMode.MULTIPLY)
    before = flatten(document.snapshot())
    document.replace_merged(merge_down(document.committed, upper.id))
    assert [each.name for each in document.layers] == ["paper"]
    assert flatten(document.snapshot()) == before


def test_taking_back_a_long_stroke_composes_no_tile_beside_it() -> None:
    document = blank(width=4 * TILE_SIDE, height=4 * TILE_SIDE)
    compositor = Compositor(document)
    for key in keys_over(document.rect):
        compositor.tile(key)
    paint(document, *((place, place) for place in range(20, 1001, 20)))
    touched = set(compositor.stale_tiles(document.rect))
    for key in touched:
        compositor.tile(key)
    document.undo()
    assert set(compositor.stale_tiles(document.rect)) <= touched
    assert 4 <= len(touched) < 12
    assert _largest_difference(document, compositor) == 0
    compositor.close()
