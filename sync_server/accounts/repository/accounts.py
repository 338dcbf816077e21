"""Rows of accounts and sessions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.accounts.tables import (
    FailedSignInRow,
    KnownAddressRow,
    OneTimeTokenRow,
    RefreshTokenRow,
    SessionRow,
    UserRow,
)
from sync_server.platform.statements import Row, Statement
from sync_server.platform.work import Work

_USER_OF_SESSION = Statement(
    select(UserRow.id, UserRow.role, UserRow.tier, UserRow.state, UserRow.email_verified_at)
    .join(SessionRow, SessionRow.user_id == UserRow.id)
    .where(SessionRow.id == bindparam("session_id"), SessionRow.ended_at.is_(None))
)
_REFRESHABLE = Statement(
    select(
        RefreshTokenRow.used_at,
        RefreshTokenRow.expires_at,
        SessionRow.id.label("session_id"),
        SessionRow.user_agent,
        SessionRow.address,
        UserRow.id.label("user_id"),
        UserRow.email,
        UserRow.username,
        UserRow.role,
        UserRow.state,
    )
    .join(SessionRow, SessionRow.id == RefreshTokenRow.session_id)
    .join(UserRow, UserRow.id == SessionRow.user_id)
    .where(RefreshTokenRow.hash == bindparam("hash"), SessionRow.ended_at.is_(None))
)
# Nothing comes of it where the token was used or the session ended since it was looked at.
_EXCHANGE = Statement.of("""
    WITH spent AS (
        UPDATE refresh_tokens SET used_at = COALESCE(used_at, :now)
        WHERE hash = :hash AND used_at IS NOT DISTINCT FROM CAST(:used_at AS timestamptz)
        RETURNING session_id
    ), kept AS (
        UPDATE sessions
        SET last_used_at = :now, expires_at = :expires_at, user_agent = :user_agent, address = :address
        FROM spent WHERE sessions.id = spent.session_id AND sessions.ended_at IS NULL
        RETURNING sessions.id
    )
    INSERT INTO refresh_tokens (hash, session_id, issued_at, expires_at)
    SELECT CAST(:new_hash AS bytea), kept.id, CAST(:now AS timestamptz), CAST(:expires_at AS timestamptz) FROM kept
    RETURNING session_id
""")


class Asking(Protocol):
    """Of a user, what decides what may be done."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def email_verified_at(self) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class UserFilter:
    search: str | None = None
    role: str | None = None
    state: str | None = None
    active: bool | None = None
    tier: str | None = None
    verified: bool | None = None


