"""Taking what devices push, and telling them what changed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, any_, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.sync import Pushed, SyncRow, SyncState
from shared.syncing.clocks import Stamp
from shared.syncing.merging import blobs_of, merged, stamps_of
from sync_server.gallery.service.files import FileRecords
from sync_server.platform.errors import InvalidParametersError, UnprocessableError
from sync_server.platform.ports import World
from sync_server.sync.tables import SyncCounterRow, SyncedRow

MOST_AHEAD = timedelta(days=7)
"""A stamp further in the future than that would win for ever."""
MOST_KEPT = 2_000_000
_UPSERT = text(
    "INSERT INTO sync_rows (user_id, kind, id, seq, state)"
    " SELECT :user, row.kind, row.id, row.seq, row.state"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row (kind text, id uuid, seq bigint, state jsonb)"
    " ON CONFLICT (user_id, kind, id) DO UPDATE SET seq = EXCLUDED.seq, state = EXCLUDED.state"
)
# As text, so that thousands of rows go out as PostgreSQL wrote them.
_CHANGES = text(
    "SELECT seq, jsonb_build_object('kind', kind, 'id', id)::text, state::text FROM sync_rows"
    " WHERE user_id = :user AND seq > :after ORDER BY seq LIMIT :limit"
)


class Syncing:
    def __init__(self, *, session: AsyncSession, files: FileRecords, world: World) -> None:
        self._session = session
        self._files = files
        self._world = world

    async def state(self, user_id: UUID) -> SyncState:
        counter = await self._counter(user_id)
        rows = await self._session.scalar(select(func.count()).where(SyncedRow.user_id == user_id))
        return SyncState(epoch=counter.epoch, seq=counter.seq, rows=int(rows or 0))

    async def changes(
        self, user_id: UUID, *, after: int, epoch: UUID | None, limit: int
    ) -> tuple[UUID, int, bool, list[str]]:
        """Epoch, the number to ask after next, whether there is more, and the rows as JSON.

        From the start where the device knows another epoch. A number that this server has never reached is refused.
        """
        counter = await self._counter(user_id)
        if epoch is not None and epoch != counter.epoch:
            after = 0
        if after > counter.seq:
            raise InvalidParametersError(
                "This server has not come to this number yet.",
                advice="Ask with the epoch that came with it, or from the start.",
                details={"fields": [{"path": "after", "message": "too large"}], "seq": counter.seq},
            )
        found = (
            await self._session.execute(_CHANGES, {"user": user_id, "after": after, "limit": limit + 1})
        ).all()
        more, shown = len(found) > limit, found[:limit]
        rows = [_joined(head, state) for _, head, state in shown]
        return counter.epoch, int(shown[-1][0]) if more else counter.seq, more, rows

    async def push(self, user_id: UUID, rows: Sequence[SyncRow]) -> Pushed:
        """All or nothing; again, it changes nothing. Raises InvalidParametersError, UnprocessableError."""
        self._check_stamps(rows)
        counter = await self._counter(user_id, lock=True)
        asked: dict[tuple[str, UUID], SyncRow] = {}
        for row in rows:
            named = (row.kind, row.id)
            asked[named] = merged(asked[named], row) if named in asked else merged(row, row)
        before = await self._known(user_id, asked)
        changed: list[SyncRow] = []
        for key, row in asked.items():
            old = before.get(key)
            new = row if old is None else merged(old, row)
            if new != old:
                changed.append(new)
        if changed:
            await self._check_room(user_id, fresh=len(asked.keys() - before.keys()))
            await self._write(user_id, counter, changed)
        return Pushed(
            epoch=counter.epoch,
            seq=counter.seq,
            changed=len(changed),
            missing_blobs=await self._missing(user_id, changed),
        )

    async def _write(self, user_id: UUID, counter: SyncCounterRow, changed: Sequence[SyncRow]) -> None:
        written = []
        for row in changed:
            counter.seq += 1
            state = row.model_dump(mode="json", exclude={"kind", "id"}, exclude_defaults=True)
            written.append({"kind": row.kind, "id": str(row.id), "seq": counter.seq, "state": state})
        await self._session.flush()
        await self._session.execute(_UPSERT, {"user": user_id, "rows": json.dumps(written)})
        await self._files.set_uses(user_id, {_owner(row): blobs_of(row) for row in changed})

    async def _known(
        self, user_id: UUID, asked: Mapping[tuple[str, UUID], SyncRow]
    ) -> dict[tuple[str, UUID], SyncRow]:
        found = await self._session.execute(
            select(SyncedRow.kind, SyncedRow.id, SyncedRow.state).where(
                SyncedRow.user_id == user_id,
                SyncedRow.id == any_(cast([row_id for _, row_id in asked], ARRAY(Uuid()))),
            )
        )
        return {
            (kind, row_id): SyncRow.model_validate({"kind": kind, "id": row_id, **state})
            for kind, row_id, state in found
            if (kind, row_id) in asked
        }

    async def _missing(self, user_id: UUID, changed: Sequence[SyncRow]) -> list[str]:
        wanted = {blob for row in changed for blob in blobs_of(row)}
        known = await self._files.known(user_id, sorted(wanted)) if wanted else {}
        return sorted(wanted - known.keys())

    async def _check_room(self, user_id: UUID, *, fresh: int) -> None:
        if not fresh:
            return
        kept = await self._session.scalar(select(func.count()).where(SyncedRow.user_id == user_id))
        if int(kept or 0) + fresh > MOST_KEPT:
            raise UnprocessableError(
                "A library on this server has at most {most} rows.",
                advice="Empty the trash, or sync fewer boards.",
                most=MOST_KEPT,
            )

    def _check_stamps(self, rows: Sequence[SyncRow]) -> None:
        latest = max((stamp for row in rows for stamp in stamps_of(row)), default=None)
        if latest is not None and Stamp.read(latest).milliseconds > _milliseconds(
            self._world.clock() + MOST_AHEAD
        ):
            raise InvalidParametersError(
                "A change claims to come from the future.",
                advice="Set this device's clock, then stamp its changes anew.",
                details={"server_time": self._world.clock().isoformat(), "latest": latest},
            )

    async def _counter(self, user_id: UUID, *, lock: bool = False) -> SyncCounterRow:
        query = select(SyncCounterRow).where(SyncCounterRow.user_id == user_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = await self._session.scalar(query)
        if found is not None:
            return found
        await self._session.execute(
            insert(SyncCounterRow)
            .values(user_id=user_id, epoch=self._world.new_id(), seq=0)
            .on_conflict_do_nothing()
        )
        return (await self._session.scalars(query)).one()


def _owner(row: SyncRow) -> str:
    return f"sync:{row.kind}:{row.id}"


def _joined(head: str, state: str) -> str:
    """Two JSON objects as one."""
    inner = state[1:-1].strip()
    return f"{head[:-1]}, {inner}}}" if inner else head


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
