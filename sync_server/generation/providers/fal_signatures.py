"""How fal.ai signs its webhooks: Ed25519 over who, when and what, with keys that it publishes."""

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync_server.platform.errors import ServiceUnavailableError, UnauthorizedError
from sync_server.platform.ports import Clock

log = logging.getLogger("pentimento.fal")

TOLERANCE = timedelta(minutes=5)
_KEYS_KEPT = timedelta(hours=24)
_ASKED_AGAIN_AFTER = timedelta(minutes=1)
_HEADERS = ("request-id", "user-id", "timestamp", "signature")


class FalSignatures:
    def __init__(self, *, http: httpx.AsyncClient, keys_url: str, clock: Clock) -> None:
        self._http = http
        self._keys_url = keys_url
        self._clock = clock
        self._keys: Sequence[Ed25519PublicKey] = ()
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of the request that it tells of. Raises UnauthorizedError, ServiceUnavailableError."""
        request_id, user_id, timestamp, signature = (
            headers.get(f"x-fal-webhook-{name}", "") for name in _HEADERS
        )
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise _unsigned()
        if abs(self._clock().timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise _unsigned()
        try:
            given = binascii.unhexlify(signature)
        except (binascii.Error, ValueError):
            raise _unsigned() from None
        digest = hashlib.sha256(body).hexdigest()
        message = f"{request_id}\n{user_id}\n{timestamp}\n{digest}".encode()
        # Once more with fresh keys: they may have a new one since.
        for at_most in (_KEYS_KEPT, _ASKED_AGAIN_AFTER):
            if _signed(message, given, await self._known(at_most)):
                return request_id
        raise _unsigned()

    async def _known(self, at_most: timedelta) -> Sequence[Ed25519PublicKey]:
        async with self._asking:
            now = self._clock()
            if self._asked_at is None or now - self._asked_at >= at_most:
                self._keys = await self._fetch()
                self._asked_at = now
            return self._keys

    async def _fetch(self) -> Sequence[Ed25519PublicKey]:
        try:
            reply = await self._http.get(self._keys_url)
            reply.raise_for_status()
            return [_key(entry["x"]) for entry in reply.json()["keys"] if entry.get("crv") == "Ed25519"]
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("the hosted provider's keys could not be read", extra={"problem": str(error)[:300]})
            raise ServiceUnavailableError(
                "The provider's keys can't be read.", advice="Send it again later."
            ) from error


def _key(encoded: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))


def _signed(message: bytes, signature: bytes, keys: Sequence[Ed25519PublicKey]) -> bool:
    for key in keys:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            continue
        return True
    return False


def _unsigned() -> UnauthorizedError:
    return UnauthorizedError("This webhook is not signed by the provider, or too long ago.")
