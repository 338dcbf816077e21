"""The one queue of jobs: it survives a restart, and nothing that happens to a job ends it."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from desktop.generation.jobs import Candidate, Job, JobProgress, JobState, Place
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
from shared.contracts.generation import BlobId, GenerationRequest, Placement, TextToImage
from shared.engine.port import GenerationEngine

_log = logging.getLogger(__name__)

SECONDS_TILL_STORE_IS_TRIED_AGAIN = 5.0
AT_ONCE: Mapping[Place, int] = {"local": 1, "cloud": 4}
"""Jobs that run side by side: one machine makes one at a time, the cloud as many as are asked for."""


@dataclass
class _Running:
    job: Job
    step_times: StepTimes
    cancelled: bool = False


class JobQueue:
    """`jobs`, `is_paused` and `progress` are the latest known state; each change of them is told.

    `progress` is of the job in hand: of several, one that paints. `engines` has one for each place.

    Call `load` once, then keep `run` in a task; cancelling that task leaves the job in hand to the next start.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        engines: Mapping[Place, GenerationEngine],
        results: ResultKeeper,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._engines = engines
        self._results = results
        self._clock = clock
        self._new_id = new_id
        self._work_arrived = [(place, asyncio.Event()) for place in engines for _ in range(AT_ONCE[place])]
        # A picture is kept, or its job cancelled, never both at once: after `cancel` returns nothing more comes.
        self._lock = asyncio.Lock()
        self._running: dict[str, _Running] = {}
        self._progress: dict[str, JobProgress] = {}
        self._paces: dict[str, float] = {}
        self.jobs: tuple[Job, ...] = ()
        self.is_paused = False
        self.progress: JobProgress | None = None
        self.jobs_changed: Notice[tuple[Job, ...]] = Notice()
        self.progress_changed: Notice[JobProgress | None] = Notice()
        self.candidate_staged: Notice[Candidate] = Notice()
        self.job_ended: Notice[Job] = Notice()
        """Nothing more comes of it, wherever it ran; one that was cancelled may take a moment to end."""
        self.store_failed: Notice[ErrorReport] = Notice()

    async def load(self) -> None:
        await self._results.complete_intended()
        await self._store.recover()
        self.is_paused = await self._store.is_paused()
        self._paces = await self._store.paces()
        await self._refresh()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as lanes:
            for place, work_arrived in self._work_arrived:
                lanes.create_task(self._work_off(place, work_arrived))

    async def _work_off(self, place: Place, work_arrived: asyncio.Event) -> None:
        """One job after another."""
        while True:
            work_arrived.clear()
            try:
                job = None if self.is_paused else await self._store.start_next(place)
            except PentimentoError as error:
                self.store_failed.tell(error.report)
                await _wait(work_arrived, SECONDS_TILL_STORE_IS_TRIED_AGAIN)
                continue
            if job is None:
                await _wait(work_arrived, None)
            else:
                await self._work(job)

    async def add(
        self,
        request: GenerationRequest,
        *,
        document_id: str = "",
        placement: Placement | None = None,
        place: Place = "local",
        price_credits: int | None = None,
    ) -> Job:
        job = await self._store.add(
            job_id=self._new_id(),
            created_at=self._clock(),
            request=request,
            document_id=document_id,
            placement=placement or Placement(),
            place=place,
            price_credits=price_credits,
        )
        await self._refresh()
        self._wake()
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
        self._wake()

    async def cancel(self, job_id: str) -> None:
        """When this returns, no further picture of the job is kept. Finished and unknown jobs stay as they are."""
        job = next((job for job in self.jobs if job.id == job_id), None)
        async with self._lock:
            before = await self._store.cancel(job_id)
            running = self._running.get(job_id)
            if before == "running" and running is not None:
                running.cancelled = True
                self._tell_progress(job_id, None)
        await self._refresh()
        place: Place = running.job.place if running else job.place if job else "local"
        # In the cloud it may go on although nobody follows it here.
        if before == "running" or (before == "waiting" and place == "cloud"):
            await self._engines[place].cancel(job_id)

    async def retry(self, job_id: str) -> None:
        if await self._store.retry(job_id):
            await self._refresh()
            self._wake()

    async def remove(self, job_id: str) -> None:
        if await self._store.remove(job_id):
            await self._refresh()

    async def clear_finished(self) -> None:
        await self._store.clear_finished()
        await self._refresh()

    async def blobs_in_use(self) -> frozenset[BlobId]:
        return await self._store.blobs_in_use()

    def progress_of(self, job_id: str) -> JobProgress | None:
        return self._progress.get(job_id)

    def pace_of(self, model_id: str) -> float | None:
        """Seconds that the model takes here for one step of a million pixels, where that was seen."""
        return self._paces.get(model_id)

    def _wake(self) -> None:
        for _, work_arrived in self._work_arrived:
            work_arrived.set()

    async def _work(self, job: Job) -> None:
        """From start to the job's last state; errors of disk and engine become the job's error."""
        running = _Running(job=job, step_times=StepTimes(clock=self._clock))
        self._running[job.id] = running
        try:
            await self._refresh()
            state, error = await self._consume(running)
            await self._store.finish(job, state, error)
        except PentimentoError as failure:
            self.store_failed.tell(failure.report)
        finally:
            self._running.pop(job.id, None)
            self._tell_progress(job.id, None)
        await self._refresh()
        self.job_ended.tell(job)

    async def _consume(self, running: _Running) -> tuple[JobState, ErrorReport | None]:
        job, engine = running.job, self._engines[running.job.place]
        error: ErrorReport | None = None
        final: GenerationEvent | None = None
        try:
            async for event in engine.run(job.id, job.request):
                if isinstance(event, FINAL_EVENTS):
                    final = event
                    await self._learn_pace(job, event)
                elif running.cancelled or error:
                    # Asked again at each event, for a job cancelled before the engine knew of it.
                    await engine.cancel(job.id)
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

    async def _learn_pace(self, job: Job, event: GenerationEvent) -> None:
        request = job.request
        if job.place == "local" and isinstance(event, Completed) and isinstance(request, TextToImage):
            effort = request.steps * request.count * request.width * request.height / 1e6
            model = request.model.id
            self._paces[model] = await self._store.remember_pace(model, event.seconds / effort)

    def _follow(self, running: _Running, event: GenerationEvent) -> None:
        job = running.job
        if isinstance(event, Loading):
            self._tell_progress(
                job.id, JobProgress(job_id=job.id, stage=event.stage, document_id=job.document_id)
            )
        elif isinstance(event, Progress):
            placement = Placement(
                x=job.placement.x + event.preview_placement.x, y=job.placement.y + event.preview_placement.y
            )
            self._tell_progress(
                job.id,
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
                ),
            )

    def _tell_progress(self, job_id: str, progress: JobProgress | None) -> None:
        if progress == self._progress.get(job_id):
            return
        if progress is None:
            del self._progress[job_id]
        else:
            self._progress[job_id] = progress
        known = [self._progress[running] for running in self._running if running in self._progress]
        painting = (each for each in known if each.stage == "painting")
        self.progress = next(painting, known[0] if known else None)
        self.progress_changed.tell(self.progress)

    async def _refresh(self) -> None:
        try:
            self.jobs = await self._store.jobs()
        except PentimentoError as error:
            self.store_failed.tell(error.report)
        self.jobs_changed.tell(self.jobs)


async def _wait(event: asyncio.Event, longest: float | None) -> None:
    try:
        await asyncio.wait_for(event.wait(), longest)
    except TimeoutError:
        return


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
