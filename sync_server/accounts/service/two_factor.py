"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

import pyotp

from shared.contracts.ways_in import TwoFactorSetup
from sync_server.accounts.repository import WaysInRepository
from sync_server.accounts.tables import TwoFactorRow
from sync_server.platform.errors import AuthenticationFailedError, ConflictError
from sync_server.platform.ports import World
from sync_server.platform.security.sealing import Sealer

ISSUER = "Pentimento"
RECOVERY_CODES = 10
_STEP_SECONDS = 30
_SECRET_BYTES = 20
_RECOVERY_BYTES = 10


class TwoFactor:
    def __init__(self, *, repository: WaysInRepository, sealer: Sealer, world: World, secret: str) -> None:
        self._repository = repository
        self._sealer = sealer
        self._world = world
        self._key = hashlib.sha256(b"pentimento recovery codes\0" + secret.encode()).digest()

    async def is_on(self, user_id: UUID) -> bool:
        row = await self._repository.two_factor(user_id)
        return row is not None and row.confirmed_at is not None

    async def begin(self, user_id: UUID, *, email: str) -> TwoFactorSetup:
        """A new secret, not yet asked for at sign-in. Raises ConflictError where a second factor is on."""
        row = await self._repository.locked_two_factor(user_id)
        if row is not None and row.confirmed_at is not None:
            raise ConflictError(
                "Two-factor sign-in is on already.", advice="Turn it off first to set it anew."
            )
        secret = self._world.new_secret(_SECRET_BYTES)
        sealed = self._sealer.seal(secret, owner=user_id.bytes)
        if row is None:
            await self._repository.add(
                TwoFactorRow(user_id=user_id, sealed_secret=sealed, confirmed_at=None, last_step=0)
            )
        else:
            row.sealed_secret = sealed
        totp = _totp(secret)
        return TwoFactorSetup(
            secret=totp.secret, otpauth_uri=totp.provisioning_uri(name=email, issuer_name=ISSUER)
        )

    async def confirm(self, user_id: UUID, code: str) -> Sequence[str]:
        """On from now. The recovery codes. Raises AuthenticationFailedError, ConflictError."""
        row = await self._repository.locked_two_factor(user_id)
        if row is None or row.confirmed_at is not None:
            raise ConflictError(
                "There is no two-factor set-up to confirm.", advice="Begin it in your security settings."
            )
        if not self._accepts(row, code):
            raise AuthenticationFailedError(
                "This code is wrong.", advice="Check that the clock of your authenticator's device is right."
            )
        row.confirmed_at = self._world.clock()
        return await self.new_recovery_codes(user_id)

    async def turn_off(self, user_id: UUID) -> bool:
        """Whether it was on."""
        row = await self._repository.locked_two_factor(user_id)
        if row is None:
            return False
        was_on = row.confirmed_at is not None
        await self._repository.set_recovery_codes(user_id, [])
        await self._repository.delete(row)
        return was_on

    async def new_recovery_codes(self, user_id: UUID) -> Sequence[str]:
        codes = [
            base64.b32encode(self._world.new_secret(_RECOVERY_BYTES)).decode().lower()
            for _ in range(RECOVERY_CODES)
        ]
        await self._repository.set_recovery_codes(user_id, [self._hash(code) for code in codes])
        return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]

    async def accepts(self, user_id: UUID, *, code: str | None, recovery_code: str | None) -> bool:
        """Uses it up: neither kind is good twice."""
        if recovery_code is not None:
            typed = recovery_code.replace("-", "").replace(" ", "").lower()
            return await self._repository.spend_recovery_code(user_id, self._hash(typed), self._world.clock())
        row = await self._repository.locked_two_factor(user_id)
        return code is not None and row is not None and self._accepts(row, code)

    def _accepts(self, row: TwoFactorRow, code: str) -> bool:
        """A code of now, of the step before or of the next: clocks differ."""
        try:
            totp = _totp(self._sealer.open(row.sealed_secret, owner=row.user_id.bytes))
        except ValueError:  # the operator's secret is another one now; `admin two-factor-off` helps
            return False
        now = int(self._world.clock().timestamp()) // _STEP_SECONDS
        for step in (now, now - 1, now + 1):
            if step > row.last_step and hmac.compare_digest(totp.generate_otp(step), code):
                row.last_step = step
                return True
        return False

    def _hash(self, code: str) -> bytes:
        return hmac.digest(self._key, code.encode(), "sha256")


def _totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(secret).decode())
