"""Real server processes, ledger processes and payment providers on one database, and how clients reach them."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

from sync_server.platform.queue import Queue
from tests.support.ledger_process import LedgerProcess, ProcessEndedError
from tests.support.server_process import WarmServerProcess
from tests.sync_server.proof.shop import Delivery, Shop

Result = TypeVar("Result")

API = "/api/v1"
PATIENCE = 60.0
"""Seconds in which a killed process is back."""
PATIENCE_WITH_A_CLAIM = 3.0
"""An operation whose process died holds its Idempotency-Key for minutes: a client gives it up."""


class GivenUpError(Exception):
    """The client stopped asking; nothing was paid."""


class Scene:
    """Synchronous from outside: `run` drives its own event loop."""

    def __init__(self, *, database_url: str, folder: Path, servers: int = 2, ledgers: int = 2) -> None:
        self._database_url = database_url
        self._loop = asyncio.new_event_loop()
        self.shop = Shop()
        self.shop.start()
        environment = {
            "DATABASE_URL": database_url,
            "DATA_FOLDER": str(folder / "data"),
            "TRUSTED_PROXIES": '["127.0.0.1"]',
            **self.shop.environment(),
        }
        self._servers = [
            WarmServerProcess(environment=environment, log=folder / f"server-{number}.log")
            for number in range(servers)
        ]
        self._ledgers = [LedgerProcess(database_url=database_url) for _ in range(ledgers)]
        self._queue = Queue(url=database_url)
        self._numbers = count()
        self._client = httpx.AsyncClient(timeout=20)
        self.operations = 0

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._loop.run_until_complete(work)

    def open(self) -> None:
        for server in self._servers:
            server.start()
        for server in self._servers:
            server.wait_until_ready()
        self.run(self._open())

    async def _open(self) -> None:
        await self._queue.open()
        for ledger in self._ledgers:
            await ledger.start()

    def close(self) -> None:
        self.run(self._close())
        for server in self._servers:
            server.kill()
        self.shop.stop()
        self._loop.close()

    async def _close(self) -> None:
        for ledger in self._ledgers:
            await ledger.kill()
        await self._queue.close()
        await self._client.aclose()
        await self._loop.shutdown_default_executor()

    def unique(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers)}"

    # Clients

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        key: str | None = None,
        address: str = "",
    ) -> httpx.Response:
        """From whichever process answers, asking again until one does."""
        headers = {"X-Forwarded-For": address or self.address()}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        request = {"json": body} if body is not None else {}
        return await self._send(method, path, headers=headers, **request)

    async def deliver(self, delivery: Delivery) -> None:
        """As a provider does: until it is taken."""
        headers = {"X-Forwarded-For": self.address(), **delivery.headers()}
        reply = await self._send("POST", delivery.path, headers=headers, content=delivery.body)
        assert reply.status_code == 200, reply.text
        self.operations += 1

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        began, place = time.monotonic(), next(self._numbers)
        claimed_since = 0.0
        while time.monotonic() < began + PATIENCE:
            place += 1
            server = self._servers[place % len(self._servers)]
            try:
                reply = await self._client.request(method, f"{server.url}{API}{path}", **request)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if reply.status_code == 409 and "Retry-After" in reply.headers:
                claimed_since = claimed_since or time.monotonic()
                if time.monotonic() > claimed_since + PATIENCE_WITH_A_CLAIM:
                    raise GivenUpError
                await asyncio.sleep(0.2)
                continue
            if reply.status_code == 503:  # a provider did not answer: "try again in a moment"
                await asyncio.sleep(0.2)
                continue
            assert reply.status_code < 500, f"{method} {path}: {reply.text}"
            if reply.status_code == 429:
                raise GivenUpError
            return reply
        raise AssertionError(f"no process answered {method} {path}")

    def address(self) -> str:
        number = next(self._numbers)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    async def ledger(self, call: str, **arguments: Any) -> Any:
        """Asked again with the same key where its process was killed."""
        self.operations += 1
        place = next(self._numbers)
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            place += 1
            try:
                return await self._ledgers[place % len(self._ledgers)].call(call, **arguments)
            except ProcessEndedError:
                await asyncio.sleep(0.05)
        raise AssertionError(f"no process answered {call}")

    # Accidents

    async def kill_a_server(self, number: int, *, after: float) -> None:
        await asyncio.sleep(after)
        server = self._servers[number % len(self._servers)]
        server.kill()
        server.start()

    async def kill_a_ledger(self, number: int, *, after: float) -> None:
        await asyncio.sleep(after)
        ledger = self._ledgers[number % len(self._ledgers)]
        await ledger.kill()
        await ledger.start()

    # Peace

    async def settle_down(self) -> None:
        """Until every webhook that was taken is handled."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            waiting = self.query("SELECT state, kind, problem FROM webhook_events WHERE state <> 'handled'")
            failed = [row for row in waiting if row[0] == "failed"]
            assert not failed, failed
            if not waiting:
                return
            await self._give_back_tasks_of_the_dead()
            await asyncio.sleep(0.2)
        raise AssertionError(f"never handled: {waiting}")

    async def _give_back_tasks_of_the_dead(self) -> None:
        """What the server does after a minute without a heartbeat; here, of workers whose process is gone."""
        with psycopg.connect(self._database_url) as connection:
            connection.execute(
                "UPDATE queue.procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
                " WHERE last_heartbeat < now() - interval '15 seconds'"
            )
        await self._queue.retry_stalled()

    def query(self, statement: str) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def verify_address(self, user: str) -> None:
        with psycopg.connect(self._database_url) as connection:
            connection.execute("UPDATE users SET email_verified_at = now() WHERE id = %s", (user,))
