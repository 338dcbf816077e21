"""Counting in a store that speaks Redis's protocol, over a socket."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
import redis
from fakeredis import TcpFakeServer
from limits.aio.storage.redis.bridge import RedisBridge

from sync_server.platform.rate_counters import MemoryCounters, SharedCounters, open_counters
from tests.support.server import FakeClock


@pytest.fixture
def redis_url() -> Iterator[str]:
    server = TcpFakeServer(("127.0.0.1", 0))
    thread = Thread(target=server.serve_forever)
    thread.start()
    url = f"redis://127.0.0.1:{server.server_address[1]}/0"
    with redis.Redis.from_url(url) as client:
        # A real server says of an unknown script that it is unknown; this one hangs up.
        client.script_load(RedisBridge.SCRIPT_INCR_EXPIRE)
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


async def test_processes_share_their_counts(redis_url: str, clock: FakeClock) -> None:
    first, second = (open_counters(redis_url=redis_url, clock=clock) for _ in range(2))
    assert [await counters.add("a", kept_seconds=60) for counters in (first, second, first)] == [1, 2, 3]
    assert (await second.read("a"), await second.read("b")) == (3, 0)
    assert await first.add("a", kept_seconds=60, amount=40) == 43
    await first.close()
    await second.close()


async def test_a_store_that_is_away_refuses_nobody(caplog: pytest.LogCaptureFixture) -> None:
    counters = SharedCounters(url="redis://127.0.0.1:1/0")
    with caplog.at_level(logging.WARNING):
        assert await counters.add("a", kept_seconds=60) == 0
        assert await counters.read("a") == 0
    assert "requests can't be counted" in caplog.text
    await counters.close()


async def test_one_process_needs_no_store_and_forgets_old_windows(clock: FakeClock) -> None:
    counters = open_counters(redis_url="", clock=clock)
    assert isinstance(counters, MemoryCounters)
    for number in range(100):
        await counters.add(f"key {number}", kept_seconds=60)
    clock.advance(timedelta(minutes=2))
    await counters.add("new", kept_seconds=60)
    assert [await counters.read(key) for key in ("key 1", "new")] == [0, 1]
