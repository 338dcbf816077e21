"""A process of its own that holds, settles and releases credits, as workers do: for tests that kill it.

Requests and replies, over a socket, are lines of JSON: {"id", "call", …} in, {"id", "result" | "error"} out.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Mapping
from itertools import count
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger, CreditStatements, LedgerAudit
from sync_server.platform.errors import ServerError
from tests.support import warm_processes


class ProcessEndedError(Exception):
    """It was killed while a call was under way: whether the call took effect is not known."""


class LedgerProcess:
    """The parent's side. A call that was cut off is asked again with the same key."""

    def __init__(self, *, database_url: str) -> None:
        self._database_url = database_url
        self._ids = count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._process: BaseProcess | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = warm_processes.start(_serve, self._database_url, theirs)
        theirs.close()  # so that the end of the process is the end of what is read
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader))

    async def call(self, call: str, **arguments: Any) -> Any:
        """Raises ProcessEndedError, or LookupError with the code of the server's error."""
        number = next(self._ids)
        if self._writer is None or self._reading is None or self._reading.done():
            raise ProcessEndedError
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._writer.write(json.dumps({"id": number, "call": call, **arguments}).encode() + b"\n")
        reply = await future
        if "error" in reply:
            raise LookupError(reply["error"])
        return reply["result"]

    async def kill(self) -> None:
        if self._process is None or self._reading is None or self._writer is None:
            return
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        await self._reading
        self._writer.close()
        self._process = None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            async for line in reader:
                reply = json.loads(line)
                self._waiting.pop(reply["id"]).set_result(reply)
        while self._waiting:
            self._waiting.popitem()[1].set_exception(ProcessEndedError())


async def _answer(container: Container, request: Mapping[str, Any]) -> Any:
    async with container.transactions.begin() as work:
        ledger = work.get(CreditLedger)
        match request["call"]:
            case "hold":
                hold = await ledger.hold(
                    UUID(request["user"]),
                    request["amount"],
                    key=request["key"],
                    reference=request["key"],
                    description="A picture",
                )
                return str(hold.id)
            case "settle":
                await ledger.settle(UUID(request["hold"]), request["amount"])
            case "release":
                await ledger.release(UUID(request["hold"]))
            case "grant":
                await ledger.grant(
                    UUID(request["user"]),
                    request["amount"],
                    kind="bonus",
                    key=request["key"],
                    expires_at=None,
                    description="A gift",
                )
            case "balance":
                return (await work.get(CreditStatements).balance(UUID(request["user"]))).model_dump(
                    mode="json"
                )
            case "audit":
                return [str(found) for found in await work.get(LedgerAudit).run()]
    return None


def _serve(database_url: str, connection: socket.socket) -> None:
    asyncio.run(_answer_all(database_url, connection))


async def _answer_all(database_url: str, connection: socket.socket) -> None:
    container = Container(settings=Settings(), database_url=database_url)
    reader, writer = await asyncio.open_connection(sock=connection)
    running: set[asyncio.Task[None]] = set()

    async def handle(request: Mapping[str, Any]) -> None:
        try:
            reply = {"id": request["id"], "result": await _answer(container, request)}
        except ServerError as error:
            reply = {"id": request["id"], "error": error.code}
        writer.write(json.dumps(reply).encode() + b"\n")

    async for line in reader:
        task = asyncio.create_task(handle(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
