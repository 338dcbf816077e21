"""A network that a test can cut: what goes through it reaches the server, or does not."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from tests.support.server_process import free_port

_REQUEST_LINE = re.compile(rb"^([A-Z]+ /[^ ]*) HTTP/1.1\r$", re.MULTILINE)


class Network:
    """Forwards TCP to `server` from an address of its own, on the loop that started it.

    `requests` are the first lines of what was asked over it; while `swallows_replies`, they reach the server and its
    replies are lost.
    """

    def __init__(self, server: str = "") -> None:
        self.port = free_port()
        self.server = server
        self.is_cut = False
        self.swallows_replies = False
        self.requests: list[str] = []
        self._listener: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Whence the server sees its clients come: each network's own, so that each has its own rate limits."""
        return f"127.1.{self.port >> 8}.{self.port & 255}"

    async def start(self) -> None:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Every connection breaks, and none can be made."""
        self.is_cut = True
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    def mend(self) -> None:
        self.is_cut = False

    async def stop(self) -> None:
        await self.cut()
        if self._listener is not None:
            self._listener.close()
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def _note(self, data: bytes) -> bool:
        self.requests += [line.decode() for line in _REQUEST_LINE.findall(data)]
        return True

    def _may_pass(self, _data: bytes) -> bool:
        return not self.swallows_replies

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._forward(reader, writer))
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        target = urlsplit(self.server)
        try:
            far_reader, far_writer = await asyncio.open_connection(
                target.hostname, target.port, local_addr=(self.address, 0)
            )
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, far_writer)
        self._writers.update(ends)
        try:
            await asyncio.gather(
                _pump(reader, far_writer, self._note), _pump(far_reader, writer, self._may_pass)
            )
        finally:
            for end in ends:
                self._writers.discard(end)
                end.close()


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: Callable[[bytes], bool]
) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            if not passes(data):
                sink.transport.abort()
                return
            sink.write(data)
            await sink.drain()
    with suppress(OSError, RuntimeError):
        sink.close()
