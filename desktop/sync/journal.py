"""What this device knows of every synced row, and the outbox; each call is one transaction of SQLite."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.sync.tables import FactRow, KnownRow, OutgoingRow
from shared.contracts.sync import Register, RowKind, SyncChanges, SyncRow
from shared.syncing.clocks import Stamp, next_stamp
from shared.syncing.merging import merged, stamps_of

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What somebody did to a row here. Of members None removes; only what differs from what is known is recorded."""

    kind: RowKind
    id: UUID
    fields: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    purge: bool = False


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where the server's changes go on."""

    next: int
    epoch: UUID | None


class Journal:
    def __init__(
        self, *, database: Database, milliseconds: Callable[[], int], new_device: Callable[[], str]
    ) -> None:
        """`new_device` draws 8 to 32 hex digits, which are kept from then on."""
        self._database = database
        self._milliseconds = milliseconds
        self._new_device = new_device

    async def record(self, changes: Sequence[Change]) -> list[SyncRow]:
        """Stamps and keeps what differs, for the server too; returns that."""
        return await self._database.run(lambda session: self._record(session, changes))

    async def waiting(self, *, most: int) -> list[tuple[int, SyncRow]]:
        """The oldest changes that the server has not answered, with their numbers."""

        def work(session: Session) -> list[tuple[int, SyncRow]]:
            rows = session.scalars(select(OutgoingRow).order_by(OutgoingRow.number).limit(most))
            return [(row.number, SyncRow.model_validate_json(row.change)) for row in rows]

        return await self._database.run(work)

    async def count_waiting(self) -> int:
        return await self._database.run(
            lambda session: session.scalar(select(func.count()).select_from(OutgoingRow)) or 0
        )

    async def sent(self, numbers: Sequence[int]) -> None:
        """The server has answered for these."""
        if not numbers:
            return

        def work(session: Session) -> None:
            session.execute(delete(OutgoingRow).where(OutgoingRow.number.between(min(numbers), max(numbers))))

        await self._database.run(work)

    async def position(self) -> Position:
        def work(session: Session) -> Position:
            epoch = _fact(session, "epoch")
            return Position(next=int(_fact(session, "next") or 0), epoch=UUID(epoch) if epoch else None)

        return await self._database.run(work)

    async def receive(self, changes: SyncChanges) -> list[SyncRow]:
        """Merges what the server told, and remembers where to go on; returns the rows that are other than before.

        Where the server's rows were replaced, everything that is known here waits to be told again.
        """
        return await self._database.run(lambda session: self._receive(session, changes))

    async def row(self, kind: RowKind, row_id: UUID) -> SyncRow | None:
        return await self._database.run(lambda session: _known(session, kind, row_id))

    async def rows(self) -> list[SyncRow]:
        def work(session: Session) -> list[SyncRow]:
            found = session.scalars(select(KnownRow.state).order_by(KnownRow.kind, KnownRow.id))
            return [SyncRow.model_validate_json(state) for state in found]

        return await self._database.run(work)

    def _record(self, session: Session, changes: Sequence[Change]) -> list[SyncRow]:
        recorded = []
        for change in changes:
            before = _known(session, change.kind, change.id) or SyncRow(kind=change.kind, id=change.id)
            if before.purged is not None:
                continue
            told = self._stamped(session, change, before)
            if told is None:
                continue
            _keep(session, merged(before, told))
            session.add(OutgoingRow(change=_written(told)))
            recorded.append(told)
        return recorded

    def _stamped(self, session: Session, change: Change, before: SyncRow) -> SyncRow | None:
        if change.purge:
            return SyncRow(kind=change.kind, id=change.id, purged=self._next_stamp(session))
        fields = _differing(change.fields, before.fields)
        members = {
            name: differing
            for name, entries in change.members.items()
            if (differing := _differing(entries, before.members.get(name, {}), absent_is_none=True))
        }
        if not fields and not members:
            return None
        return SyncRow(
            kind=change.kind,
            id=change.id,
            fields={name: (value, self._next_stamp(session)) for name, value in fields.items()},
            members={
                name: {element: (value, self._next_stamp(session)) for element, value in entries.items()}
                for name, entries in members.items()
            },
        )

    def _receive(self, session: Session, changes: SyncChanges) -> list[SyncRow]:
        epoch = _fact(session, "epoch")
        if epoch and epoch != str(changes.epoch):
            self._tell_everything_again(session)
        changed = []
        latest = _fact(session, "latest") or ""
        for row in changes.rows:
            before = _known(session, row.kind, row.id)
            after = row if before is None else merged(before, row)
            latest = max(latest, *stamps_of(row), "")
            if after != before:
                _keep(session, after)
                changed.append(after)
        _set_fact(session, "latest", latest)
        _set_fact(session, "next", str(changes.next))
        _set_fact(session, "epoch", str(changes.epoch))
        return changed

    def _tell_everything_again(self, session: Session) -> None:
        session.execute(delete(OutgoingRow))
        states = session.scalars(select(KnownRow.state).order_by(KnownRow.kind, KnownRow.id)).all()
        session.add_all(OutgoingRow(change=state) for state in states)

    def _next_stamp(self, session: Session) -> str:
        device = _fact(session, "device")
        if not device:
            device = self._new_device()
            _set_fact(session, "device", device)
        latest = _fact(session, "latest")
        stamp = str(
            next_stamp(
                Stamp.read(latest) if latest else None, milliseconds=self._milliseconds(), device=device
            )
        )
        _set_fact(session, "latest", stamp)
        return stamp


def _differing(
    wanted: Mapping[str, Any], known: Mapping[str, Register], *, absent_is_none: bool = False
) -> dict[str, Any]:
    """What is asked and not so already; a member that never was needs no removing."""
    return {
        name: value
        for name, value in wanted.items()
        if (name in known or not (absent_is_none and value is None))
        and (name not in known or known[name][0] != value)
    }


def _known(session: Session, kind: RowKind, row_id: UUID) -> SyncRow | None:
    row = session.get(KnownRow, (kind, str(row_id)))
    return SyncRow.model_validate_json(row.state) if row else None


def _keep(session: Session, row: SyncRow) -> None:
    known = session.get(KnownRow, (row.kind, str(row.id)))
    if known is None:
        session.add(KnownRow(kind=row.kind, id=str(row.id), state=_written(row)))
    else:
        known.state = _written(row)


def _written(row: SyncRow) -> str:
    return row.model_dump_json(exclude_defaults=True)


def _fact(session: Session, name: str) -> str:
    row = session.get(FactRow, name)
    return row.value if row else ""


def _set_fact(session: Session, name: str, value: str) -> None:
    row = session.get(FactRow, name)
    if row is None:
        session.add(FactRow(name=name, value=value))
    else:
        row.value = value
