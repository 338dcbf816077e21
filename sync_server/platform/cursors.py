"""Where a list goes on: the last row's sort values, signed, so that nobody can write a cursor of his own."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from sync_server.platform.errors import InvalidParametersError

Value = str | int | None

_SIGNATURE_BYTES = 16


class CursorSigner:
    """`scope` names the list and its order: a cursor of one list does not open another."""

    def __init__(self, *, secret: str) -> None:
        self._key = hashlib.sha256(b"pentimento cursors\0" + secret.encode()).digest()

    def encode(self, values: Sequence[Value], *, scope: str = "") -> str:
        payload = json.dumps(list(values), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(payload, scope) + payload).decode().rstrip("=")

    def decode(self, cursor: str, *, expected: int, scope: str = "") -> list[Value]:
        """Raises InvalidParametersError for what this server did not sign, or signed for another list."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _not_ours() from None
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload, scope)):
            raise _not_ours()
        values: list[Value] = json.loads(payload)
        if len(values) != expected:
            raise _not_ours()
        return values

    def _signature(self, payload: bytes, scope: str) -> bytes:
        return hmac.digest(self._key, scope.encode() + b"\0" + payload, "sha256")[:_SIGNATURE_BYTES]


def _not_ours() -> InvalidParametersError:
    return InvalidParametersError(
        "This cursor does not belong to this list.",
        advice="Ask for the first page, then follow its next_cursor.",
        details={"fields": [{"path": "cursor", "message": "invalid"}]},
    )


PageLimit = Annotated[int, Query(ge=1, le=100, description="How many rows, at most 100.")]
PageCursor = Annotated[
    str | None, Query(max_length=2000, description="The `next_cursor` of the page before.")
]
SortBy = Annotated[str | None, Query(max_length=50, description="The field to sort by.")]
SortOrder = Annotated[Literal["asc", "desc"], Query(description="The direction of the order.")]


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """What every list takes. `sort_by` is None where the client leaves the order to us."""

    limit: PageLimit = 20
    cursor: PageCursor = None
    sort_by: SortBy = None
    sort_order: SortOrder = "desc"

    def sorted_by(self, allowed: Collection[str], *, default: str) -> str:
        if self.sort_by is None:
            return default
        if self.sort_by not in allowed:
            raise InvalidParametersError(
                "This list can't be sorted by {field}.",
                advice="Sort by one of: {allowed}.",
                details={"fields": [{"path": "sort_by", "message": "unknown"}], "allowed": sorted(allowed)},
                field=self.sort_by,
                allowed=", ".join(sorted(allowed)),
            )
        return self.sort_by


async def page_request(
    limit: PageLimit = 20,
    cursor: PageCursor = None,
    sort_by: SortBy = None,
    sort_order: SortOrder = "desc",
) -> PageRequest:
    """Asynchronous, as FastAPI sends anything else to a thread."""
    return PageRequest(limit=limit, cursor=cursor, sort_by=sort_by, sort_order=sort_order)


Paging = Annotated[PageRequest, Depends(page_request)]
"""For a route's parameters: `page: Paging`."""
