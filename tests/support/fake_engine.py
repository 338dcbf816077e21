"""A generation engine without a model: a gradient that depends on the seed, at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any

from shared.contracts.errors import ErrorReport
from shared.contracts.events import (
    Accepted,
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Progress,
)
from shared.contracts.generation import GenerationRequest
from shared.engine.turns import Turns
from shared.imaging.blob_folder import BlobFolder
from tests.support.gradient_painter import GradientPainter


class FakeEngine:
    """Keeps the whole promise of `GenerationEngine`.

    `fail_with`: the first `failures` jobs end with that error, after the first step.
    `hang_at_step`: every job waits there until it is cancelled or `release` is set.
    `requests` holds every request that a job was started for, in order.
    """

    def __init__(
        self,
        blobs: BlobFolder,
        *,
        fail_with: ErrorReport | None = None,
        failures: int = 1,
        hang_at_step: int | None = None,
    ) -> None:
        self._painter = GradientPainter(blobs)
        self._fail_with = fail_with
        self._failures_left = failures if fail_with else 0
        self._hang_at_step = hang_at_step
        self._turns = Turns()
        self._cancelled: dict[str, asyncio.Event] = {}
        self.release = asyncio.Event()
        self.requests: list[GenerationRequest] = []
        self.closed = False

    async def run(self, job_id: str, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        cancelled = self._cancelled.setdefault(job_id, asyncio.Event())
        try:
            yield Accepted()
            if await self._turns.take(job_id) and not cancelled.is_set():
                self.requests.append(request)
                async with aclosing(self._work(request, cancelled)) as events:
                    async for event in events:
                        yield event
            else:
                yield Cancelled()
        finally:
            self._turns.leave(job_id)
            self._cancelled.pop(job_id, None)

    async def cancel(self, job_id: str) -> None:
        if job_id in self._cancelled:
            self._cancelled[job_id].set()
            self._turns.give_up(job_id)

    async def close(self) -> None:
        self.closed = True
        for job_id in list(self._cancelled):
            await self.cancel(job_id)

    async def _work(
        self, request: GenerationRequest, cancelled: asyncio.Event
    ) -> AsyncGenerator[GenerationEvent, None]:
        yield Loading(stage="model")
        for event in self._painter.events(request):
            await asyncio.sleep(0)
            if isinstance(event, Progress) and event.step == self._hang_at_step:
                await _first(self.release.wait(), cancelled)
            if cancelled.is_set():
                yield Cancelled()
                return
            yield event
            if self._failures_left and self._fail_with:
                self._failures_left -= 1
                yield Failed(error=self._fail_with)
                return
        yield Completed(seconds=0.01)


async def _first(work: Coroutine[Any, Any, Any], cancelled: asyncio.Event) -> None:
    """Waits until either has come, and stops the other."""
    tasks = {asyncio.ensure_future(work), asyncio.ensure_future(cancelled.wait())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
