"""The workers that `serve` starts beside the API, so that one command is a whole server."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sync_server.app.settings import Settings

_PAUSE_SECONDS = 5.0
_SECONDS_TO_END = 30.0


@contextmanager
def local_workers(settings: Settings) -> Iterator[None]:
    """One process each, started anew where it ends by itself; ended with the server."""
    models = [word for path in settings.models for word in ("--models", str(path))]
    watches = [_Watch(models) for _ in range(settings.workers)]
    if settings.workers and settings.fal_key.get_secret_value():
        watches.append(_Watch(["--hosted"]))
    for watch in watches:
        watch.start()
    try:
        yield
    finally:
        for watch in watches:
            watch.ask_to_end()
        for watch in watches:
            watch.join()


class _Watch(threading.Thread):
    def __init__(self, options: Sequence[str]) -> None:
        super().__init__(name="local-worker", daemon=True)
        self._command = [sys.executable, "-m", "sync_server.app.worker", *options]
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._ending.is_set():
            with self._lock:
                if self._ending.is_set():
                    return
                # A session of its own: Ctrl+C is for the server, which then ends its workers in order.
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    self._command, env=dict(os.environ), start_new_session=True
                )
            self._process.wait()
            self._ending.wait(_PAUSE_SECONDS)

    def ask_to_end(self) -> None:
        with self._lock:
            self._ending.set()
            if self._process is not None:
                self._process.terminate()

    def join(self, timeout: float | None = None) -> None:
        if self._process is not None:
            try:
                self._process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
        super().join(timeout)
