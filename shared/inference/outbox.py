"""Sends events in their order from a thread of its own, so that neither previews nor the pipe slow a step."""

import queue
import threading
from collections.abc import Callable

from shared.contracts.events import GenerationEvent
from shared.engine.protocol import JobEvent

Emit = Callable[[Callable[[], GenerationEvent]], None]
"""Takes a function that makes an event; it is called later, in another thread, in order."""

_Item = tuple[str, Callable[[], GenerationEvent]]


class Outbox:
    """`send` raises OSError where nobody listens any more; then the rest is dropped."""

    def __init__(self, send: Callable[[JobEvent], None]) -> None:
        self._send = send
        self._items: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
        self._thread.start()

    def emitter(self, job_id: str) -> Emit:
        return lambda make: self._items.put((job_id, make))

    def close(self) -> None:
        """Returns when everything is sent."""
        self._items.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (item := self._items.get()) is not None:
            job_id, make = item
            try:
                self._send(JobEvent(job_id=job_id, event=make()))
            except OSError:
                return
