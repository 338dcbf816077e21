"""What devices and the server tell each other of a library: rows that merge, and files by their hash."""

import math
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.base import Contract
from shared.contracts.generation import BlobId

PROTOCOL = 1
MOST_ROWS = 5000
MOST_BLOBS = 1000

RowKind = Literal["picture", "board", "tag", "preset", "style", "saved_search", "canvas"]
StampText = Annotated[str, StringConstraints(pattern=r"^\d{15}-[0-9a-f]{8}-[0-9a-f]{8,32}$")]


def _storable(value: Any) -> Any:
    """What every store of JSON keeps: no NUL or half a sign in a text, no number that is none."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("a text holds no NUL and no half of a sign")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is finite")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _storable(name)
            _storable(inner)
    elif isinstance(value, list):
        for inner in value:
            _storable(inner)
    return value


_Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
Register = tuple[Annotated[Any, AfterValidator(_storable)], StampText]
"""A value and when it was set. Of a member of a set, null says that it was removed."""


class SyncRow(Contract):
    """A picture, board and so on, as far as it changed; or, once `purged`, that it is gone for good."""

    kind: RowKind
    id: UUID
    fields: dict[_Name, Register] = Field(default_factory=dict, max_length=200)
    members: dict[_Name, dict[_Name, Register]] = Field(default_factory=dict, max_length=20)
    purged: StampText | None = None


class SyncState(Contract):
    """`epoch` changes when the server's rows were replaced: a device then asks for everything again."""

    protocol: int = PROTOCOL
    epoch: UUID
    seq: int
    rows: int


class Pushed(Contract):
    """`seq` is the server's number after this push; `missing_blobs` of the rows pushed are still to be sent."""

    epoch: UUID
    seq: int
    changed: int
    missing_blobs: list[str]


class BlobsRequest(Contract):
    blobs: list[BlobId] = Field(max_length=MOST_BLOBS)


class MissingBlobs(Contract):
    missing: list[str]


class BlobRequest(Contract):
    blob: BlobId
    size: int = Field(ge=1, le=512 * 1024 * 1024)


class BlobPart(Contract):
    number: int
    size: int
    url: str
    received: bool


class BlobUpload(Contract):
    """Put each part to its address, in any order, then complete it. `complete` says that it lies there."""

    blob: str
    size: int
    complete: bool
    parts: list[BlobPart]


class BlobAddress(Contract):
    blob: str
    size: int
    url: str


class SyncChanges(Contract):
    """`next` is what to ask after when there is more, and also later."""

    protocol: int
    epoch: UUID
    next: int
    has_more: bool
    rows: list[SyncRow]
