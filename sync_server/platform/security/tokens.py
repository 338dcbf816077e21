"""Signed tokens (JWT, HS256 only): what they say holds until they expire, and one kind never passes for another."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import jwt

from sync_server.platform.errors import InvalidTokenError, TokenExpiredError
from sync_server.platform.ports import World

Kind = Literal["access", "challenge", "oauth_state"]
_ALGORITHM = "HS256"
_REMEMBERED = 4096


class TokenSigner:
    def __init__(self, *, secret: str, world: World) -> None:
        self._key = hashlib.sha256(b"pentimento tokens\0" + secret.encode()).digest()
        self._world = world
        # A client sends the same token again and again; that we signed it stays true.
        self._signed_by_us = lru_cache(maxsize=_REMEMBERED)(self._verify)

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

    def read(self, token: str, kind: Kind) -> Mapping[str, Any]:
        """Raises InvalidTokenError for what we did not sign as this kind, TokenExpiredError when it is over."""
        try:
            payload = self._signed_by_us(token)
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

    def _verify(self, token: str) -> dict[str, Any]:
        payload: dict[str, Any] = jwt.decode(
            token,
            self._key,
            algorithms=[_ALGORITHM],
            # Times are checked at each use, by our own clock.
            options={
                "require": ["sub", "type", "iat", "exp", "jti"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        return payload


def _invalid() -> InvalidTokenError:
    return InvalidTokenError("This token is not valid.", advice="Sign in again.")
