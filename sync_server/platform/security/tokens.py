"""Signed tokens (JWT, HS256 only): what they say holds until they expire, and one kind never passes for another."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt

from sync_server.platform.errors import InvalidTokenError, TokenExpiredError
from sync_server.platform.ports import World

Kind = Literal["access", "challenge", "oauth_state"]
_ALGORITHM = "HS256"


class TokenSigner:
    def __init__(self, *, secret: str, world: World) -> None:
        self._key = hashlib.sha256(b"pentimento tokens\0" + secret.encode()).digest()
        self._world = world

    def sign(self, kind: Kind, claims: Mapping[str, Any], *, lifetime: timedelta) -> str:
        """Adds type, iat, exp and jti."""
        now = self._world.clock()
        payload = {
            **claims,
            "type": kind,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": str(self._world.new_id()),
        }
        return jwt.encode(payload, self._key, algorithm=_ALGORITHM)

    def read(self, token: str, kind: Kind) -> dict[str, Any]:
        """Raises InvalidTokenError for what we did not sign as this kind, TokenExpiredError when it is over."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                # Times are checked below, by our own clock.
                options={
                    "require": ["sub", "type", "iat", "exp", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError:
            raise _invalid() from None
        if payload["type"] != kind:
            raise _invalid()
        try:
            over = (
                datetime.fromtimestamp(payload["exp"], tz=self._world.clock().tzinfo) <= self._world.clock()
            )
        except (TypeError, ValueError, OverflowError):
            raise _invalid() from None
        if over:
            raise TokenExpiredError("This token has expired.", advice="Refresh it, or sign in again.")
        return payload


def _invalid() -> InvalidTokenError:
    return InvalidTokenError("This token is not valid.", advice="Sign in again.")
