"""Where requests are counted: in this process, or in a Redis or Valkey that all processes share."""

import logging
from typing import Protocol, cast

from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.errors import StorageError

from sync_server.platform.ports import Clock

log = logging.getLogger("pentimento.rate_limits")


class Counters(Protocol):
    """The window is part of the key, so that the server's clock alone decides when one begins."""

    async def add(self, key: str, *, kept_seconds: int, amount: int = 1) -> int:
        """Count so many more and tell how many there are."""

    async def read(self, key: str) -> int: ...

    async def close(self) -> None: ...


class MemoryCounters:
    """For one process. The library's own in-memory storage reads the system's clock and starts a task that
    walks over every key at each request; this does neither.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept = 0.0

    async def add(self, key: str, *, kept_seconds: int, amount: int = 1) -> int:
        now = self._clock().timestamp()
        self._sweep(now)
        count, ends = self._counts.get(key, (0, now + kept_seconds))
        self._counts[key] = (count + amount, ends)
        return count + amount

    async def read(self, key: str) -> int:
        return self._counts.get(key, (0, 0.0))[0]

    async def close(self) -> None:
        self._counts.clear()

    def _sweep(self, now: float) -> None:
        if 0 <= now - self._swept < 60:
            return
        self._swept = now
        self._counts = {key: (count, ends) for key, (count, ends) in self._counts.items() if ends > now}


class SharedCounters:
    """For many processes. Where the store can't be reached nobody is refused: limits guard the service, and
    a broken guard must not stop it.
    """

    def __init__(self, *, url: str) -> None:
        self._storage = RedisStorage(
            f"async+{url}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="pentimento",
            socket_timeout=1,
            socket_connect_timeout=1,
        )

    async def add(self, key: str, *, kept_seconds: int, amount: int = 1) -> int:
        try:
            return await self._storage.incr(key, kept_seconds, amount=amount)
        except StorageError as error:
            log.warning("requests can't be counted", extra={"problem": str(error)})
            return 0

    async def read(self, key: str) -> int:
        try:
            return await self._storage.get(key)
        except StorageError as error:
            log.warning("requests can't be counted", extra={"problem": str(error)})
            return 0

    async def close(self) -> None:
        await cast("RedispyBridge", self._storage.bridge).storage.aclose()


def open_counters(*, redis_url: str, clock: Clock) -> Counters:
    return SharedCounters(url=redis_url) if redis_url else MemoryCounters(clock=clock)
