"""Links and codes that go by mail: good once, for a while, and kept only as hashes."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.tables import OneTimeTokenRow
from sync_server.platform.errors import AuthenticationFailedError, ValidationFailedError
from sync_server.platform.ports import World

Purpose = Literal["verify_email", "reset_password", "magic_link"]
LIFETIMES = {
    "verify_email": timedelta(days=3),
    "reset_password": timedelta(hours=1),
    "magic_link": timedelta(minutes=10),
}
CODE_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    email: str
    user_id: UUID | None


class OneTimeTokens:
    def __init__(self, *, repository: AccountRepository, world: World, secret: str) -> None:
        self._repository = repository
        self._world = world
        self._key = hashlib.sha256(b"pentimento one-time tokens\0" + secret.encode()).digest()

    async def make_link(self, purpose: Purpose, *, email: str, user_id: UUID) -> str:
        """The token for a link; an earlier one of the same purpose is good no longer."""
        token = self._world.new_secret(32).hex()
        await self._keep(purpose, token, email=email, user_id=user_id)
        return token

    async def make_code(self, *, email: str, user_id: UUID | None) -> str:
        """Six digits for a magic link."""
        code = f"{int.from_bytes(self._world.new_secret(8)) % 1_000_000:06d}"
        await self._keep("magic_link", f"{email}:{code}", email=email, user_id=user_id)
        return code

    async def redeem_link(self, purpose: Purpose, token: str) -> Redeemed:
        """Raises ValidationFailedError where it is wrong, spent or too old."""
        row = await self._repository.locked_one_time_token(self._hash(token), purpose)
        if row is None or not self._good(row):
            raise _not_good()
        row.used_at = self._world.clock()
        return Redeemed(email=row.email, user_id=row.user_id)

    async def redeem_code(self, *, email: str, code: str) -> Redeemed:
        """Raises AuthenticationFailedError, which keeps the try used up; after five wrong ones the right one is good no longer."""
        row = await self._repository.locked_code(email, "magic_link")
        if row is None or not self._good(row) or row.tries_left <= 0:
            raise _wrong_code()
        row.tries_left -= 1
        if not hmac.compare_digest(row.hash, self._hash(f"{email}:{code}")):
            raise _wrong_code()
        row.used_at = self._world.clock()
        return Redeemed(email=row.email, user_id=row.user_id)

    def _good(self, row: OneTimeTokenRow) -> bool:
        return row.used_at is None and row.expires_at > self._world.clock()

    async def _keep(self, purpose: Purpose, token: str, *, email: str, user_id: UUID | None) -> None:
        await self._repository.forget_one_time_tokens(email, purpose)
        now = self._world.clock()
        await self._repository.add(
            OneTimeTokenRow(
                id=self._world.new_id(),
                user_id=user_id,
                email=email,
                purpose=purpose,
                hash=self._hash(token),
                tries_left=CODE_TRIES,
                created_at=now,
                expires_at=now + LIFETIMES[purpose],
                used_at=None,
            )
        )

    def _hash(self, token: str) -> bytes:
        # Keyed, as six digits could be found from a plain hash in no time.
        return hmac.digest(self._key, token.encode(), "sha256")


def _not_good() -> ValidationFailedError:
    return ValidationFailedError(
        "This link has expired or was used already.",
        advice="Ask for a new one.",
        details={"fields": [{"path": "token", "message": "invalid or expired"}]},
    )


def _wrong_code() -> AuthenticationFailedError:
    return AuthenticationFailedError(
        "This code is wrong or has expired.", advice="Check it, or ask for a new one."
    )
