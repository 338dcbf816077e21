"""The journal of one device: what is recorded, told, heard, and kept over a restart."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from desktop.library.database import Database
from desktop.sync.journal import MIGRATIONS, Change, Journal
from shared.contracts.sync import SyncChanges, SyncRow
from shared.syncing.clocks import Stamp

ONE, TWO = (UUID(int=number) for number in (1, 2))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(path=tmp_path / "sync.sqlite", migrations=MIGRATIONS)
    yield database
    database.close()


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database=database, milliseconds=lambda: 1000, new_device=lambda: "aaaaaaaa")


def heard(*rows: SyncRow, following: int = 1, epoch: int = 7) -> SyncChanges:
    return SyncChanges(protocol=1, epoch=UUID(int=epoch), next=following, has_more=False, rows=list(rows))


async def test_only_what_differs_is_told(journal: Journal) -> None:
    first = Change(
        kind="picture", id=ONE, fields={"title": "a", "rating": 3}, members={"tags": {"sea": True}}
    )
    (told,) = await journal.record([first])
    assert {name: value for name, (value, _) in told.fields.items()} == {"title": "a", "rating": 3}
    assert await journal.record([first]) == []
    (again,) = await journal.record(
        [
            Change(
                kind="picture", id=ONE, fields={"title": "b", "rating": 3}, members={"tags": {"never": None}}
            )
        ]
    )
    assert (list(again.fields), again.members) == (["title"], {})
    assert again.fields["title"][1] > told.fields["title"][1]
    assert [row for _, row in await journal.waiting(most=10)] == [told, again]


async def test_what_is_purged_takes_no_more_changes(journal: Journal) -> None:
    await journal.record([Change(kind="picture", id=ONE, fields={"title": "a"})])
    await journal.record([Change(kind="picture", id=ONE, purge=True)])
    assert await journal.record([Change(kind="picture", id=ONE, fields={"title": "b"})]) == []
    (row,) = await journal.rows()
    assert row.purged is not None


async def test_the_outbox_keeps_what_came_after_what_was_sent(journal: Journal) -> None:
    await journal.record([Change(kind="picture", id=ONE, fields={"title": "a"})])
    numbers = [number for number, _ in await journal.waiting(most=10)]
    await journal.record([Change(kind="picture", id=TWO, fields={"title": "b"})])
    await journal.sent(numbers)
    assert [row.id for _, row in await journal.waiting(most=10)] == [TWO]
    assert await journal.count_waiting() == 1


async def test_a_change_after_hearing_one_is_later_whatever_the_clock(journal: Journal) -> None:
    ahead = str(Stamp(9_000_000, 4, "bbbbbbbb"))
    (changed,) = await journal.receive(
        heard(SyncRow(kind="picture", id=ONE, fields={"title": ("far", ahead)}))
    )
    assert changed.fields["title"] == ("far", ahead)
    (told,) = await journal.record([Change(kind="picture", id=ONE, fields={"title": "here"})])
    assert told.fields["title"][1] > ahead
    row = await journal.row("picture", ONE)
    assert row is not None
    assert row.fields["title"][0] == "here"


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    for turn in range(3):
        database = Database(path=tmp_path / "sync.sqlite", migrations=MIGRATIONS)
        journal = Journal(database=database, milliseconds=lambda: 1000, new_device=lambda: uuid4().hex[:8])
        await journal.record([Change(kind="picture", id=ONE, fields={"turn": turn})])
        await journal.receive(heard(following=turn + 5))
        database.close()
    database = Database(path=tmp_path / "sync.sqlite", migrations=MIGRATIONS)
    journal = Journal(database=database, milliseconds=lambda: 1000, new_device=lambda: "never")
    waiting = [row for _, row in await journal.waiting(most=10)]
    stamps = [row.fields["turn"][1] for row in waiting]
    assert stamps == sorted(stamps)
    assert len({stamp.rpartition("-")[2] for stamp in stamps}) == 1, "one device"
    assert (await journal.position()).next == 7
    database.close()


async def test_another_epoch_has_everything_told_again(journal: Journal) -> None:
    await journal.record([Change(kind="picture", id=ONE, fields={"title": "a"})])
    await journal.sent([number for number, _ in await journal.waiting(most=10)])
    await journal.receive(heard(epoch=7))
    assert await journal.count_waiting() == 0
    await journal.receive(heard(epoch=8))
    (row,) = [row for _, row in await journal.waiting(most=10)]
    assert row.fields["title"][0] == "a"
