"""One life of the engine's process: its pipes, the threads that serve them, and its end."""

import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO

import psutil

from shared.contracts.base import Contract
from shared.engine.protocol import JobEvent, read_message, write_message

_LINES_KEPT = 60
if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NO_WINDOW
    _LOW_PRIORITY = psutil.BELOW_NORMAL_PRIORITY_CLASS
else:
    _CREATION_FLAGS = 0
    _LOW_PRIORITY = 10


class ChildProcess:
    """Starts in the constructor (some milliseconds: call it in a thread).

    `on_event` and `on_end` are called in a thread of this object; `on_end` once, last, when the process is gone.
    """

    def __init__(
        self,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_event: Callable[[JobEvent], None],
        on_end: Callable[["ChildProcess"], None],
    ) -> None:
        self._on_event = on_event
        self._on_end = on_end
        self._outbox: queue.SimpleQueue[Contract | None] = queue.SimpleQueue()
        self._last_lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
            creationflags=_CREATION_FLAGS,
            start_new_session=True,  # Ctrl+C in a terminal is for the studio, which then closes the pipe
        )
        _lower_priority(self._process.pid)
        self._threads = [
            threading.Thread(target=target, args=(stream,), name=f"engine-{name}", daemon=True)
            for name, target, stream in (
                ("writer", self._write, self._process.stdin),
                ("reader", self._read, self._process.stdout),
                ("errors", self._read_errors, self._process.stderr),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: Contract) -> None:
        """Never blocks; a message to a process that is gone is dropped."""
        self._outbox.put(message)

    def close(self) -> None:
        """Closes the pipe once every message is written: the process ends by itself, even within a step."""
        self._outbox.put(None)

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float) -> bool:
        """Waits for the process and this object's threads; False where the process still lives."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        for thread in self._threads:
            thread.join()
        return True

    def account(self) -> str:
        """For engineers: how the process ended and what it said last."""
        return "\n".join([f"exit status {self._process.returncode}", *self._last_lines])

    def _write(self, stream: BinaryIO) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                write_message(stream, message)
            stream.close()
        except OSError:
            return  # the process is gone; the reader tells it

    def _read(self, stream: BinaryIO) -> None:
        try:
            while (content := read_message(stream)) is not None:
                self._on_event(JobEvent.model_validate_json(content))
        except ValueError as error:
            self._last_lines.append(f"unreadable message: {error}")
            self._process.kill()
        finally:
            self._outbox.put(None)
            self._process.wait()
            self._threads[2].join()
            stream.close()
            self._on_end(self)

    def _read_errors(self, stream: BinaryIO) -> None:
        for line in stream:
            self._last_lines.append(line.decode(errors="replace").rstrip())
        stream.close()


def _lower_priority(process_id: int) -> None:
    try:
        psutil.Process(process_id).nice(_LOW_PRIORITY)
    except psutil.Error:
        return  # it ended already, or the system forbids it: then it runs at our own priority
