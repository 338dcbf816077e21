"""Sign-ins: a short access token, and a refresh token that is exchanged for a new one at each use."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.accounts import SessionSummary, TokenPair
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.tables import RefreshTokenRow, SessionRow
from sync_server.platform.errors import (
    AccountSuspendedError,
    InvalidTokenError,
    NotFoundError,
    TokenExpiredError,
    TokenReusedError,
)
from sync_server.platform.ports import World
from sync_server.platform.security.tokens import TokenSigner
from sync_server.platform.statements import Row

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
class Holder:
    """Whom an access token names."""

    session_id: UUID
    user_id: UUID
    email: str
    username: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Refreshable:
    """A refresh token as it was seen; `used_at` is set where its first reply was lost."""

    token_hash: bytes
    used_at: datetime | None
    holder: Holder


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
        refresh_token = self._world.new_secret(32).hex()
        await self._repository.add(
            RefreshTokenRow(
                hash=_hash(refresh_token),
                session_id=row.id,
                issued_at=now,
                expires_at=now + REFRESH_LIFETIME,
                used_at=None,
            )
        )
        holder = Holder(
            session_id=row.id, user_id=user.id, email=user.email, username=user.username, role=user.role
        )
        return self._pair(holder, refresh_token)

    async def refreshable(self, refresh_token: str, client: Client) -> Refreshable:
        """A token that may be exchanged. Raises InvalidTokenError, TokenExpiredError, AccountSuspendedError;
        TokenReusedError ends the whole session.
        """
        now = self._world.clock()
        token_hash = _hash(refresh_token)
        found = await self._repository.refreshable(token_hash)
        if found is None:
            raise _invalid()
        if found.state == "suspended":
            raise AccountSuspendedError("This account is suspended.", advice="Write to support.")
        if found.expires_at <= now:
            raise TokenExpiredError("This sign-in has expired.", advice="Sign in again.")
        if found.used_at is not None and not _lost_reply(found, client, now=now):
            await self._repository.end_session(found.session_id, now=now, reason="reuse")
            raise TokenReusedError(
                "This refresh token was used before, so the sign-in has ended.", advice="Sign in again."
            )
        return Refreshable(
            token_hash=token_hash,
            used_at=found.used_at,
            holder=Holder(
                session_id=found.session_id,
                user_id=found.user_id,
                email=found.email,
                username=found.username,
                role=found.role,
            ),
        )

    async def exchange(self, token: Refreshable, client: Client) -> TokenPair | None:
        """One statement does it all or nothing. None where the token was used, or the session ended, meanwhile."""
        now = self._world.clock()
        refresh_token = self._world.new_secret(32).hex()
        exchanged = await self._repository.exchange(
            token.token_hash,
            used_at=token.used_at,
            new_hash=_hash(refresh_token),
            user_agent=client.user_agent[:300],
            address=client.address,
            now=now,
            expires_at=now + REFRESH_LIFETIME,
        )
        return self._pair(token.holder, refresh_token) if exchanged else None

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

    def _pair(self, holder: Holder, refresh_token: str) -> TokenPair:
        access = self._tokens.sign(
            "access",
            {
                "sub": str(holder.user_id),
                "sid": str(holder.session_id),
                "email": holder.email,
                "username": holder.username,
                "role": holder.role,
            },
            lifetime=ACCESS_LIFETIME,
        )
        return TokenPair(
            access_token=access,
            refresh_token=refresh_token,
            expires_in=int(ACCESS_LIFETIME.total_seconds()),
        )


def _lost_reply(found: Row, client: Client, *, now: datetime) -> bool:
    """Whether the client that used it a moment ago asks again."""
    same = (found.user_agent, found.address) == (client.user_agent[:300], client.address)
    return same and found.used_at is not None and now - found.used_at <= GRACE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _invalid() -> InvalidTokenError:
    return InvalidTokenError("This refresh token is not valid.", advice="Sign in again.")