class AccountRepository:
    def __init__(self, *, work: Work) -> None:
        self._work = work

    @property
    def session(self) -> AsyncSession:
        return self._work.session

    async def add(self, row: object) -> None:
        self.session.add(row)
        await self.session.flush()

    async def add_user(self, row: UserRow) -> bool:
        """False where somebody has just taken its address or name; the transaction can't go on then."""
        self.session.add(row)
        try:
            await self.session.flush()
        except IntegrityError:
            return False
        return True

    async def user(self, user_id: UUID) -> UserRow | None:
        return await self.session.get(UserRow, user_id)

    async def user_by_email(self, email: str) -> UserRow | None:
        return await self.session.scalar(select(UserRow).where(UserRow.email == email))

    async def add_stored_bytes(self, user_id: UUID, size: int) -> None:
        stored = func.greatest(UserRow.stored_bytes + size, 0)
        await self.session.execute(update(UserRow).where(UserRow.id == user_id).values(stored_bytes=stored))

    async def username_taken(self, username: str) -> bool:
        query = select(UserRow.id).where(func.lower(UserRow.username) == username.lower())
        return await self.session.scalar(query) is not None

    async def session_with_user(self, session_id: UUID) -> tuple[SessionRow, UserRow] | None:
        query = select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id)
        row = (await self.session.execute(query.where(SessionRow.id == session_id))).one_or_none()
        return (row[0], row[1]) if row else None

    async def user_of_session(self, session_id: UUID) -> Asking | None:
        """None where it has ended."""
        rows = await self._work.read(_USER_OF_SESSION, session_id=session_id)
        return cast(Asking, rows[0]) if rows else None

    async def refreshable(self, token_hash: bytes) -> Row | None:
        """A refresh token with its session and user; None where there is none or the session has ended."""
        rows = await self._work.read(_REFRESHABLE, hash=token_hash)
        return rows[0] if rows else None

    async def exchange(
        self,
        token_hash: bytes,
        *,
        used_at: datetime | None,
        new_hash: bytes,
        user_agent: str,
        address: str,
        now: datetime,
        expires_at: datetime,
    ) -> bool:
        """At once and as a whole; False where the token is not any more as it was seen."""
        return bool(
            await self._work.run_alone(
                _EXCHANGE,
                hash=token_hash,
                used_at=used_at,
                new_hash=new_hash,
                user_agent=user_agent,
                address=address,
                now=now,
                expires_at=expires_at,
            )
        )

    async def locked_refresh_token(self, token_hash: bytes) -> RefreshTokenRow | None:
        query = select(RefreshTokenRow).where(RefreshTokenRow.hash == token_hash).with_for_update()
        return await self.session.scalar(query)

    async def open_sessions(self, user_id: UUID, now: datetime) -> Sequence[SessionRow]:
        query = select(SessionRow).where(
            SessionRow.user_id == user_id, SessionRow.ended_at.is_(None), SessionRow.expires_at > now
        )
        return (await self.session.scalars(query.order_by(SessionRow.last_used_at.desc()))).all()

    async def end_session(self, session_id: UUID, *, now: datetime, reason: str) -> None:
        query = update(SessionRow).where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        await self.session.execute(query.values(ended_at=now, end_reason=reason))

    async def end_sessions(
        self, user_id: UUID, *, now: datetime, reason: str, but: UUID | None = None
    ) -> None:
        query = update(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
        if but is not None:
            query = query.where(SessionRow.id != but)
        await self.session.execute(query.values(ended_at=now, end_reason=reason))

    async def forget_one_time_tokens(self, email: str, purpose: str) -> None:
        """Only the newest of a kind is good."""
        await self.session.execute(
            delete(OneTimeTokenRow).where(OneTimeTokenRow.email == email, OneTimeTokenRow.purpose == purpose)
        )

    async def locked_one_time_token(self, token_hash: bytes, purpose: str) -> OneTimeTokenRow | None:
        query = select(OneTimeTokenRow).where(
            OneTimeTokenRow.hash == token_hash, OneTimeTokenRow.purpose == purpose
        )
        return await self.session.scalar(query.with_for_update())

    async def locked_code(self, email: str, purpose: str) -> OneTimeTokenRow | None:
        query = select(OneTimeTokenRow).where(
            OneTimeTokenRow.email == email, OneTimeTokenRow.purpose == purpose
        )
        return await self.session.scalar(query.with_for_update())

    async def failures(self, email: str, since: datetime) -> Sequence[FailedSignInRow]:
        query = select(FailedSignInRow).where(FailedSignInRow.email == email, FailedSignInRow.at > since)
        return (await self.session.scalars(query)).all()

    async def forget_failures(self, email: str, address: str) -> None:
        await self.session.execute(
            delete(FailedSignInRow).where(FailedSignInRow.email == email, FailedSignInRow.address == address)
        )

    async def knows_address(self, user_id: UUID, address: str) -> bool:
        return await self.session.get(KnownAddressRow, (user_id, address)) is not None

    async def remember_address(self, user_id: UUID, address: str, now: datetime) -> None:
        statement = insert(KnownAddressRow).values(user_id=user_id, address=address, last_used_at=now)
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["user_id", "address"], set_={"last_used_at": now})
        )

    async def clear_old(self, before: datetime) -> None:
        """What has no use any more: old failures, spent or expired tokens."""
        await self.session.execute(delete(FailedSignInRow).where(FailedSignInRow.at < before))
        await self.session.execute(delete(OneTimeTokenRow).where(OneTimeTokenRow.expires_at < before))
        await self.session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.expires_at < before))

    async def locked_user(self, user_id: UUID) -> UserRow | None:
        return await self.session.scalar(select(UserRow).where(UserRow.id == user_id).with_for_update())

    async def users_to_delete(self, asked_before: datetime, *, limit: int) -> Sequence[UUID]:
        query = select(UserRow.id).where(UserRow.deletion_requested_at <= asked_before).limit(limit)
        return (await self.session.scalars(query)).all()

    async def forget_email(self, email: str) -> None:
        await self.session.execute(delete(FailedSignInRow).where(FailedSignInRow.email == email))
        await self.session.execute(delete(OneTimeTokenRow).where(OneTimeTokenRow.email == email))

    async def users(
        self, chosen: UserFilter, *, after: tuple[datetime, UUID] | None, newest_first: bool, limit: int
    ) -> tuple[Sequence[UserRow], int]:
        """A page of one more than `limit`, and the count of all that the filter lets through."""
        conditions = list(_conditions(chosen))
        total = await self.session.scalar(select(func.count()).select_from(UserRow).where(*conditions))
        place = tuple_(UserRow.created_at, UserRow.id)
        if after is not None:
            conditions.append(place < after if newest_first else place > after)
        order = (
            (UserRow.created_at.desc(), UserRow.id.desc())
            if newest_first
            else (UserRow.created_at, UserRow.id)
        )
        rows = await self.session.scalars(
            select(UserRow).where(*conditions).order_by(*order).limit(limit + 1)
        )
        return rows.all(), int(total or 0)

    async def counts(self, *, today: datetime, week: datetime, month: datetime) -> dict[str, int]:
        seen = func.count(SessionRow.user_id.distinct())
        active = await self.session.execute(
            select(
                seen.filter(SessionRow.last_used_at >= week).label("active_users_7d"),
                seen.filter(SessionRow.last_used_at >= month).label("active_users_30d"),
            ).where(SessionRow.last_used_at >= month)
        )
        row = (
            await self.session.execute(
                select(
                    func.count().label("total_users"),
                    func.count(UserRow.email_verified_at).label("verified_users"),
                    func.count().filter(UserRow.state == "suspended").label("suspended_users"),
                    func.count().filter(UserRow.created_at >= today).label("new_users_today"),
                    func.count().filter(UserRow.created_at >= week).label("new_users_7d"),
                    func.count().filter(UserRow.created_at >= month).label("new_users_30d"),
                )
            )
        ).one()
        both = {**row._mapping, **active.one()._mapping}  # noqa: SLF001 - public by its documentation
        return {name: int(value) for name, value in both.items()}

    async def counts_by_role(self) -> dict[str, int]:
        rows = await self.session.execute(select(UserRow.role, func.count()).group_by(UserRow.role))
        return {role: int(count) for role, count in rows}

    async def counts_by_tier(self) -> dict[str, int]:
        rows = await self.session.execute(select(UserRow.tier, func.count()).group_by(UserRow.tier))
        return {tier: int(count) for tier, count in rows}


def _conditions(chosen: UserFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.search:
        pattern = chosen.search.lower()
        yield or_(
            func.lower(UserRow.email).contains(pattern, autoescape=True),
            func.lower(UserRow.username).contains(pattern, autoescape=True),
            func.lower(func.coalesce(UserRow.full_name, "")).contains(pattern, autoescape=True),
        )
    if chosen.role:
        yield UserRow.role == chosen.role
    if chosen.state:
        yield UserRow.state == chosen.state
    if chosen.active is not None:
        yield UserRow.state == "active" if chosen.active else UserRow.state != "active"
    if chosen.tier:
        yield UserRow.tier == chosen.tier
    if chosen.verified is not None:
        yield (
            UserRow.email_verified_at.is_not(None) if chosen.verified else UserRow.email_verified_at.is_(None)
        )
