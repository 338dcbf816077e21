"""Keys for programs that act for an account; shown once, kept as hashes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.ways_in import ApiKey, ApiKeyRequest, NewApiKey
from sync_server.accounts.repository import WaysInRepository
from sync_server.accounts.tables import ApiKeyRow, UserRow
from sync_server.platform.errors import (
    AccountSuspendedError,
    FeatureLockedError,
    InvalidTokenError,
    NotFoundError,
    TokenExpiredError,
    UnprocessableError,
)
from sync_server.platform.ports import World

PREFIX = "pmt_"
MOST_KEYS = 20
_HINT_LENGTH = 8
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class ApiKeys:
    """`tiers` are those whose accounts may use keys."""

    def __init__(self, *, repository: WaysInRepository, tiers: frozenset[str], world: World) -> None:
        self._repository = repository
        self._tiers = tiers
        self._world = world

    async def list(self, user_id: UUID) -> Sequence[ApiKey]:
        return [_shown(row) for row in await self._repository.api_keys(user_id)]

    async def make(self, user_id: UUID, tier: str, asked: ApiKeyRequest) -> NewApiKey:
        """Raises FeatureLockedError where the tier has none, UnprocessableError beyond twenty."""
        if tier not in self._tiers:
            raise _locked()
        if len(await self._repository.api_keys(user_id)) >= MOST_KEYS:
            raise UnprocessableError(
                "An account has at most {most} API keys.",
                advice="Delete one that is not used any more.",
                most=MOST_KEYS,
            )
        now = self._world.clock()
        key = f"{PREFIX}{self._world.new_secret(32).hex()}"
        row = ApiKeyRow(
            id=self._world.new_id(),
            user_id=user_id,
            name=asked.name,
            hint=key[:_HINT_LENGTH],
            hash=_hash(key),
            created_at=now,
            expires_at=now + timedelta(days=asked.expires_in_days) if asked.expires_in_days else None,
            last_used_at=None,
        )
        await self._repository.add(row)
        return NewApiKey(**_shown(row).model_dump(), key=key)

    async def delete(self, user_id: UUID, key_id: UUID) -> None:
        """Raises NotFoundError."""
        if not await self._repository.delete_api_key(user_id, key_id):
            raise NotFoundError("There is no such API key.")

    async def use(self, key: str) -> tuple[UUID, UserRow]:
        """The key's id and account, and one call counted. Raises what tells why the key opens nothing."""
        found = await self._repository.api_key_with_user(_hash(key))
        if found is None:
            raise InvalidTokenError("This API key is not valid.", advice="Make another in your settings.")
        row, user = found
        now = self._world.clock()
        if row.expires_at is not None and row.expires_at <= now:
            raise TokenExpiredError("This API key has expired.", advice="Make another in your settings.")
        if user.state != "active":
            raise AccountSuspendedError("This account is not active.", details={"state": user.state})
        if user.tier not in self._tiers:
            raise _locked()
        if row.last_used_at is None or now - row.last_used_at >= _USE_IS_NOTED_EVERY:
            row.last_used_at = now
        await self._repository.count_api_call(user.id, now.date())
        return row.id, user

    async def calls(self, user_id: UUID, *, since: datetime, until: datetime) -> int:
        """Whole days (UTC)."""
        return await self._repository.api_calls(user_id, since=since.date(), until=until.date())


def _shown(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        hint=row.hint,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _hash(key: str) -> bytes:
    # Plain: 256 random bits are found from their hash by nobody.
    return hashlib.sha256(key.encode()).digest()


def _locked() -> FeatureLockedError:
    return FeatureLockedError(
        "Your plan does not include API keys.",
        advice="Choose a plan that has them to use programs of your own.",
    )
