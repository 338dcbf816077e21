"""The Hub as the studio asks it: through a process of its own, from which nothing is heard on the UI thread."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from pathlib import Path

from desktop.models.hub.errors import HubError
from desktop.models.hub.keys import HubKeys
from desktop.models.hub.messages import (
    FINAL_REPLIES,
    Checking,
    Fetch,
    Found,
    HubAccess,
    HubFile,
    HubModel,
    HubRepository,
    Inspect,
    Inspected,
    Received,
    Refused,
    Reply,
    Request,
    Search,
    reply_adapter,
)

COMMAND = (sys.executable, "-m", "desktop.models.hub")
SETTINGS = {
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "HF_HUB_DISABLE_XET": "1",  # plain HTTP resumes within a file and tells its bytes
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DOWNLOAD_TIMEOUT": "20",
    "HF_HUB_ETAG_TIMEOUT": "20",
}
"""Read by the library when it is imported, from the environment alone."""

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _CREATION_FLAGS = 0


class HubProcess:
    """One life of the process. Requests go one after another; a request that is given up ends the process."""

    def __init__(
        self, *, command: Sequence[str] = COMMAND, environment: Mapping[str, str] = SETTINGS
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hub")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def ask(self, request: Request) -> AsyncGenerator[Reply, None]:
        """To the final reply. Raises HubError where the process ends without one."""
        loop = asyncio.get_running_loop()
        finished = False
        try:
            await loop.run_in_executor(self._threads, self._send, request)
            while not finished:
                line = await loop.run_in_executor(self._threads, self._read)
                if not line:
                    raise _ended()
                reply = reply_adapter.validate_json(line)
                finished = isinstance(reply, FINAL_REPLIES)
                yield reply
        except OSError as error:
            raise _ended(str(error)) from error
        finally:
            if not finished:
                self._kill()

    async def close(self) -> None:
        self._kill()
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    def _send(self, request: Request) -> None:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **self._environment},
                creationflags=_CREATION_FLAGS,
                start_new_session=True,  # Ctrl+C in a terminal is for the studio
            )
        assert self._process.stdin is not None  # noqa: S101 - it was asked for above
        self._process.stdin.write(request.model_dump_json().encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> bytes:
        process = self._process
        return process.stdout.readline() if process is not None and process.stdout is not None else b""

    def _kill(self) -> None:
        """The thread that reads hears the end of the stream, and tidies up after it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self._threads.submit(_bury, process)


def _bury(process: "subprocess.Popen[bytes]") -> None:
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream is not None:
                stream.close()


class Hub:
    """Searches and looks in one process, fetches in another: a pause ends that one alone.

    `endpoint` is a mirror's address, empty for the Hub itself.
    """

    def __init__(
        self, *, keys: HubKeys, endpoint: str = "", new_process: Callable[[], HubProcess] = HubProcess
    ) -> None:
        self.endpoint = endpoint
        self._keys = keys
        self._new_process = new_process
        self._browsing: HubProcess | None = None
        self._fetching: HubProcess | None = None
        self._turn = asyncio.Lock()

    async def search(self, words: str) -> tuple[HubModel, ...]:
        """The most downloaded first. Raises HubError."""
        reply = await self._browse(Search(access=await self._access(), words=words))
        assert isinstance(reply, Found)  # noqa: S101 - the one final reply to this request
        return reply.models

    async def inspect(self, repo: str) -> HubRepository:
        """Its files as they are now. Raises HubError."""
        reply = await self._browse(Inspect(access=await self._access(), repo=repo))
        assert isinstance(reply, Inspected)  # noqa: S101 - the one final reply to this request
        return reply.repository

    async def fetch(
        self, repository: str, commit: str, file: HubFile, target: Path
    ) -> AsyncGenerator[Received | Checking, None]:
        """Whole and sound when it ends; closing it early pauses it. Raises HubError or StorageError."""
        request = Fetch(
            access=await self._access(), repo=repository, commit=commit, file=file, target=str(target)
        )
        self._fetching = process = self._fetching or self._new_process()
        async with aclosing(process.ask(request)) as replies:
            async for reply in replies:
                if isinstance(reply, Refused):
                    raise HubError.from_report(reply.error)
                if isinstance(reply, Received | Checking):
                    yield reply

    async def rest(self) -> None:
        """There is nothing to fetch for now: the memory of the process that does it is given back."""
        process, self._fetching = self._fetching, None
        if process is not None:
            await process.close()

    async def close(self) -> None:
        await self.rest()
        process, self._browsing = self._browsing, None
        if process is not None:
            await process.close()

    async def _browse(self, request: Request) -> Reply:
        async with self._turn:
            self._browsing = process = self._browsing or self._new_process()
            async with aclosing(process.ask(request)) as replies:
                async for reply in replies:
                    if isinstance(reply, Refused):
                        raise HubError.from_report(reply.error)
                    if isinstance(reply, FINAL_REPLIES):
                        return reply
        raise _ended()

    async def _access(self) -> HubAccess:
        return HubAccess(endpoint=self.endpoint, token=await self._keys.read())


def _ended(reason: str = "") -> HubError:
    return HubError(
        "The process that speaks to the Hub ended before it answered.",
        advice="Try again. What was fetched is kept.",
        detail=reason,
    )
