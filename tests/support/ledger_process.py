"""A process of its own that holds, settles and releases credits, as workers do: for tests that kill it.

Requests and replies are lines of JSON: {"id", "call", …} in, {"id", "result" | "error"} out.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import UUID

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger, CreditStatements, LedgerAudit
from sync_server.platform.errors import ServerError


class ProcessEndedError(Exception):
    """It was killed while a call was under way: whether the call took effect is not known."""


class LedgerProcess:
    """The parent's side. A call that was cut off is asked again with the same key."""

    def __init__(self, *, database_url: str) -> None:
        self._database_url = database_url
        self._ids = count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.ledger_process",
            env=os.environ | {"PENTIMENTO_DATABASE_URL": self._database_url},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read(self._process))

    async def call(self, call: str, **arguments: Any) -> Any:
        """Raises ProcessEndedError, or LookupError with the code of the server's error."""
        number = next(self._ids)
        assert self._process is not None
        assert self._process.stdin is not None
        if self._reader is None or self._reader.done():
            raise ProcessEndedError
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._process.stdin.write(json.dumps({"id": number, "call": call, **arguments}).encode() + b"\n")
        reply = await future
        if "error" in reply:
            raise LookupError(reply["error"])
        return reply["result"]

    async def kill(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._reader is not None:
            await self._reader
        self._process = None

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
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


async def _serve() -> None:
    container = Container(settings=Settings(), database_url=os.environ["PENTIMENTO_DATABASE_URL"])
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    running: set[asyncio.Task[None]] = set()

    async def handle(request: Mapping[str, Any]) -> None:
        try:
            reply = {"id": request["id"], "result": await _answer(container, request)}
        except ServerError as error:
            reply = {"id": request["id"], "error": error.code}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()

    async for line in reader:
        task = asyncio.create_task(handle(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


if __name__ == "__main__":
    asyncio.run(_serve())
