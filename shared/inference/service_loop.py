"""The life of the engine's process: it reads messages, runs jobs in their order, and ends with its pipe."""

import os
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, Protocol

from shared.engine.protocol import CancelJob, RunJob, Start, read_message, to_engine_adapter, write_message
from shared.inference.outbox import Emit, Outbox


class Runner(Protocol):
    """Carries out one job at a time; see `JobRunner`."""

    def run(self, job: RunJob, cancelled: threading.Event, emit: Emit) -> None: ...


class _Inbox:
    """Reads the pipe in a thread, so that a cancellation arrives while a step runs."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.jobs: queue.SimpleQueue[RunJob] = queue.SimpleQueue()
        self._cancelled: dict[str, threading.Event] = {}

    def start(self) -> None:
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def cancellation(self, job_id: str) -> threading.Event:
        return self._cancelled[job_id]

    def forget(self, job_id: str) -> None:
        self._cancelled.pop(job_id, None)

    def _read(self) -> None:
        while (content := read_message(self._stream)) is not None:
            match to_engine_adapter.validate_json(content):
                case RunJob() as job:
                    self._cancelled[job.job_id] = threading.Event()
                    self.jobs.put(job)
                case CancelJob(job_id=job_id) if event := self._cancelled.get(job_id):
                    event.set()
                case _:
                    continue
        # Nobody listens any more: end at once, even within a step, so that no process is left behind.
        os._exit(0)


def serve(incoming: BinaryIO, outgoing: BinaryIO, make_runner: Callable[[Start], Runner]) -> None:
    """Never returns: the process ends when `incoming` does."""
    start = to_engine_adapter.validate_json(read_message(incoming) or b"")
    if not isinstance(start, Start):
        msg = "the first message tells where pictures lie"
        raise TypeError(msg)
    inbox = _Inbox(incoming)
    inbox.start()
    runner = make_runner(start)
    outbox = Outbox(partial(write_message, outgoing))
    while True:
        job = inbox.jobs.get()
        runner.run(job, inbox.cancellation(job.job_id), outbox.emitter(job.job_id))
        inbox.forget(job.job_id)
