"""Files of a synced library, by the hash of their bytes: sent once, resumed where they stopped."""

import hashlib
from datetime import timedelta
from uuid import UUID

from shared.contracts.sync import BlobAddress, BlobPart, BlobUpload
from sync_server.gallery.service.files import FileRecords, blob_key
from sync_server.platform.edge import Principal
from sync_server.platform.errors import ConflictError, NotFoundError, UnprocessableError
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

PART_BYTES = 8 * 1024 * 1024
UNFINISHED = timedelta(days=2)
"""How long the parts of a file wait for the rest."""


class SyncBlobs:
    """Speaks with the storage between its transactions, so it opens its own."""

    def __init__(self, *, transactions: Transactions, storage: Storage) -> None:
        self._transactions = transactions
        self._storage = storage

    async def missing(self, user_id: UUID, blobs: list[str]) -> list[str]:
        """Of those named; the others get their whole time again before anything sweeps them."""
        async with self._transactions.begin() as work:
            records = work.get(FileRecords)
            known = await records.known(user_id, blobs)
            await records.renew(user_id, sorted(known))
        return [blob for blob in dict.fromkeys(blobs) if blob not in known]

    async def begin(self, principal: Principal, *, blob: str, size: int) -> BlobUpload:
        """With fresh addresses of the parts that are missing; again, it goes on where it stopped."""
        user_id = principal.user_id
        if not await self.missing(user_id, [blob]):
            return BlobUpload(blob=blob, size=size, complete=True, parts=[])
        keys = _part_keys(user_id, blob, size)
        async with self._transactions.begin() as work:
            records = work.get(FileRecords)
            await records.check_room(user_id, principal.tier, size)
            await records.doom(keys, after=UNFINISHED)
        parts = []
        for number, (key, part_size) in enumerate(zip(keys, _part_sizes(size), strict=True)):
            parts.append(
                BlobPart(
                    number=number,
                    size=part_size,
                    url=await self._storage.upload_url(key, size=part_size),
                    # Of a file of one part there is nothing to go on with.
                    received=len(keys) > 1 and await self._storage.size(key) == part_size,
                )
            )
        return BlobUpload(blob=blob, size=size, complete=False, parts=parts)

    async def complete(self, principal: Principal, *, blob: str, size: int) -> BlobUpload:
        """Checks the whole by its SHA-256. Again, it answers the same."""
        user_id = principal.user_id
        if not await self.missing(user_id, [blob]):
            return BlobUpload(blob=blob, size=size, complete=True, parts=[])
        keys, sizes = _part_keys(user_id, blob, size), _part_sizes(size)
        parts = [await self._read(key) for key in keys]
        lacking = [number for number, part in enumerate(parts) if len(part) != sizes[number]]
        if lacking:
            raise ConflictError(
                "Parts of this file are missing.",
                advice="Send them, then complete it again.",
                details={"missing_parts": lacking},
            )
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        if hashlib.sha256(data).hexdigest() != blob:
            for key in keys:
                await self._storage.delete(key)
            raise UnprocessableError(
                "What came is not the file that was announced: its SHA-256 is another.",
                advice="Send its parts again.",
            )
        whole = blob_key(user_id, blob)
        async with self._transactions.begin() as work:
            await work.get(FileRecords).doom([whole], after=UNFINISHED)
        if keys != [whole]:
            await self._storage.put(whole, data, "application/octet-stream")
        async with self._transactions.begin() as work:
            records = work.get(FileRecords)
            await records.check_room(user_id, principal.tier, size)
            await records.add_blob(user_id, blob, len(data))
            await records.mark_used(user_id, [blob])
            await records.doom([key for key in keys if key != whole])
        return BlobUpload(blob=blob, size=size, complete=True, parts=[])

    async def _read(self, key: str) -> bytes:
        """Nothing where nothing lies there."""
        try:
            return await self._storage.read(key)
        except NotFoundError:
            return b""

    async def address(self, user_id: UUID, blob: str) -> BlobAddress:
        async with self._transactions.begin() as work:
            known = await work.get(FileRecords).known(user_id, [blob])
        if blob not in known:
            raise NotFoundError("This file is not here.", advice="Another device may still be sending it.")
        url = await self._storage.url(blob_key(user_id, blob))
        return BlobAddress(blob=blob, size=known[blob], url=url)


def _part_sizes(size: int) -> list[int]:
    whole, rest = divmod(size, PART_BYTES)
    return [PART_BYTES] * whole + ([rest] if rest else [])


def _part_keys(user_id: UUID, blob: str, size: int) -> list[str]:
    """A file of one part comes straight to where it will lie: most do, and nothing is copied then."""
    count = len(_part_sizes(size))
    if count == 1:
        return [blob_key(user_id, blob)]
    return [f"parts/{user_id}/{blob}/part-{number}-of-{count}" for number in range(count)]
