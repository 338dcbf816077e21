"""Passwords, hashed with argon2id in a bounded pool, so that sign-ins never hold up the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerificationError

from sync_server.platform.errors import ServiceUnavailableError

Result = TypeVar("Result")


class PasswordHasher:
    """Stronger than OWASP's least (19 MiB, two passes). Raises ServiceUnavailableError where too many wait."""

    def __init__(
        self,
        *,
        memory_kib: int = 47_104,
        passes: int = 2,
        lanes: int = 1,
        threads: int = 2,
        waiting: int = 64,
    ) -> None:
        self._argon2 = Argon2(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._free_places = threads + waiting
        # Checked for an address without an account, so that both take equal time.
        self._nobody = self._argon2.hash("nobody's password")

    async def hash(self, password: str) -> str:
        return await self._run(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """None (no account, or none with a password) takes as long, and is never right."""
        checked = self._nobody if password_hash is None else password_hash
        right = await self._run(self._verify, checked, password)
        return right and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(password_hash)

    def close(self) -> None:
        self._pool.shutdown()

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[..., Result], *arguments: str) -> Result:
        if self._free_places <= 0:
            raise ServiceUnavailableError(
                "Too many people are signing in at this moment.",
                advice="Try again in a few seconds.",
                headers={"Retry-After": "5"},
            )
        self._free_places -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        finally:
            self._free_places += 1
