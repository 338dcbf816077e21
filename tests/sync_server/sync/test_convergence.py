"""Devices and the real server, whatever happens between them: in the end all hold the same, and what the rules predict.

Two to five devices change everything that syncs; requests and replies are lost, sent twice, come late or in another
order; clocks are a day wrong; devices are killed between any two steps. The prediction knows nothing of the merging code: of
each field and member the latest stamp's value stays, and what was purged is gone.
"""

import asyncio
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from desktop.library.database import Database
from desktop.sync.journal import MIGRATIONS, Change, Journal
from desktop.sync.rounds import SyncRounds
from shared.contracts.sync import Pushed, RowKind, SyncChanges, SyncRow
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.platform.ports import World
from sync_server.sync.service import Syncing
from tests.support.server import FakeClock

KINDS: Sequence[RowKind] = ("picture", "board", "tag", "preset", "style", "canvas")
A_DAY = 86_400_000


class LostError(Exception):
    """The network, or the device, ended here."""


@dataclass
class Net:
    """One server, and what is on its way. Every mishap is drawn from `chance`."""

    container: Container
    user_id: UUID
    chance: random.Random
    mishaps: float
    late: list[list[SyncRow]] = field(default_factory=list)

    def trips(self) -> bool:
        return self.chance.random() < self.mishaps

    async def push(self, rows: Sequence[SyncRow]) -> Pushed:
        if self.trips():
            if self.chance.random() < 0.5:
                self.late.append([*rows])
            raise LostError("the request")
        pushed = await self._take(rows)
        if self.trips():
            pushed = await self._take(rows)  # sent twice
        if self.trips():
            raise LostError("the reply")
        return pushed

    async def changes(self, *, after: int, epoch: UUID | None, limit: int) -> SyncChanges:
        if self.trips():
            raise LostError("the request")
        async with self.container.transactions.begin() as work:
            found, following, more, rows = await work.get(Syncing).changes(
                self.user_id, after=after, epoch=epoch, limit=limit
            )
        if self.trips():
            raise LostError("the reply")
        read = [SyncRow.model_validate_json(row) for row in rows]
        return SyncChanges(protocol=1, epoch=found, next=following, has_more=more, rows=read)

    async def deliver_something_late(self) -> None:
        if self.late:
            await self._take(self.late.pop(self.chance.randrange(len(self.late))))

    async def _take(self, rows: Sequence[SyncRow]) -> Pushed:
        over_the_wire = [
            SyncRow.model_validate_json(row.model_dump_json(exclude_defaults=True)) for row in rows
        ]
        async with self.container.transactions.begin() as work:
            return await work.get(Syncing).push(self.user_id, over_the_wire)


class Device:
    def __init__(self, *, net: Net, file: Path, clock: FakeClock, wrong_by: int) -> None:
        self._net = net
        self._file = file
        self._clock = clock
        self._wrong_by = wrong_by
        self.shown: dict[tuple[str, UUID], SyncRow] = {}
        self.start()

    def start(self) -> None:
        self._database = Database(path=self._file, migrations=MIGRATIONS)
        self.journal = Journal(
            database=self._database,
            milliseconds=lambda: int(self._clock().timestamp() * 1000) + self._wrong_by,
            new_device=lambda: uuid4().hex[:12],
        )
        self._rounds = SyncRounds(journal=self.journal, server=self._net, apply=self._apply, rows_a_page=3)

    def kill(self) -> None:
        self._database.close()

    async def sync(self) -> bool:
        try:
            await self._rounds.run()
        except LostError:
            return False
        return True

    async def state(self) -> dict[tuple[str, UUID], dict[str, Any]]:
        return {(row.kind, row.id): plain(row) for row in await self.journal.rows()}

    async def _apply(self, rows: Sequence[SyncRow]) -> None:
        if self._net.trips():
            raise LostError("the device")
        self.shown |= {(row.kind, row.id): row for row in rows}


@dataclass
class Prediction:
    """By stamps alone."""

    told: dict[tuple[str, UUID], list[tuple[str, str, Any]]] = field(default_factory=dict)
    gone: set[tuple[str, UUID]] = field(default_factory=set)

    def hear(self, rows: Sequence[SyncRow]) -> None:
        for row in rows:
            key = (row.kind, row.id)
            entries = self.told.setdefault(key, [])
            if row.purged:
                self.gone.add(key)
            entries += [(f"field {name}", stamp, value) for name, (value, stamp) in row.fields.items()]
            for name, members in row.members.items():
                entries += [
                    (f"{name} {element}", stamp, value) for element, (value, stamp) in members.items()
                ]

    def state(self) -> dict[tuple[str, UUID], dict[str, Any]]:
        found = {}
        for key, entries in self.told.items():
            latest: dict[str, Any] = {
                name: value for name, _, value in sorted(entries, key=lambda entry: entry[1])
            }
            found[key] = {"gone": True} if key in self.gone else latest
        return found


