"""What the server costs over a bare FastAPI route that does the same single query: one process of each, one run."""

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI, Request
from sqlalchemy import text

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger
from sync_server.platform.database import Database, upgrade
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from tests.support.http_load import Connection, Measured, connected, measure
from tests.support.server_process import ServerProcess, free_port

CLIENTS = 16
READS_OF_A_CLIENT = 250
REFRESHES_OF_A_CLIENT = 80  # an account may refresh a hundred times an hour
HOLDS_OF_A_CLIENT = 150
ROUNDS = 3
PASSWORD = "correct-horse-7-battery"

READ_USER = text("SELECT * FROM users WHERE id = :id")
TOUCH_USER = text("UPDATE users SET last_login_at = now() WHERE id = :id RETURNING *")


def bare_app() -> FastAPI:
    """The yardstick: the same driver and pool, one query, no account, no envelope, no limits."""
    database = Database(url=os.environ["BARE_DATABASE_URL"])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/read/{user_id}")
    async def read(user_id: str) -> dict[str, Any]:
        async with database.sessions() as session:
            row = (await session.execute(READ_USER, {"id": user_id})).mappings().one()
            return {name: str(value) for name, value in row.items()}

    @app.post("/write/{user_id}")
    async def write(user_id: str, request: Request) -> dict[str, Any]:
        await request.json()
        async with database.sessions() as session:
            row = (await session.execute(TOUCH_USER, {"id": user_id})).mappings().one()
            await session.commit()
            return {name: str(value) for name, value in row.items()}

    return app


