"""Pictures that clients hand in: whatever way they come, they become files by the hash of their bytes."""

import asyncio
import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import read_picture
from sync_server.gallery.ports import HandedIn
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation.repository import JobRepository
from sync_server.generation.tables import InputRow
from sync_server.platform.bodies import FILE_MARK, MOST_BYTES, NO_FILES, Files
from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidParametersError,
    NotFoundError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.outside import OutsideFetcher
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

_BLOB = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RENEWED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class InputPicture:
    blob: str
    width: int
    height: int


def input_key(user_id: UUID, blob: str) -> str:
    return f"inputs/{user_id}/{blob}"


class PictureInputs:
    """Calls out between its transactions, so it opens its own."""

    def __init__(
        self, *, transactions: Transactions, storage: Storage, fetcher: OutsideFetcher, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._storage = storage
        self._fetcher = fetcher
        self._clock = clock

    async def take(self, user_id: UUID, given: str, *, field: str, files: Files = NO_FILES) -> InputPicture:
        """Raises what tells why it is no picture of theirs. Ids of others are not found."""
        if given.startswith(FILE_MARK):
            return await self._keep_file(user_id, given.removeprefix(FILE_MARK), files)
        if given.startswith(("http://", "https://")):
            data = await self._fetcher.fetch(given, most_bytes=MOST_BYTES, content_type="image/")
            return await self.keep(user_id, data)
        if _ID.fullmatch(given):
            return await self._by_id(user_id, UUID(given), field=field)
        if _BLOB.fullmatch(given):
            known = await self._known(user_id, given)
            if known is None:
                raise _not_found(field)
            return known
        return await self.keep(user_id, _decoded(given, field))

    async def fetch(self, user_id: UUID, given: str, *, field: str, files: Files = NO_FILES) -> HandedIn:
        """What `take` takes, with its bytes: `gallery.ports.PicturesHandedIn`."""
        picture = await self.take(user_id, given, field=field, files=files)
        data = await self._storage.read(input_key(user_id, picture.blob))
        return HandedIn(data=data, width=picture.width, height=picture.height)

    async def keep(self, user_id: UUID, data: bytes) -> InputPicture:
        """Also what we made ourselves, such as a mask of shapes."""
        if len(data) > MOST_BYTES:
            raise FileTooLargeError(
                "A picture may have at most {megabytes} MB.",
                advice="Send a smaller one.",
                megabytes=MOST_BYTES // 1024**2,
            )
        blob, (width, height) = await asyncio.to_thread(_looked_at, data)
        picture = InputPicture(blob=blob, width=width, height=height)
        # The file first: a row without its file would be found missing by a worker.
        if await self._known(user_id, blob) is None:
            await self._storage.put(input_key(user_id, blob), data, "application/octet-stream")
        async with self._transactions.begin() as work:
            await work.get(JobRepository).keep_input(
                InputRow(
                    user_id=user_id,
                    blob=blob,
                    size=len(data),
                    width=width,
                    height=height,
                    last_used_at=self._clock(),
                )
            )
        return picture

    async def _keep_file(self, user_id: UUID, name: str, files: Files) -> InputPicture:
        if name not in files:
            raise InvalidParametersError(
                "The file {name} is missing.", advice="Send it in the same request.", name=name
            )
        return await self.keep(user_id, files[name])

    async def _by_id(self, user_id: UUID, given: UUID, *, field: str) -> InputPicture:
        async with self._transactions.begin() as work:
            upload = await work.get(JobRepository).upload(given, user_id)
            item = None if upload else await work.get(ItemKeeper).own(user_id, given)
        if upload is not None:
            if upload.blob is None:
                raise InvalidParametersError(
                    "This upload is not complete.", advice="Send its missing parts, then complete it."
                )
            known = await self._known(user_id, upload.blob)
            if known is None:
                raise _not_found(field)
            return known
        if item is None or item.type != "image":
            raise _not_found(field)
        known = await self._known(user_id, item.blob)
        return known or await self.keep(user_id, await self._storage.read(item.key))

    async def _known(self, user_id: UUID, blob: str) -> InputPicture | None:
        """Its time is renewed, so that no sweep takes it from under a new job."""
        now = self._clock()
        async with self._transactions.begin() as work:
            row = await work.get(JobRepository).input(user_id, blob)
            if row is None:
                return None
            if row.last_used_at < now - _RENEWED_AFTER:
                row.last_used_at = now
            return InputPicture(blob=row.blob, width=row.width, height=row.height)


def _looked_at(data: bytes) -> tuple[str, tuple[int, int]]:
    try:
        pixels = read_picture(data)
    except InvalidPictureError as error:
        raise UnsupportedMediaTypeError(
            "This file is no picture that can be used: {reason}",
            advice="Send a PNG, JPEG, WebP, TIFF, BMP or GIF.",
            reason=error.report.text,
        ) from error
    return hashlib.sha256(data).hexdigest(), (int(pixels.shape[1]), int(pixels.shape[0]))


def _decoded(given: str, field: str) -> bytes:
    text = given.partition(",")[2] if given.startswith("data:") else given
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParametersError(
            "The field {field} is no picture: neither an id, nor an address, nor base64.",
            advice="Send base64, an http(s) URL, or an id from POST /uploads.",
            details={"fields": [{"path": field, "message": "not a picture"}]},
            field=field,
        ) from None


def _not_found(field: str) -> NotFoundError:
    return NotFoundError(
        "There is no such picture of yours: {field}.",
        advice="Upload it, or name an item of your gallery.",
        field=field,
    )
