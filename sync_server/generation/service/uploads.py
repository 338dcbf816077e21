"""Uploads in parts: each is put straight into the storage, and a broken connection costs one part at most."""

import hashlib
from datetime import timedelta
from uuid import UUID

from shared.contracts.job_views import Upload, UploadPart
from sync_server.generation.repository import JobRepository
from sync_server.generation.service.inputs import InputPicture, PictureInputs
from sync_server.generation.tables import UploadRow
from sync_server.platform.bodies import MOST_BYTES
from sync_server.platform.errors import (
    ConflictError,
    FileTooLargeError,
    NotFoundError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.ports import World
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

PART_BYTES = 5 * 1024 * 1024
LIFETIME = timedelta(hours=24)
CONTENT_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp", "image/gif"})


class Uploads:
    """Speaks with the storage between its transactions, so it opens its own."""

    def __init__(
        self, *, transactions: Transactions, storage: Storage, inputs: PictureInputs, world: World
    ) -> None:
        self._transactions = transactions
        self._storage = storage
        self._inputs = inputs
        self._world = world

    async def begin(
        self, user_id: UUID, *, size: int, content_type: str, sha256: str | None = None
    ) -> Upload:
        if content_type not in CONTENT_TYPES:
            raise UnsupportedMediaTypeError(
                "Pictures of this type are not taken.",
                advice="Send one of: {types}.",
                types=", ".join(sorted(CONTENT_TYPES)),
            )
        if size > MOST_BYTES:
            raise FileTooLargeError(
                "A picture may have at most {megabytes} MB.",
                advice="Send a smaller one.",
                megabytes=MOST_BYTES // 1024**2,
            )
        now = self._world.clock()
        row = UploadRow(
            id=self._world.new_id(),
            user_id=user_id,
            size=size,
            content_type=content_type,
            sha256=sha256,
            blob=None,
            width=None,
            height=None,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        async with self._transactions.begin() as work:
            await work.get(JobRepository).add(row)
        return await self._shown(row)

    async def get(self, user_id: UUID, upload_id: UUID) -> Upload:
        """With fresh addresses of the parts that are missing."""
        return await self._shown(await self._row(user_id, upload_id))

    async def complete(self, user_id: UUID, upload_id: UUID) -> Upload:
        """Joins the parts and looks at the picture. Again, it answers the same."""
        row = await self._row(user_id, upload_id)
        if row.blob is not None:
            return await self._shown(row)
        sizes = _part_sizes(row.size)
        lying = [await self._storage.size(_part_key(row, number)) for number in range(len(sizes))]
        missing = [number for number, size in enumerate(sizes) if lying[number] != size]
        if missing:
            raise ConflictError(
                "Parts of this upload are missing.",
                advice="Send them, then complete it again.",
                details={"missing_parts": missing},
            )
        data = b"".join([await self._storage.read(_part_key(row, number)) for number in range(len(sizes))])
        if row.sha256 is not None and hashlib.sha256(data).hexdigest() != row.sha256:
            for number in range(len(sizes)):
                await self._storage.delete(_part_key(row, number))
            raise UnprocessableError(
                "What came is not the file that was announced: its SHA-256 is another.",
                advice="Send its parts again.",
            )
        picture = await self._inputs.keep(user_id, data)
        done = await self._finish(user_id, upload_id, picture)
        for number in range(len(sizes)):
            await self._storage.delete(_part_key(row, number))
        return await self._shown(done)

    async def abandon(self, row: UploadRow) -> None:
        for number in range(len(_part_sizes(row.size))):
            await self._storage.delete(_part_key(row, number))

    async def _finish(self, user_id: UUID, upload_id: UUID, picture: InputPicture) -> UploadRow:
        async with self._transactions.begin() as work:
            row = await work.get(JobRepository).upload(upload_id, user_id)
            if row is None:
                raise _missing()
            row.blob, row.width, row.height = picture.blob, picture.width, picture.height
            await work.session.flush()
        return row

    async def _row(self, user_id: UUID, upload_id: UUID) -> UploadRow:
        async with self._transactions.begin() as work:
            row = await work.get(JobRepository).upload(upload_id, user_id)
        if row is None or row.expires_at <= self._world.clock():
            raise _missing()
        return row

    async def _shown(self, row: UploadRow) -> Upload:
        parts = []
        if row.blob is None:
            for number, size in enumerate(_part_sizes(row.size)):
                key = _part_key(row, number)
                parts.append(
                    UploadPart(
                        number=number,
                        size=size,
                        url=await self._storage.upload_url(key, size=size),
                        received=await self._storage.size(key) == size,
                    )
                )
        return Upload(
            id=row.id,
            status="open" if row.blob is None else "complete",
            size=row.size,
            content_type=row.content_type,
            parts=parts,
            width=row.width,
            height=row.height,
            expires_at=row.expires_at,
        )


def _part_sizes(size: int) -> list[int]:
    whole, rest = divmod(size, PART_BYTES)
    return [PART_BYTES] * whole + ([rest] if rest else [])


def _part_key(row: UploadRow, number: int) -> str:
    return f"uploads/{row.user_id}/{row.id}/part-{number}"


def _missing() -> NotFoundError:
    return NotFoundError("There is no such upload, or it has expired.", advice="Begin a new one.")
