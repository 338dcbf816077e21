"""Real processes of the server, for tests that kill them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from sync_server.app.serving import serve
from sync_server.app.settings import Settings
from tests.support import warm_processes

SECONDS_TO_START = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class ServerProcess:
    """`pentimento-server serve` on a port of its own, which it keeps when it is started again."""

    def __init__(self, *, environment: Mapping[str, str], log: Path) -> None:
        """`environment` without the prefix: DATABASE_URL, DATA_FOLDER, …"""
        self._port = free_port()
        self._log = log
        settings = {"HOST": "127.0.0.1", "PORT": str(self._port), "PROCESSES": "1", "WORKERS": "0"} | dict(
            environment
        )
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PENTIMENTO_")
        } | {f"PENTIMENTO_{name}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns as soon as the process runs; `wait_until_ready` waits for its first reply."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sync_server.app.command_line", "serve"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._ended():
                raise AssertionError(f"the server ended: {self._log.read_text()[-4000:]}")
            try:
                if httpx.get(f"{self.url}/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not get ready: {self._log.read_text()[-4000:]}")

    def _ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        """As a loss of power would end it: nothing is finished or closed."""
        self._end(hard=True)

    def stop(self) -> None:
        self._end(hard=False)

    def _end(self, *, hard: bool) -> None:
        if self._process is None:
            return
        if hard:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class WarmServerProcess(ServerProcess):
    """The same, forked from a process that has imported it all: it starts in no time."""

    _forked: BaseProcess | None = None

    def start(self) -> None:
        self._forked = warm_processes.start(_serve, self._environment, str(self._log))

    def _ended(self) -> bool:
        return self._forked is not None and self._forked.exitcode is not None

    def _end(self, *, hard: bool) -> None:
        if self._forked is None:
            return
        if not hard:
            self._forked.terminate()
            self._forked.join(30)
        self._forked.kill()
        self._forked.join()
        self._forked = None


def _serve(environment: Mapping[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with Path(log).open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    serve(Settings())
