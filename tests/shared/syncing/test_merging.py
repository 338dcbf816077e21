"""Merging is a join: in any order, however often, the same; and clocks agree with what came before what."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.contracts.sync import SyncRow
from shared.syncing.clocks import Stamp, next_stamp
from shared.syncing.merging import blobs_of, merged

ID = UUID("019bc1a2-0000-7000-8000-000000000001")
stamps = some.builds(
    lambda at, count, device: str(Stamp(at, count, device)),
    some.integers(0, 3),
    some.integers(0, 2),
    some.sampled_from(["aaaaaaaa", "bbbbbbbb"]),
)
values: some.SearchStrategy[Any] = some.one_of(
    some.none(), some.integers(0, 3), some.sampled_from(["x", "y"]), some.just({"blob": "0" * 64})
)
registers = some.dictionaries(some.sampled_from("ab"), some.tuples(values, stamps), max_size=2)
rows = some.builds(
    lambda fields, tags, purged: SyncRow(
        kind="picture", id=ID, fields=fields, members={"tags": tags} if tags else {}, purged=purged
    ),
    registers,
    registers,
    some.one_of(some.none(), some.none(), stamps),
)


def state(row: SyncRow) -> dict[str, Any]:
    return row.model_dump(exclude_defaults=True)


@given(rows, rows, rows)
def test_in_any_order_the_same(one: SyncRow, two: SyncRow, three: SyncRow) -> None:
    assert state(merged(one, two)) == state(merged(two, one))
    assert state(merged(merged(one, two), three)) == state(merged(one, merged(two, three)))


@given(rows, rows)
def test_however_often_the_same(one: SyncRow, two: SyncRow) -> None:
    once = merged(one, two)
    assert state(merged(once, two)) == state(merged(once, one)) == state(merged(once, once)) == state(once)


@given(rows, rows)
def test_what_is_purged_stays_so(one: SyncRow, two: SyncRow) -> None:
    gone = merged(one, SyncRow(kind="picture", id=ID, purged=str(Stamp(0, 0, "aaaaaaaa"))))
    after = merged(gone, two)
    assert after.purged is not None
    assert (after.fields, after.members, blobs_of(after)) == ({}, {}, set())


@given(some.lists(some.tuples(some.booleans(), some.integers(-(10**8), 10**8)), max_size=30))
def test_stamps_only_grow_whatever_the_clock_does(told: list[tuple[bool, int]]) -> None:
    last, moment = None, 10**12
    for _, step in told:
        moment = max(0, moment + step)
        stamp = next_stamp(last, milliseconds=moment, device="aaaaaaaa")
        assert last is None or (stamp > last and str(stamp) > str(last))
        assert Stamp.read(str(stamp)) == stamp
        last = stamp


def test_a_count_that_is_full_moves_the_time() -> None:
    full = Stamp(5, 0xFFFFFFFF, "aaaaaaaa")
    assert next_stamp(full, milliseconds=1, device="bbbbbbbb") == Stamp(6, 0, "bbbbbbbb")


@pytest.mark.parametrize("text", ["", "5-0-a", "000000000000005-00000000-XYZ", "x" * 40])
def test_what_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no stamp"):
        Stamp.read(text)


def test_blobs_are_found_wherever_they_stand() -> None:
    stamp = str(Stamp(1, 0, "aaaaaaaa"))
    row = SyncRow(
        kind="canvas",
        id=ID,
        fields={"thumbnail": ({"blob": "a" * 64, "width": 3}, stamp), "title": ("blob", stamp)},
        members={"snapshots": {"1": ({"layers": [{"blob": "b" * 64}]}, stamp), "2": (None, stamp)}},
    )
    assert blobs_of(row) == {"a" * 64, "b" * 64}
