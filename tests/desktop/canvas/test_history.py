"""Everything that changes a document can be undone and redone, bit for bit."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect

from desktop.canvas import selection as selections
from desktop.canvas.brushes.brush import Effect
from desktop.canvas.document import Document
from desktop.canvas.errors import DocumentBusyError, LayerLockedError
from desktop.canvas.layers import BlendMode
from desktop.canvas.merging import merge_down
from desktop.canvas.moving import LayerMove
from desktop.canvas.selection import SelectionMode
from desktop.canvas.strokes import Brush
from desktop.canvas.tiles import TILE_BYTES
from tests.desktop.canvas.builders import HEIGHT, WIDTH, blank, noise_tiles, paint, recipe, value

Command = Callable[[Document, int], None]


def _pick(document: Document, number: int) -> str:
    return document.layers[number % len(document.layers)].id


def _brush(document: Document, number: int) -> None:
    start = (number * 37 % WIDTH, number * 53 % HEIGHT)
    end = (number * 91 % WIDTH, number * 29 % HEIGHT)
    paint(document, start, end, brush=Brush(size=30, opacity=0.6, flow=0.5, effect=list(Effect)[number % 3]))


def _move(document: Document, number: int) -> None:
    move = LayerMove(document=document, layer_id=_pick(document, number))
    move.to(number % 7, 3)
    move.to(number % 50 - 25, number % 30)
    move.finish()


def _merge(document: Document, number: int) -> None:
    layer_id = _pick(document, number)
    if document.index_of(layer_id) > 0:
        document.replace_merged(merge_down(document.committed, layer_id))


def _delete(document: Document, number: int) -> None:
    if len(document.layers) > 1:
        document.delete_layer(_pick(document, number))


def _lasso(document: Document, number: int) -> None:
    points = [QPointF(number % 90, 10), QPointF(350, number % 200 + 40), QPointF(60, 280)]
    document.select(selections.lasso(WIDTH, HEIGHT, points), list(SelectionMode)[number % 4])


def _together(document: Document, number: int) -> None:
    with document.transaction("Two things"):
        document.rename_layer(_pick(document, number), f"both {number}")
        document.set_opacity(_pick(document, number + 1), number % 10 / 10)


def _cancelled(document: Document, number: int) -> None:
    before = value(document.snapshot())
    move = LayerMove(document=document, layer_id=_pick(document, number))
    move.to(11, 13)
    move.cancel()
    assert value(document.snapshot()) == before


def _add(document: Document, number: int) -> None:
    tiles = noise_tiles(number, 90, 70)
    document.add_layer("picture", tiles=tiles, x=number % 300, y=-9, recipe=recipe("a" * 64, "b" * 64))


def _duplicate(document: Document, number: int) -> None:
    document.duplicate_layer(_pick(document, number), "copy")


COMMANDS: dict[str, Command] = {
    "brush": _brush,
    "move": _move,
    "merge": _merge,
    "delete": _delete,
    "lasso": _lasso,
    "together": _together,
    "cancelled": _cancelled,
    "activate": lambda document, number: document.activate(_pick(document, number)),
    "add": _add,
    "duplicate": _duplicate,
    "reorder": lambda document, number: document.reorder_layer(_pick(document, number), number % 5),
    "rename": lambda document, number: document.rename_layer(_pick(document, number), f"name {number}"),
    "hide": lambda document, number: document.set_visible(_pick(document, number), number % 2 == 0),
    "opacity": lambda document, number: document.set_opacity(_pick(document, number), number % 11 / 10),
    "blend": lambda document, number: document.set_blend(
        _pick(document, number), list(BlendMode)[number % len(BlendMode)]
    ),
    "rectangle": lambda document, number: document.select(
        selections.rectangle(WIDTH, HEIGHT, QRect(number % 99, 20, 120, number % 150 + 1))
    ),
    "all": lambda document, _number: document.select_all(),
    "none": lambda document, _number: document.deselect(),
    "invert": lambda document, _number: document.invert_selection(),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000)), max_size=14))
def test_any_commands_undone_give_the_first_document_and_redone_the_last(
    steps: list[tuple[str, int]],
) -> None:
    document = blank("one", "two")
    states = [value(document.snapshot())]
    for name, number in steps:
        done = len(document.history.undo_labels)
        COMMANDS[name](document, number)
        if len(document.history.undo_labels) > done:
            states.append(value(document.snapshot()))
        assert value(document.snapshot()) == states[-1], "a change that is no step"
    for state in reversed(states[:-1]):
        document.undo()
        assert value(document.snapshot()) == state
    for state in states[1:]:
        document.redo()
        assert value(document.snapshot()) == state
    assert not document.history.can_redo


def test_a_step_after_undo_forgets_what_was_undone() -> None:
    document = blank()
    paint(document, (10, 10))
    document.undo()
    paint(document, (90, 90))
    assert document.redo() is None
    assert document.history.undo_labels == ("Add layer", "Brush stroke")


def test_memory_is_bounded_and_the_oldest_steps_go_first() -> None:
    limit = 6 * TILE_BYTES
    document = Document(width=256, height=256, new_id=iter("abc").__next__, history_bytes=limit)
    document.add_layer("layer")
    for number in range(30):
        paint(document, (number * 8, 100), (number * 8, 140))
    assert document.history.bytes <= limit
    assert 3 < len(document.history.undo_labels) < 10
    while document.undo():
        pass
    assert document.history.bytes <= limit


def test_one_step_larger_than_the_limit_can_still_be_undone() -> None:
    document = Document(width=256, height=256, new_id=iter("abc").__next__, history_bytes=10)
    document.add_layer("layer")
    before = value(document.snapshot())
    paint(document, (10, 10))
    paint(document, (90, 90))
    assert document.history.undo_labels == ("Brush stroke",)
    document.undo()
    assert value(document.snapshot()) != before
    document.redo()


def test_an_error_inside_a_transaction_takes_all_of_it_back() -> None:
    document = blank("one", "two")
    before = value(document.snapshot())

    def fail_half_way() -> None:
        with document.transaction("Half"):
            document.rename_layer(document.layers[0].id, "new")
            document.delete_layer(document.layers[1].id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert value(document.snapshot()) == before
    assert document.history.undo_labels == ("Add layer", "Add layer")


def test_nothing_else_may_begin_while_a_step_is_in_hand() -> None:
    document = blank()
    with document.transaction("Stroke"):
        with pytest.raises(DocumentBusyError):
            document.undo()
        with pytest.raises(DocumentBusyError):
            document.transaction("Another")


def test_a_locked_layer_keeps_its_pixels_and_its_place() -> None:
    document = blank("one", "two")
    layer_id = document.layers[1].id
    document.set_locked(layer_id, True)
    attempts: list[Callable[[], object]] = [
        lambda: paint(document, (5, 5)),
        lambda: LayerMove(document=document, layer_id=layer_id),
        lambda: document.delete_layer(layer_id),
        lambda: document.replace_merged(merge_down(document.committed, layer_id)),
    ]
    for attempt in attempts:
        with pytest.raises(LayerLockedError):
            attempt()
    assert not document.in_transaction


def test_blobs_of_a_deleted_recipe_layer_are_kept_as_long_as_undo_may_bring_it_back() -> None:
    document = blank()
    layer = document.add_layer("made", recipe=recipe("a" * 64, "b" * 64))
    document.delete_layer(layer.id)
    assert document.blobs == {"a" * 64, "b" * 64}
