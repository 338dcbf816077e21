"""Sign-ins: a short access token, and a refresh token that is exchanged for a new one at each use."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.accounts import SessionSummary, TokenPair
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.tables import RefreshTokenRow, SessionRow, UserRow
from sync_server.platform.errors import (
    AccountSuspendedError,
    InvalidTokenError,
    NotFoundError,
    TokenExpiredError,
    TokenReusedError,
)
from sync_server.platform.ports import World
from sync_server.platform.security.tokens import TokenSigner

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
GRACE = timedelta(seconds=10)
"""A client whose reply was lost asks again with the token it has; after this it looks like theft."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """Who holds the tokens, as far as a server can tell."""

    user_agent: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    user_id: UUID
    pair: TokenPair


class Sessions:
    def __init__(self, *, repository: AccountRepository, tokens: TokenSigner, world: World) -> None:
        self._repository = repository
        self._tokens = tokens
        self._world = world

    async def issue(self, user_id: UUID, client: Client) -> TokenPair:
        """A new session, and the first tokens of it."""
        user = await self._repository.user(user_id)
        if user is None:
            raise NotFoundError("There is no such account.")
        now = self._world.clock()
        row = SessionRow(
            id=self._world.new_id(),
            user_id=user_id,
            user_agent=client.user_agent[:300],
            address=client.address,
            created_at=now,
            last_used_at=now,
            expires_at=now + REFRESH_LIFETIME,
            ended_at=None,
            end_reason=None,
        )
        await self._repository.add(row)
        user.last_login_at = now
        return await self._pair(row, user)

    async def refresh(self, refresh_token: str, client: Client) -> Refreshed:
        """Exchange it. Raises InvalidTokenError, TokenExpiredError; TokenReusedError ends the whole session."""
        now = self._world.clock()
        spent = await self._repository.locked_refresh_token(_hash(refresh_token))
        found = await self._repository.session_with_user(spent.session_id) if spent else None
        if spent is None or found is None or found[0].ended_at is not None:
            raise _invalid()
        session, user = found
        if user.state == "suspended":
            raise AccountSuspendedError("This account is suspended.", advice="Write to support.")
        if spent.expires_at <= now:
            raise TokenExpiredError("This sign-in has expired.", advice="Sign in again.")
        if spent.used_at is not None and not _lost_reply(spent, session, client, now=now):
            session.ended_at, session.end_reason = now, "reuse"
            raise TokenReusedError(
                "This refresh token was used before, so the sign-in has ended.", advice="Sign in again."
            )
        spent.used_at = spent.used_at or now
        session.last_used_at, session.expires_at = now, now + REFRESH_LIFETIME
        session.user_agent, session.address = client.user_agent[:300], client.address
        return Refreshed(user_id=user.id, pair=await self._pair(session, user))

    async def began(self, session_id: UUID) -> datetime:
        """Raises NotFoundError."""
        found = await self._repository.session_with_user(session_id)
        if found is None:
            raise NotFoundError("There is no such sign-in.")
        return found[0].created_at

    async def end(self, user_id: UUID, session_id: UUID) -> None:
        """Raises NotFoundError for a session that is not the user's, or has ended."""
        found = await self._repository.session_with_user(session_id)
        if found is None or found[0].user_id != user_id or found[0].ended_at is not None:
            raise NotFoundError("There is no such sign-in.")
        found[0].ended_at, found[0].end_reason = self._world.clock(), "signed out"

    async def end_by_token(self, user_id: UUID, refresh_token: str) -> None:
        """A token that is not the user's, or no longer good, is nothing to complain about."""
        token = await self._repository.locked_refresh_token(_hash(refresh_token))
        found = await self._repository.session_with_user(token.session_id) if token else None
        if found is not None and found[0].user_id == user_id and found[0].ended_at is None:
            found[0].ended_at, found[0].end_reason = self._world.clock(), "signed out"

    async def end_all(self, user_id: UUID, *, reason: str, but: UUID | None = None) -> None:
        await self._repository.end_sessions(user_id, now=self._world.clock(), reason=reason, but=but)

    async def list(self, user_id: UUID, *, current: UUID | None) -> Sequence[SessionSummary]:
        return [
            SessionSummary(
                id=row.id,
                user_agent=row.user_agent,
                address=row.address,
                created_at=row.created_at,
                last_used_at=row.last_used_at,
                expires_at=row.expires_at,
                current=row.id == current,
            )
            for row in await self._repository.open_sessions(user_id, self._world.clock())
        ]

    async def _pair(self, session: SessionRow, user: UserRow) -> TokenPair:
        now = self._world.clock()
        refresh_token = self._world.new_secret(32).hex()
        await self._repository.add(
            RefreshTokenRow(
                hash=_hash(refresh_token),
                session_id=session.id,
                issued_at=now,
                expires_at=now + REFRESH_LIFETIME,
                used_at=None,
            )
        )
        access = self._tokens.sign(
            "access",
            {
                "sub": str(user.id),
                "sid": str(session.id),
                "email": user.email,
                "username": user.username,
                "role": user.role,
            },
            lifetime=ACCESS_LIFETIME,
        )
        return TokenPair(
            access_token=access,
            refresh_token=refresh_token,
            expires_in=int(ACCESS_LIFETIME.total_seconds()),
        )


def _lost_reply(spent: RefreshTokenRow, session: SessionRow, client: Client, *, now: datetime) -> bool:
    """Whether the client that used it a moment ago asks again."""
    same = (session.user_agent, session.address) == (client.user_agent[:300], client.address)
    return same and spent.used_at is not None and now - spent.used_at <= GRACE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _invalid() -> InvalidTokenError:
    return InvalidTokenError("This refresh token is not valid.", advice="Sign in again.")