def plain(row: SyncRow) -> dict[str, Any]:
    if row.purged:
        return {"gone": True}
    fields = {f"field {name}": value for name, (value, _) in row.fields.items()}
    members = {
        f"{name} {element}": value
        for name, entries in row.members.items()
        for element, (value, _) in entries.items()
    }
    return fields | members


def some_change(chance: random.Random, ids: Sequence[UUID]) -> Change:
    kind, row_id = chance.choice(KINDS), chance.choice(ids)
    deed = chance.randrange(10)
    if deed == 0:
        return Change(kind=kind, id=row_id, purge=True)
    if deed < 4:
        members = {
            chance.choice(("boards", "tags")): {chance.choice("pqr"): chance.choice((None, True, "a0", "b1"))}
        }
        return Change(kind=kind, id=row_id, members=members)
    if deed == 4 and kind == "canvas":
        snapshot = {"blob": f"{chance.randrange(16):064x}", "parents": [chance.choice("xyz")]}
        return Change(kind=kind, id=row_id, members={"snapshots": {chance.choice("xyz"): snapshot}})
    name = chance.choice(("title", "starred", "rating", "trashed", "prompt"))
    value = chance.choice((None, True, False, 3, "노을", "", {"blob": "0" * 64}, [1, 2.5]))
    return Change(kind=kind, id=row_id, fields={name: value})


async def history(net: Net, folder: Path, template: Path) -> None:
    chance, clock, prediction = net.chance, FakeClock(), Prediction()
    devices = []
    for number in range(chance.randint(2, 5)):
        file = folder / f"device-{number}.sqlite"
        shutil.copy(template, file)
        wrong_by = chance.choice((-A_DAY, -1000, 0, 0, 5, A_DAY))
        devices.append(Device(net=net, file=file, clock=clock, wrong_by=wrong_by))
    ids = [uuid4() for _ in range(4)]
    try:
        for _ in range(chance.randint(20, 50)):
            device = chance.choice(devices)
            deed = chance.random()
            if deed < 0.55:
                changes = [some_change(chance, ids) for _ in range(chance.randint(1, 3))]
                prediction.hear(await device.journal.record(changes))
            elif deed < 0.85:
                await device.sync()
            elif deed < 0.93:
                device.kill()
                device.start()
            else:
                await net.deliver_something_late()
            clock.now = clock.now.replace(microsecond=0) if chance.random() < 0.5 else clock.now
        while net.late:
            await net.deliver_something_late()
        net.mishaps = 0.0
        for _ in range(2):
            for device in devices:
                assert await device.sync()
        expected = prediction.state()
        for device in devices:
            assert await device.state() == expected
            assert await device.journal.count_waiting() == 0
        async with net.container.transactions.begin() as work:
            _, _, more, rows = await work.get(Syncing).changes(net.user_id, after=0, epoch=None, limit=5000)
        assert not more
        kept = [SyncRow.model_validate_json(row) for row in rows]
        assert {(row.kind, row.id): plain(row) for row in kept} == expected
    finally:
        for device in devices:
            device.kill()


class Place:
    """A server's container on an event loop that a test drives."""

    def __init__(self, *, database_url: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._folder = folder
        self._url = database_url
        self._container = Container(
            settings=Settings(data_folder=folder / "data"),
            database_url=database_url,
            world=World(clock=FakeClock()),
        )
        self._runner.run(self._container.start())
        self._template = folder / "template.sqlite"
        database = Database(path=self._template, migrations=MIGRATIONS)
        self._runner.run(database.is_sound())
        database.close()

    def run(self, seed: int, mishaps: float) -> None:
        folder = self._folder / uuid4().hex
        folder.mkdir()
        net = Net(
            container=self._container, user_id=self._somebody(), chance=random.Random(seed), mishaps=mishaps
        )
        self._runner.run(history(net, folder, self._template))
        shutil.rmtree(folder)

    def close(self) -> None:
        self._runner.run(self._container.close())
        self._runner.close()

    def _somebody(self) -> UUID:
        user_id = uuid4()
        with psycopg.connect(self._url) as connection:
            connection.execute(
                "INSERT INTO users (id, email, username, role, tier, state, created_at, updated_at, language, timezone,"
                " theme, preferences, stored_bytes) VALUES (%s, %s, %s, 'user', 'pro', 'active', now(), now(), 'en',"
                " 'UTC', 'auto', '{}', 0)",
                (user_id, f"{user_id}@example.com", str(user_id)),
            )
        return user_id


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    place = Place(database_url=database_url, folder=tmp_path)
    yield place
    place.close()


def examine(place: Place, *, histories: int) -> None:
    @settings(
        max_examples=histories,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=cast(Any, list(HealthCheck)),
    )
    @given(seed=some.integers(0, 2**32), mishaps=some.sampled_from([0.0, 0.1, 0.3, 0.5]))
    def check(seed: int, mishaps: float) -> None:
        place.run(seed, mishaps)

    check()


def test_thirty_histories_converge(place: Place) -> None:
    examine(place, histories=30)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_thousand_histories_converge(place: Place) -> None:
    examine(place, histories=2000)
