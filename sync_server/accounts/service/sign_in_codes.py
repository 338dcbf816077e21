"""One-time codes that a browser hands to the program which sent it (RFC 8252), bound to that program by PKCE (RFC 7636)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from shared.contracts.ways_in import ProviderName
from sync_server.accounts.providers import Identity
from sync_server.accounts.repository import WaysInRepository
from sync_server.accounts.tables import SignInCodeRow
from sync_server.platform.errors import AuthenticationFailedError
from sync_server.platform.ports import World

LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class SignedInBy:
    """What a code for signing in stands for."""

    user_id: UUID
    is_new_user: bool


class SignInCodes:
    def __init__(self, *, repository: WaysInRepository, world: World) -> None:
        self._repository = repository
        self._world = world

    async def make(self, stands_for: SignedInBy | Identity, *, code_challenge: str) -> str:
        """For somebody who signed in, or for an account at a provider that is to be connected."""
        code = self._world.new_secret(32).hex()
        signed_in = stands_for if isinstance(stands_for, SignedInBy) else None
        identity = stands_for if isinstance(stands_for, Identity) else None
        await self._repository.add(
            SignInCodeRow(
                hash=_hash(code),
                user_id=signed_in.user_id if signed_in else None,
                is_new_user=signed_in.is_new_user if signed_in else False,
                provider=identity.provider if identity else None,
                subject=identity.subject if identity else None,
                email=identity.email if identity else None,
                code_challenge=code_challenge,
                expires_at=self._world.clock() + LIFETIME,
                used_at=None,
            )
        )
        return code

    async def redeem_sign_in(self, code: str, *, code_verifier: str) -> SignedInBy:
        """Raises AuthenticationFailedError; the code is spent in any case."""
        row = await self._redeem(code, code_verifier)
        if row.user_id is None:
            raise _not_good()
        return SignedInBy(user_id=row.user_id, is_new_user=row.is_new_user)

    async def redeem_connection(self, code: str, *, code_verifier: str) -> Identity:
        """Raises AuthenticationFailedError; the code is spent in any case."""
        row = await self._redeem(code, code_verifier)
        if row.provider is None or row.subject is None:
            raise _not_good()
        return Identity(
            provider=cast(ProviderName, row.provider), subject=row.subject, email=row.email, name=None
        )

    async def _redeem(self, code: str, code_verifier: str) -> SignInCodeRow:
        row = await self._repository.locked_sign_in_code(_hash(code))
        if row is None or row.used_at is not None or row.expires_at <= self._world.clock():
            raise _not_good()
        row.used_at = self._world.clock()
        if not hmac.compare_digest(row.code_challenge, s256_challenge(code_verifier)):
            raise _not_good()
        return row


def s256_challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _not_good() -> AuthenticationFailedError:
    return AuthenticationFailedError(
        "This sign-in code has expired or was used already.", advice="Begin again."
    )
