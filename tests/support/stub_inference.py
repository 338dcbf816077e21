"""An engine's process without torch: the real pipes and the real loop, and a gradient for a picture.

A prompt of "crash" ends the process, "print" writes to its standard output, "hang" waits to be cancelled.
"""

import os
import threading
from functools import partial

from shared.contracts.events import Cancelled, Completed, GenerationEvent, Loading
from shared.engine.protocol import RunJob, Start
from shared.imaging.blob_folder import BlobFolder
from shared.inference.__main__ import private_pipes
from shared.inference.outbox import Emit
from shared.inference.service_loop import serve
from tests.support.gradient_painter import GradientPainter


class StubRunner:
    def __init__(self, start: Start) -> None:
        self._painter = GradientPainter(BlobFolder(start.blob_folder))

    def run(self, job: RunJob, cancelled: threading.Event, emit: Emit) -> None:
        prompt = job.request.prompt
        if prompt == "crash":
            os.abort()
        if prompt == "print":
            print("a library that prints", flush=True)  # noqa: T201  # what this stub is for
        if prompt == "hang":
            emit(Loading)
            cancelled.wait()
        for event in self._painter.events(job.request):
            if cancelled.wait(0.001):
                emit(Cancelled)
                return
            emit(partial(_same, event))
        emit(partial(Completed, seconds=0.0))


def _same(event: GenerationEvent) -> GenerationEvent:
    return event


if __name__ == "__main__":
    serve(*private_pipes(), StubRunner)
