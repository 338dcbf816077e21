"""Secrets that must be read again (unlike passwords), encrypted at rest under a key of the operator's secret."""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync_server.platform.ports import World

_NONCE_BYTES = 12


class Sealer:
    """What is sealed for one `purpose` and owner opens for no other."""

    def __init__(self, *, secret: str, purpose: str, world: World) -> None:
        self._cipher = AESGCM(hashlib.sha256(f"pentimento {purpose}\0{secret}".encode()).digest())
        self._world = world

    def seal(self, plain: bytes, *, owner: bytes) -> bytes:
        nonce = self._world.new_secret(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, owner)

    def open(self, sealed: bytes, *, owner: bytes) -> bytes:
        """Raises ValueError where it was sealed under another secret or for another owner."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner)
        except InvalidTag:
            raise ValueError("sealed under another secret, or for another owner") from None
