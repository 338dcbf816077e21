"""Files of people in the storage: none is left behind, and none goes that a row needs, whatever is cut off when."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, cast, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from shared.pricing.tariffs import Tariffs
from sync_server.accounts.service import Accounts
from sync_server.gallery.tables import BlobRow, BlobUseRow, DoomedFileRow
from sync_server.platform.errors import ConflictError, StorageExceededError
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

UNCLAIMED = timedelta(hours=1)
"""How long a file may lie whose row is still to come."""
UNUSED = timedelta(days=1)
_AT_ONCE = 200
_USE = text(
    "INSERT INTO blob_uses (user_id, owner, blob)"
    " SELECT :user, owner, blob FROM unnest(CAST(:owners AS text[]), CAST(:blobs AS text[])) AS fresh (owner, blob)"
    " ON CONFLICT DO NOTHING"
)
_DISUSE = text(
    "DELETE FROM blob_uses USING unnest(CAST(:owners AS text[]), CAST(:blobs AS text[])) AS gone (owner, blob)"
    " WHERE blob_uses.user_id = :user AND blob_uses.owner = gone.owner AND blob_uses.blob = gone.blob"
)


def blob_key(user_id: UUID, blob: str) -> str:
    return f"blobs/{user_id}/{blob}"


class FileRecords:
    """What a transaction says of files: those that it needs from now on, and those that it does not."""

    def __init__(self, *, session: AsyncSession, accounts: Accounts, tariffs: Tariffs, clock: Clock) -> None:
        self._session = session
        self._accounts = accounts
        self._tariffs = tariffs
        self._clock = clock

    async def check_room(self, user_id: UUID, tier: str, coming: int) -> None:
        """Raises StorageExceededError."""
        quota = self._tariffs.tier(tier).storage_bytes
        used = await self._accounts.stored_bytes(user_id)
        if used + coming > quota:
            raise StorageExceededError(
                "Your storage of {quota} GB has no room for this.",
                advice="Delete pictures, or choose a higher plan.",
                details={"used_bytes": used, "quota_bytes": quota, "needed_bytes": coming},
                quota=quota // 1024**3,
            )

    async def claim(self, keys: Iterable[str]) -> set[str]:
        """Those of them that were doomed."""
        claimed = await self._session.scalars(
            delete(DoomedFileRow).where(_among(DoomedFileRow.key, keys)).returning(DoomedFileRow.key)
        )
        return set(claimed)

    async def doom(self, keys: Iterable[str], *, after: timedelta = timedelta()) -> None:
        due = self._clock() + after
        values = [{"key": key, "due_at": due} for key in sorted(set(keys))]
        if values:
            statement = insert(DoomedFileRow).values(values)
            await self._session.execute(
                statement.on_conflict_do_update(index_elements=["key"], set_={"due_at": due})
            )

    # Files by their hash

    async def known(self, user_id: UUID, blobs: Sequence[str]) -> dict[str, int]:
        """The sizes of those that lie there."""
        rows = await self._session.execute(
            select(BlobRow.blob, BlobRow.size).where(BlobRow.user_id == user_id, _among(BlobRow.blob, blobs))
        )
        return {blob: int(size) for blob, size in rows}

    async def renew(self, user_id: UUID, blobs: Sequence[str]) -> None:
        """Unused ones get their whole time again, so that no sweep takes them from under who is about to use them."""
        await self._session.execute(
            update(BlobRow)
            .where(BlobRow.user_id == user_id, _among(BlobRow.blob, blobs), BlobRow.unused_since.is_not(None))
            .values(unused_since=self._clock())
        )

    async def add_blob(self, user_id: UUID, blob: str, size: int) -> None:
        """Its file lies there; it is counted once. Raises ConflictError where it was swept away just now."""
        now = self._clock()
        # First, as it waits for a sweep that is at this very file.
        claimed = await self.claim([blob_key(user_id, blob)])
        added = await self._session.scalar(
            insert(BlobRow)
            .values(user_id=user_id, blob=blob, size=size, created_at=now, unused_since=now)
            .on_conflict_do_nothing()
            .returning(BlobRow.size)
        )
        if added is None:
            return
        if not claimed:
            raise ConflictError("This file came too late.", advice="Send it again.")
        await self._accounts.add_stored_bytes(user_id, size)

    async def set_uses(self, user_id: UUID, uses: Mapping[str, Iterable[str]]) -> None:
        """Which blobs each owner needs from now on; what it needed before and no longer does is let go."""
        rows = await self._session.execute(
            select(BlobUseRow.owner, BlobUseRow.blob).where(
                BlobUseRow.user_id == user_id, _among(BlobUseRow.owner, uses)
            )
        )
        present = {(owner, blob) for owner, blob in rows}
        wanted = {(owner, blob) for owner, blobs in uses.items() for blob in blobs}
        fresh, gone = sorted(wanted - present), sorted(present - wanted)
        if fresh:
            await self._session.execute(_USE, _pairs(user_id, fresh))
            await self._session.execute(
                update(BlobRow)
                .where(BlobRow.user_id == user_id, _among(BlobRow.blob, {blob for _, blob in fresh}))
                .values(unused_since=None)
            )
        if gone:
            await self._session.execute(_DISUSE, _pairs(user_id, gone))
            await self._session.execute(
                update(BlobRow)
                .where(
                    BlobRow.user_id == user_id, _among(BlobRow.blob, {blob for _, blob in gone}), ~_is_used()
                )
                .values(unused_since=self._clock())
            )

    async def mark_used(self, user_id: UUID, blobs: Sequence[str]) -> None:
        """Of those that came after what needs them."""
        await self._session.execute(
            update(BlobRow)
            .where(BlobRow.user_id == user_id, _among(BlobRow.blob, blobs), _is_used())
            .values(unused_since=None)
        )


async def _is_blob(session: AsyncSession, key: str) -> bool:
    folder, *names = key.split("/")
    if folder != "blobs" or len(names) != 2:
        return False
    return await session.get(BlobRow, (UUID(names[0]), names[1])) is not None


def _among(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """As one array: a statement has no room for tens of thousands of parameters."""
    found: ColumnElement[bool] = column == any_(cast(list(values), ARRAY(Text())))
    return found


def _is_used() -> ColumnElement[bool]:
    return exists().where(BlobUseRow.user_id == BlobRow.user_id, BlobUseRow.blob == BlobRow.blob)


def _pairs(user_id: UUID, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "user": user_id,
        "owners": [owner for owner, _ in pairs],
        "blobs": [blob for _, blob in pairs],
    }


class Files:
    """Puts files down and sweeps them up. Speaks with the storage, so it opens its own transactions."""

    def __init__(self, *, transactions: Transactions, storage: Storage, clock: Clock) -> None:
        self._transactions = transactions
        self._storage = storage
        self._clock = clock

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """It goes in an hour unless a transaction claims it."""
        async with self._transactions.begin() as work:
            await work.get(FileRecords).doom([key], after=UNCLAIMED)
        await self._storage.put(key, data, content_type)

    async def put_blob(self, user_id: UUID, data: bytes) -> str:
        """Sent once: what lies there already is not put again."""
        blob = hashlib.sha256(data).hexdigest()
        async with self._transactions.begin() as work:
            records = work.get(FileRecords)
            known = await records.known(user_id, [blob])
            if known:
                await records.renew(user_id, [blob])
        if not known:
            await self.put(blob_key(user_id, blob), data, "application/octet-stream")
            async with self._transactions.begin() as work:
                await work.get(FileRecords).add_blob(user_id, blob, len(data))
        return blob

    async def sweep(self) -> int:
        """What is due goes; so do blobs that nothing has used for a day. How many files went."""
        await self._let_unused_blobs_go()
        swept = 0
        while True:
            # The row's lock is held while the file goes: who puts the same file down anew waits for it.
            async with self._transactions.begin() as work:
                keys = await work.session.scalars(
                    select(DoomedFileRow.key)
                    .where(DoomedFileRow.due_at <= self._clock())
                    .order_by(DoomedFileRow.due_at)
                    .limit(_AT_ONCE)
                    .with_for_update(skip_locked=True)
                )
                due = list(keys)
                for key in due:
                    # Who began to send a file that somebody else had just finished has doomed one that is needed.
                    if not await _is_blob(work.session, key):
                        await self._storage.delete(key)
                await work.get(FileRecords).claim(due)
            swept += len(due)
            if len(due) < _AT_ONCE:
                return swept

    async def _let_unused_blobs_go(self) -> None:
        async with self._transactions.begin() as work:
            old = await work.session.scalars(
                select(BlobRow)
                .where(BlobRow.unused_since <= self._clock() - UNUSED)
                .limit(_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            for row in old:
                await work.get(FileRecords).doom([blob_key(row.user_id, row.blob)])
                await work.get(Accounts).add_stored_bytes(row.user_id, -row.size)
                await work.session.delete(row)
