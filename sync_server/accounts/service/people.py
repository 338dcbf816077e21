"""People as others see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.accounts.tables import UserRow


@dataclass(frozen=True, kw_only=True)
class Person:
    id: UUID
    username: str
    full_name: str | None
    avatar_key: str | None
    bio: str | None
    website: str | None
    is_active: bool
    created_at: datetime


class People:
    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session

    async def by_ids(self, ids: Collection[UUID]) -> Mapping[UUID, Person]:
        if not ids:
            return {}
        rows = await self._session.scalars(select(UserRow).where(UserRow.id.in_(set(ids))))
        return {row.id: _person(row) for row in rows}

    async def by_username(self, username: str) -> Person | None:
        """None also for an account that is not active."""
        row = await self._session.scalar(
            select(UserRow).where(func.lower(UserRow.username) == username.lower(), UserRow.state == "active")
        )
        return _person(row) if row else None


def _person(row: UserRow) -> Person:
    return Person(
        id=row.id,
        username=row.username,
        full_name=row.full_name,
        avatar_key=row.avatar_key,
        bio=row.bio,
        website=row.website,
        is_active=row.state == "active",
        created_at=row.created_at,
    )
