"""Where pictures and other files lie: a folder of this machine, or an S3 bucket. Clients get addresses that expire."""

import asyncio
import contextlib
import hashlib
import hmac
import mimetypes
import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

from pydantic import SecretStr

from sync_server.platform.errors import InvalidParametersError, NotFoundError
from sync_server.platform.ports import Clock

_KEY = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_AN_HOUR = timedelta(hours=1)
_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    key: str
    modified_at: datetime


class Storage(Protocol):
    """Keys are slash-separated names of letters, digits, dots, dashes and underscores."""

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Whole or not at all; replaces what was there."""

    async def read(self, key: str) -> bytes:
        """Raises NotFoundError."""

    async def delete(self, key: str) -> None:
        """What is not there is no error."""

    async def size(self, key: str) -> int | None:
        """None where nothing lies there."""

    async def url(self, key: str, *, expires: timedelta = _AN_HOUR) -> str:
        """An address where anyone who has it may read until it expires."""

    async def upload_url(self, key: str, *, size: int, expires: timedelta = _AN_HOUR) -> str:
        """An address where anyone who has it may put exactly `size` bytes, by PUT, until it expires."""

    async def keys(self, prefix: str) -> list[str]:
        """All that begin with it."""

    def pages(self, prefix: str) -> AsyncIterator[Sequence[StoredFile]]:
        """The same, some at a time, for folders of millions."""


class StorageSettings(Protocol):
    @property
    def storage_url(self) -> str: ...
    @property
    def data_folder(self) -> Path: ...
    @property
    def secret_key(self) -> SecretStr: ...
    @property
    def public_url(self) -> str: ...


class FolderStorage:
    def __init__(self, *, root: Path, secret: str, public_url: str, clock: Clock) -> None:
        self._root = root
        self._key = hashlib.sha256(b"pentimento files\0" + secret.encode()).digest()
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    async def put(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002 - told by the name here
        await asyncio.to_thread(self._write, self._path(key), data)

    async def read(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except (FileNotFoundError, IsADirectoryError):
            raise _missing() from None

    async def delete(self, key: str) -> None:
        path = self._path(key)
        await asyncio.to_thread(lambda: path.unlink(missing_ok=True))

    async def size(self, key: str) -> int | None:
        try:
            return (await asyncio.to_thread(self._path(key).stat)).st_size
        except FileNotFoundError:
            return None

    async def keys(self, prefix: str) -> list[str]:
        return await asyncio.to_thread(self._keys, prefix)

    async def pages(self, prefix: str) -> AsyncIterator[Sequence[StoredFile]]:
        keys = await self.keys(prefix)
        for start in range(0, len(keys), _PAGE):
            yield await asyncio.to_thread(self._described, keys[start : start + _PAGE])

    async def upload_url(self, key: str, *, size: int, expires: timedelta = _AN_HOUR) -> str:
        self._path(key)
        until = int((self._clock() + expires).timestamp())
        signature = self._sign(f"put:{size}:{key}", until)
        return f"{self._public_url}/files/{quote(key)}?expires={until}&size={size}&signature={signature}"

    async def write_signed(self, key: str, data: bytes, *, size: int, expires: int, signature: str) -> None:
        """What came to an address that `upload_url` gave. Raises NotFoundError for any other address or size."""
        good = hmac.compare_digest(signature, self._sign(f"put:{size}:{key}", expires))
        if not good or expires <= self._clock().timestamp() or len(data) != size:
            raise _missing()
        await self.put(key, data, "application/octet-stream")

    async def url(self, key: str, *, expires: timedelta = _AN_HOUR) -> str:
        self._path(key)
        until = int((self._clock() + expires).timestamp())
        return f"{self._public_url}/files/{quote(key)}?expires={until}&signature={self._sign(key, until)}"

    async def read_signed(self, key: str, *, expires: int, signature: str) -> tuple[bytes, str]:
        """Content and type behind an address that `url` gave. Raises NotFoundError for any other."""
        good = hmac.compare_digest(signature, self._sign(key, expires))
        if not good or expires <= self._clock().timestamp():
            raise _missing()
        return await self.read(key), mimetypes.guess_type(key)[0] or "application/octet-stream"

    def _sign(self, key: str, until: int) -> str:
        return hmac.new(self._key, f"{until}:{key}".encode(), "sha256").hexdigest()

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _keys(self, prefix: str) -> list[str]:
        # Only what lies in the folder that the prefix names.
        folder = self._root / checked_key(prefix.rpartition("/")[0]) if "/" in prefix else self._root
        paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        names = (path.relative_to(self._root).as_posix() for path in paths)
        return sorted(name for name in names if name.startswith(prefix))

    def _described(self, keys: Sequence[str]) -> list[StoredFile]:
        found = []
        for key in keys:
            with contextlib.suppress(FileNotFoundError):
                modified = self._path(key).stat().st_mtime
                found.append(StoredFile(key=key, modified_at=datetime.fromtimestamp(modified, UTC)))
        return found

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.writing")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


class BucketStorage:
    """Any S3 API. boto3 blocks, so each call is made in a thread."""

    def __init__(self, *, bucket: str, client: Any) -> None:
        self._bucket = bucket
        self._client = client

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        await asyncio.to_thread(
            self._client.put_object,
            Bucket=self._bucket,
            Key=checked_key(key),
            Body=data,
            ContentType=content_type,
        )

    async def read(self, key: str) -> bytes:
        return await asyncio.to_thread(self._read, checked_key(key))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._client.delete_object, Bucket=self._bucket, Key=checked_key(key))

    async def url(self, key: str, *, expires: timedelta = _AN_HOUR) -> str:
        address = await asyncio.to_thread(
            self._client.generate_presigned_url,
            "get_object",
            Params={"Bucket": self._bucket, "Key": checked_key(key)},
            ExpiresIn=int(expires.total_seconds()),
        )
        return str(address)

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(self._size, checked_key(key))

    async def upload_url(self, key: str, *, size: int, expires: timedelta = _AN_HOUR) -> str:
        address = await asyncio.to_thread(
            self._client.generate_presigned_url,
            "put_object",
            Params={"Bucket": self._bucket, "Key": checked_key(key), "ContentLength": size},
            ExpiresIn=int(expires.total_seconds()),
        )
        return str(address)

    async def keys(self, prefix: str) -> list[str]:
        return await asyncio.to_thread(self._keys, prefix)

    async def pages(self, prefix: str) -> AsyncIterator[Sequence[StoredFile]]:
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        )
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            yield [
                StoredFile(key=str(entry["Key"]), modified_at=entry["LastModified"])
                for entry in page.get("Contents", ())
            ]

    def _size(self, key: str) -> int | None:
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == NotFoundError.status:
                return None
            raise

    def _keys(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return [str(entry["Key"]) for page in pages for entry in page.get("Contents", ())]

    def _read(self, key: str) -> bytes:
        try:
            return bytes(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except self._client.exceptions.NoSuchKey:
            raise _missing() from None


def open_storage(settings: StorageSettings, *, clock: Clock) -> FolderStorage | BucketStorage:
    """By `PENTIMENTO_STORAGE_URL`: file:///folder, s3://bucket?endpoint_url=…&region=…, or empty."""
    parts = urlsplit(settings.storage_url)
    if parts.scheme == "s3":
        import boto3

        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        client = boto3.client(
            "s3", endpoint_url=options.get("endpoint_url"), region_name=options.get("region", "us-east-1")
        )
        return BucketStorage(bucket=parts.netloc, client=client)
    root = Path(unquote(parts.path)) if parts.scheme == "file" else settings.data_folder / "files"
    return FolderStorage(
        root=root,
        secret=settings.secret_key.get_secret_value(),
        public_url=settings.public_url,
        clock=clock,
    )


def checked_key(key: str) -> str:
    """Raises InvalidParametersError for what could lead out of the folder."""
    if not _KEY.fullmatch(key) or len(key) > 500:
        raise InvalidParametersError("This is not the name of a file here.")
    return key


def _missing() -> NotFoundError:
    return NotFoundError("There is no such file, or its address has expired.", advice="Ask for it again.")
