"""The one queue of jobs: it survives a restart, and nothing that happens to a job ends it."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desktop.generation.jobs import Candidate, Job, JobProgress, JobState
from desktop.generation.results import ResultKeeper
from desktop.generation.step_times import StepTimes
from desktop.generation.store import JobStore
from desktop.library.notices import Notice
from shared.contracts.errors import ErrorReport, GenerationFailedError, PentimentoError
from shared.contracts.events import (
    FINAL_EVENTS,
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Picture,
    Progress,
)
from shared.contracts.generation import BlobId, GenerationRequest, Placement
from shared.engine.port import GenerationEngine

_log = logging.getLogger(__name__)

SECONDS_TILL_STORE_IS_TRIED_AGAIN = 5.0


@dataclass
class _Running:
    job: Job
    step_times: StepTimes
    cancelled: bool = False


class JobQueue:
    """`jobs`, `is_paused` and `progress` are the latest known state; each change of them is told.

    Call `load` once, then keep `run` in a task; cancelling that task leaves the job in hand to the next start.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        engine: GenerationEngine,
        results: ResultKeeper,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._engine = engine
        self._results = results
        self._clock = clock
        self._new_id = new_id
        self._work_arrived = asyncio.Event()
        # A picture is kept, or its job cancelled, never both at once: after `cancel` returns nothing more comes.
        self._lock = asyncio.Lock()
        self._running: _Running | None = None
        self.jobs: tuple[Job, ...] = ()
        self.is_paused = False
        self.progress: JobProgress | None = None
        self.jobs_changed: Notice[tuple[Job, ...]] = Notice()
        self.progress_changed: Notice[JobProgress | None] = Notice()
        self.candidate_staged: Notice[Candidate] = Notice()
        self.store_failed: Notice[ErrorReport] = Notice()

    async def load(self) -> None:
        await self._results.complete_intended()
        await self._store.recover()
        self.is_paused = await self._store.is_paused()
        await self._refresh()

    async def run(self) -> None:
        while True:
            self._work_arrived.clear()
            try:
                job = None if self.is_paused else await self._store.start_next()
            except PentimentoError as error:
                self.store_failed.tell(error.report)
                await self._wait_for_work(SECONDS_TILL_STORE_IS_TRIED_AGAIN)
                continue
            if job is None:
                await self._wait_for_work(None)
            else:
                await self._work(job)

    async def add(
        self, request: GenerationRequest, *, document_id: str = "", placement: Placement | None = None
    ) -> Job:
        job = await self._store.add(
            job_id=self._new_id(),
            created_at=self._clock(),
            request=request,
            document_id=document_id,
            placement=placement or Placement(),
        )
        await self._refresh()
        self._work_arrived.set()
        return job

    async def pause(self) -> None:
        """The job in hand still ends; no other begins."""
        await self._store.set_paused(paused=True)
        self.is_paused = True
        await self._refresh()

    async def resume(self) -> None:
        await self._store.set_paused(paused=False)
        self.is_paused = False
        await self._refresh()
        self._work_arrived.set()

    async def cancel(self, job_id: str) -> None:
        """When this returns, no further picture of the job is kept. Finished and unknown jobs stay as they are."""
        async with self._lock:
            before = await self._store.cancel(job_id)
            running = self._running if self._running and self._running.job.id == job_id else None
            if before == "running" and running is not None:
                running.cancelled = True
                self._tell_progress(None)
        await self._refresh()
        if before == "running":
            await self._engine.cancel(job_id)

    async def retry(self, job_id: str) -> None:
        if await self._store.retry(job_id):
            await self._refresh()
            self._work_arrived.set()

    async def remove(self, job_id: str) -> None:
        if await self._store.remove(job_id):
            await self._refresh()

    async def clear_finished(self) -> None:
        await self._store.clear_finished()
        await self._refresh()

    async def blobs_in_use(self) -> frozenset[BlobId]:
        return await self._store.blobs_in_use()

    async def _wait_for_work(self, longest: float | None) -> None:
        try:
            await asyncio.wait_for(self._work_arrived.wait(), longest)
        except TimeoutError:
            return

    async def _work(self, job: Job) -> None:
        """From start to the job's last state; errors of disk and engine become the job's error."""
        running = _Running(job=job, step_times=StepTimes(clock=self._clock))
        self._running = running
        try:
            await self._refresh()
            state, error = await self._consume(running)
            await self._store.finish(job, state, error)
        except PentimentoError as failure:
            self.store_failed.tell(failure.report)
        finally:
            self._running = None
            self._tell_progress(None)
        await self._refresh()

    async def _consume(self, running: _Running) -> tuple[JobState, ErrorReport | None]:
        job = running.job
        error: ErrorReport | None = None
        final: GenerationEvent | None = None
        try:
            async for event in self._engine.run(job.id, job.request):
                if isinstance(event, FINAL_EVENTS):
                    final = event
                elif running.cancelled or error:
                    # Asked again at each event, for a job cancelled before the engine knew of it.
                    await self._engine.cancel(job.id)
                else:
                    error = await self._take(running, event)
        except PentimentoError as failure:
            return "failed", failure.report
        except Exception as failure:  # noqa: BLE001 - whatever a job meets, the queue goes on
            _log.exception("A job ended with an unexpected error")
            return "failed", _unexpected(failure)
        return _outcome(final, error)

    async def _take(self, running: _Running, event: GenerationEvent) -> ErrorReport | None:
        try:
            if isinstance(event, Picture):
                await self._keep(running, event)
            else:
                self._follow(running, event)
        except PentimentoError as error:
            return error.report
        return None

    async def _keep(self, running: _Running, picture: Picture) -> None:
        async with self._lock:
            candidate = None if running.cancelled else await self._results.keep(running.job, picture)
            if candidate is not None:
                self.candidate_staged.tell(candidate)

    def _follow(self, running: _Running, event: GenerationEvent) -> None:
        job = running.job
        if isinstance(event, Loading):
            self._tell_progress(JobProgress(job_id=job.id, stage=event.stage, document_id=job.document_id))
        elif isinstance(event, Progress):
            placement = Placement(
                x=job.placement.x + event.preview_placement.x, y=job.placement.y + event.preview_placement.y
            )
            self._tell_progress(
                JobProgress(
                    job_id=job.id,
                    stage="painting",
                    step=event.step,
                    steps=event.steps,
                    seconds_left=running.step_times.seconds_left(step=event.step, steps=event.steps),
                    preview=event.preview,
                    preview_placement=placement,
                    preview_width=event.preview_width,
                    preview_height=event.preview_height,
                    document_id=job.document_id,
                )
            )

    def _tell_progress(self, progress: JobProgress | None) -> None:
        if progress != self.progress:
            self.progress = progress
            self.progress_changed.tell(progress)

    async def _refresh(self) -> None:
        try:
            self.jobs = await self._store.jobs()
        except PentimentoError as error:
            self.store_failed.tell(error.report)
        self.jobs_changed.tell(self.jobs)


def _outcome(final: GenerationEvent | None, error: ErrorReport | None) -> tuple[JobState, ErrorReport | None]:
    if error is not None:
        return "failed", error
    if isinstance(final, Completed):
        return "completed", None
    if isinstance(final, Cancelled):
        return "cancelled", None
    if isinstance(final, Failed):
        return "failed", final.error
    lost = GenerationFailedError(
        "The engine stopped before the picture was finished.", advice="Try the job again."
    )
    return "failed", lost.report


def _unexpected(failure: Exception) -> ErrorReport:
    return GenerationFailedError(
        "Something unexpected went wrong: {reason}",
        advice="Try the job again; if it happens twice, copy the details and report them.",
        detail="".join(traceback.format_exception(failure)),
        reason=failure,
    ).report
