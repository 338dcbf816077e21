"""People's accounts, for every feature that has to do with people."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from shared.contracts.accounts import AccountState, AccountSummary, Role
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.tables import UserRow
from sync_server.platform.errors import NotFoundError
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage


@dataclass(frozen=True, kw_only=True)
class AccountRecord:
    id: UUID
    email: str
    username: str
    full_name: str | None
    avatar_key: str | None
    role: Role
    tier: str
    state: AccountState
    email_verified: bool
    language: str
    created_at: datetime
    last_login_at: datetime | None


class Accounts:
    def __init__(self, *, repository: AccountRepository, storage: Storage, clock: Clock) -> None:
        self._repository = repository
        self._storage = storage
        self._clock = clock

    async def get(self, user_id: UUID) -> AccountRecord:
        """Raises NotFoundError."""
        return _record(await self._row(user_id))

    async def find(self, email: str) -> AccountRecord | None:
        row = await self._repository.user_by_email(email.lower())
        return _record(row) if row else None

    async def summary(self, user_id: UUID) -> AccountSummary:
        """As its owner sees it."""
        record = await self.get(user_id)
        return AccountSummary(
            id=record.id,
            email=record.email,
            username=record.username,
            full_name=record.full_name,
            avatar_url=await self._storage.url(record.avatar_key) if record.avatar_key else None,
            role=record.role,
            tier=record.tier,
            state=record.state,
            email_verified=record.email_verified,
            created_at=record.created_at,
        )

    async def set_tier(self, user_id: UUID, tier: str) -> None:
        """On billing's word."""
        (await self._row(user_id)).tier = tier
        await self._repository.session.flush()

    async def stored_bytes(self, user_id: UUID) -> int:
        return (await self._row(user_id)).stored_bytes

    async def add_stored_bytes(self, user_id: UUID, size: int) -> None:
        """On the word of a feature that stores; negative where something was deleted."""
        await self._repository.add_stored_bytes(user_id, size)

    async def set_role(self, user_id: UUID, role: Role) -> None:
        (await self._row(user_id)).role = role
        await self._repository.session.flush()

    async def confirm_email(self, user_id: UUID) -> None:
        row = await self._row(user_id)
        row.email_verified_at = row.email_verified_at or self._clock()
        await self._repository.session.flush()

    async def set_password_hash(self, user_id: UUID, password_hash: str, *, changed: bool) -> None:
        """`changed` is false where the same password was only hashed anew."""
        row = await self._row(user_id)
        row.password_hash = password_hash
        if changed:
            row.password_changed_at = self._clock()
        await self._repository.session.flush()

    async def password_hash(self, email: str) -> tuple[UUID, str | None] | None:
        """For a sign-in: the account of an address and its hash."""
        row = await self._repository.user_by_email(email)
        return (row.id, row.password_hash) if row else None

    async def _row(self, user_id: UUID) -> UserRow:
        row = await self._repository.user(user_id)
        if row is None:
            raise NotFoundError("There is no such account.")
        return row


def _record(row: UserRow) -> AccountRecord:
    return AccountRecord(
        id=row.id,
        email=row.email,
        username=row.username,
        full_name=row.full_name,
        avatar_key=row.avatar_key,
        role=cast(Role, row.role),
        tier=row.tier,
        state=cast(AccountState, row.state),
        email_verified=row.email_verified_at is not None,
        language=row.language,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )
