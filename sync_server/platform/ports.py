"""What comes from outside and a test replaces: time, ids, chance."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

Clock = Callable[[], datetime]
NewId = Callable[[], UUID]
NewSecret = Callable[[int], bytes]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class World:
    """`new_id` makes UUIDv7, ordered by time; `new_secret(n)` n unguessable bytes."""

    clock: Clock = utc_now
    new_id: NewId = uuid7
    new_secret: NewSecret = secrets.token_bytes
