"""Everything that changes a document can be undone and redone, bit for bit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.canvas.document import Document
from desktop.canvas.errors import DocumentBusyError, LayerLockedError
from desktop.canvas.merging import merge_down
from desktop.canvas.moving import LayerMove
from desktop.canvas.tiles import TILE_BYTES
from desktop.canvas.undo_spool import FileSpool
from tests.desktop.canvas.builders import (
    blank,
    counting_ids,
    paint,
    recipe,
    value,
)
from tests.desktop.canvas.document_commands import COMMANDS, run


@given(st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000)), max_size=14))
def test_any_commands_undone_give_the_first_document_and_redone_the_last(
    steps: list[tuple[str, int]],
) -> None:
    document = blank("one", "two")
    states = [value(document.snapshot())]
    for name, number in steps:
        done = len(document.history.undo_labels)
        run(document, name, number)
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


@given(st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000)), max_size=14))
def test_steps_that_memory_has_no_room_for_come_back_from_the_disk(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    spool = FileSpool(tmp_path_factory.mktemp("undo") / "steps")
    start = blank("one", "two").snapshot()
    document = Document.from_snapshot(start, new_id=counting_ids("new"), history_bytes=1, spool=spool)
    states = [value(document.snapshot())]
    for name, number in steps:
        done = len(document.history.undo_labels)
        run(document, name, number)
        if len(document.history.undo_labels) > done:
            states.append(value(document.snapshot()))
    for _ in range(2):
        for state in reversed(states[:-1]):
            document.undo()
            assert value(document.snapshot()) == state
        for state in states[1:]:
            document.redo()
            assert value(document.snapshot()) == state
    document.history.close()


def test_what_does_not_fit_in_memory_lies_on_the_disk_until_the_document_is_closed(tmp_path: Path) -> None:
    spool, limit = FileSpool(tmp_path / "steps"), 6 * TILE_BYTES
    start = blank(width=256, height=256).snapshot()
    document = Document.from_snapshot(start, new_id=counting_ids(), history_bytes=limit, spool=spool)
    for number in range(30):
        paint(document, (number * 8, 100), (number * 8, 140))
    assert document.history.bytes <= limit
    assert len(document.history.undo_labels) == 30
    while document.undo():
        assert document.history.bytes <= limit
    assert len(document.history.redo_labels) == 30
    paint(document, (5, 5))
    document.history.close()
    assert not (tmp_path / "steps").exists()


def test_a_full_disk_costs_the_oldest_steps_alone(tmp_path: Path) -> None:
    (tmp_path / "steps").write_text("a file where the folder should be")
    spool, limit = FileSpool(tmp_path / "steps" / "inner"), 6 * TILE_BYTES
    start = blank(width=256, height=256).snapshot()
    document = Document.from_snapshot(start, new_id=counting_ids(), history_bytes=limit, spool=spool)
    for number in range(30):
        paint(document, (number * 8, 100), (number * 8, 140))
        spool._thread.submit(int).result()
    assert document.history.bytes <= limit
    assert 3 < len(document.history.undo_labels) < 30
    while document.undo():
        pass
    document.history.close()


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
        lambda: LayerMove(document=document, layer_ids={layer_id}),
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