@contextmanager
def bare_server(database_url: str) -> Iterator[str]:
    port = free_port()
    command = ["-m", "uvicorn", "tests.benchmarks.server:bare_app", "--factory", "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, *command, "--loop", "uvloop", "--http", "httptools", "--port", str(port)],
        env=os.environ | {"BARE_DATABASE_URL": database_url},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx.get(url, timeout=2)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def own_server(database_url: str, folder: Path) -> Iterator[str]:
    server = ServerProcess(
        environment={
            "DATABASE_URL": database_url,
            "DATA_FOLDER": str(folder),
            "TRUSTED_PROXIES": '["127.0.0.1"]',
        },
        log=folder / "server.log",
    )
    server.start()
    try:
        server.wait_until_ready()
        yield server.url
    finally:
        server.stop()


class Addresses:
    """A new client address for each request: the limits of an address are not what is measured."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def header(self) -> dict[str, str]:
        number = next(self._numbers)
        return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def register(url: str, addresses: Addresses) -> list[dict[str, Any]]:
    users = []
    for number in range(CLIENTS):
        reply = httpx.post(
            f"{url}/api/v1/users/auth/register",
            json={"email": f"bench{number}@example.com", "password": PASSWORD},
            headers=addresses.header(),
        )
        reply.raise_for_status()
        users.append(reply.json()["data"])
    return users


def reads(url: str, users: list[dict[str, Any]], *, own: bool) -> Measured:
    waiting = iter(users)

    async def steps() -> AsyncIterator[None]:
        user = next(waiting)
        path = "/api/v1/users/me" if own else f"/read/{user['user']['id']}"
        headers = {"Authorization": f"Bearer {user['access_token']}"}
        async with connected(url) as connection:
            for _ in range(READS_OF_A_CLIENT):
                status, body = await connection.ask("GET", path, headers=headers)
                assert status == 200, body
                yield

    return asyncio.run(measure(steps, clients=CLIENTS))


def refreshes(
    url: str, users: list[dict[str, Any]], addresses: Addresses, *, own: bool, count: int
) -> Measured:
    waiting = iter(users)

    async def refresh(connection: Connection, user: dict[str, Any]) -> None:
        path = "/api/v1/users/auth/refresh" if own else f"/write/{user['user']['id']}"
        token = {"refresh_token": user["refresh_token"]}
        status, body = await connection.ask("POST", path, headers=addresses.header(), body=token)
        assert status == 200, body
        if own:
            user["refresh_token"] = httpx.Response(200, content=body).json()["data"]["refresh_token"]

    async def steps() -> AsyncIterator[None]:
        user = next(waiting)
        async with connected(url) as connection:
            for _ in range(count):
                await refresh(connection, user)
                yield

    return asyncio.run(measure(steps, clients=CLIENTS))


async def holds(database_url: str, user: UUID) -> Measured:
    """Hold and settle, as a job does: two transactions, all on one account, so one after another."""
    container = Container(settings=Settings(), database_url=database_url)
    numbers = itertools.count()
    stamp = time.time_ns()

    async def steps() -> AsyncIterator[None]:
        for _ in range(HOLDS_OF_A_CLIENT):
            key = f"bench-{stamp}-{next(numbers)}"
            async with container.transactions.begin() as work:
                hold = await work.get(CreditLedger).hold(
                    user, 1, key=key, reference=key, description="A picture"
                )
            async with container.transactions.begin() as work:
                await work.get(CreditLedger).settle(hold.id, 1)
            yield

    try:
        return await measure(steps, clients=1)
    finally:
        await container.close()


async def give(database_url: str, user: UUID) -> None:
    container = Container(settings=Settings(), database_url=database_url)
    async with container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            user, 100_000, kind="bonus", key="bench", expires_at=None, description="To spend"
        )
    await container.close()


async def touches(database_url: str, user: UUID) -> Measured:
    """The yardstick of `holds`: two transactions with the one statement that no hold can do without."""
    database = Database(url=database_url)

    async def steps() -> AsyncIterator[None]:
        for _ in range(HOLDS_OF_A_CLIENT):
            for _ in range(2):
                async with database.sessions() as session:
                    await session.execute(TOUCH_USER, {"id": user})
                    await session.commit()
            yield

    try:
        return await measure(steps, clients=1)
    finally:
        await database.close()


def report(name: str, own: list[Measured], bare: list[Measured]) -> None:
    best_own = max(own, key=lambda one: one.requests_per_second)
    best_bare = max(bare, key=lambda one: one.requests_per_second)
    ratio = best_own.requests_per_second / best_bare.requests_per_second
    print(
        f"{name:<22} Pentimento {best_own.requests_per_second:6.0f} requests/s, p99 {best_own.p99_milliseconds:5.1f} ms"
        f"   bare route {best_bare.requests_per_second:6.0f} requests/s, p99 {best_bare.p99_milliseconds:5.1f} ms"
        f"   ratio {ratio:.2f}   (best of {len(own)}; 0.70 asked)"
    )


def run() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        database_url = postgres.start()
        try:
            upgrade(database_url)
            with own_server(database_url, Path(folder)) as own, bare_server(database_url) as bare:
                addresses = Addresses()
                users = register(own, addresses)
                with psycopg.connect(database_url) as connection:
                    connection.execute("UPDATE users SET tier = 'enterprise'")  # no limit on requests
                own_reads, bare_reads, own_refreshes, bare_refreshes = [], [], [], []
                for _ in range(ROUNDS):
                    bare_reads.append(reads(bare, users, own=False))
                    own_reads.append(reads(own, users, own=True))
                for _ in range(ROUNDS):
                    each = REFRESHES_OF_A_CLIENT // ROUNDS
                    bare_refreshes.append(refreshes(bare, users, addresses, own=False, count=each))
                    own_refreshes.append(refreshes(own, users, addresses, own=True, count=each))
                user = UUID(users[0]["user"]["id"])
                asyncio.run(give(database_url, user))
                own_holds, bare_holds = [], []
                for _ in range(ROUNDS):
                    bare_holds.append(asyncio.run(touches(database_url, user)))
                    own_holds.append(asyncio.run(holds(database_url, user)))
                report("GET /users/me", own_reads, bare_reads)
                report("POST …/auth/refresh", own_refreshes, bare_refreshes)
                report("ledger hold + settle", own_holds, bare_holds)
        finally:
            postgres.stop()


if __name__ == "__main__":
    run()
