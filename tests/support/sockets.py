"""The application of a test on a real port, on the test's own event loop, so that sockets can be opened to it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect

from tests.support.server_process import free_port


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """The test's process keeps its own."""
        yield


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Its address, as ws://…"""
    port = free_port()
    server = Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, lifespan="off", log_config=None, ws="websockets-sansio"
        )
    )
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


class Follower:
    """A client that reads; `heard` keeps every message in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []

    async def say(self, message: Mapping[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def next(self, kind: str, *, seconds: float = 20, **values: Any) -> dict[str, Any]:
        """The next message of that type with those values; others are kept in `heard`."""
        async with asyncio.timeout(seconds):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                self.heard.append(message)
                fits = all(message.get(name) == value for name, value in values.items())
                if message["type"] == kind and fits:
                    return message


@asynccontextmanager
async def following(
    address: str, token: str | None = None, *, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Follower]:
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    async with connect(address, additional_headers={**sent, **(headers or {})}, proxy=None) as connection:
        yield Follower(connection)
