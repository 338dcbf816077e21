"""Load on a server over raw connections: a client that costs little beside the server that is measured."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Measured:
    requests_per_second: float
    p50_milliseconds: float
    p99_milliseconds: float


class Connection:
    """One kept-alive HTTP/1.1 connection to a server that tells each reply's length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> tuple[int, bytes]:
        """The reply's status and body."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        start = lower.index(b"content-length:") + len(b"content-length:")
        length = int(lower[start : lower.index(b"\r\n", start)])
        return int(head[9:12]), await self._reader.readexactly(length)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Connection(reader, writer, parts.netloc)
    finally:
        writer.close()
        await writer.wait_closed()


async def measure(steps: Callable[[], AsyncIterator[None]], *, clients: int) -> Measured:
    """Every step of every client's `steps` is one timed request; the first tenth warms up."""
    milliseconds: list[float] = []

    async def client() -> None:
        iterator = steps()
        while True:
            began = time.perf_counter()
            try:
                await anext(iterator)
            except StopAsyncIteration:
                return
            milliseconds.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - began
    steady = sorted(milliseconds[len(milliseconds) // 10 :])
    return Measured(
        requests_per_second=len(milliseconds) / seconds,
        p50_milliseconds=statistics.median(steady),
        p99_milliseconds=steady[int(len(steady) * 0.99)],
    )
