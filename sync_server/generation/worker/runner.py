"""One job from taking it to its end, with its row told at every step."""

import asyncio
import base64
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from shared.contracts.errors import EngineCrashedError, ErrorReport, GenerationFailedError, PentimentoError
from shared.contracts.events import Cancelled, Completed, Failed, GenerationEvent, Loading, Picture, Progress
from shared.contracts.generation import PictureRequest, generation_request_adapter
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation.service.inputs import input_key
from sync_server.generation.service.runs import MOST_LOSSES, JobRuns, MadePicture, Place, Taken
from sync_server.generation.worker.executor import Executor
from sync_server.generation.worker.finishing import finish
from sync_server.platform.database import CONNECTION_LOST
from sync_server.platform.errors import NotFoundError
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

log = logging.getLogger("pentimento.worker")

_TOLD_EVERY = 0.2
_WORDS_IN_A_SILENCE = 8
_ENDING_TRIES = 20
_PAUSE_SECONDS = 1.0
_LARGEST_PREVIEW = 4_500
"""Bytes of base64: the message with it stays below what the database carries."""


@dataclass
class _Run:
    taken: Taken
    request: PictureRequest
    stage: str = "loading"
    step: int = 0
    steps: int = 0
    told_at: float = 0.0
    lost: bool = False
    cancelling: bool = False
    pictures: list[MadePicture] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)


class Runner:
    def __init__(
        self,
        *,
        transactions: Transactions,
        storage: Storage,
        executor: Executor,
        worker_id: UUID,
        silence: timedelta,
    ) -> None:
        """`silence` is the time after which others take a worker for dead."""
        self._transactions = transactions
        self._heard_every = silence.total_seconds() / _WORDS_IN_A_SILENCE
        self._storage = storage
        self._executor = executor
        self._worker_id = worker_id
        self.warm_model: str | None = None

    async def run(self, job_id: UUID) -> None:
        """Returns when the job has ended, or was found to be nobody's or another's."""
        async with self._transactions.begin() as work:
            taken = await work.get(JobRuns).take(job_id, self._worker_id)
        if taken is None:
            return
        run = _Run(taken=taken, request=generation_request_adapter.validate_python(taken.request))
        try:
            async with self._heard(run):
                await self._carry_out(run)
        except asyncio.CancelledError:
            # The worker ends before the job does.
            await self._executor.cancel(self._name(run))
            await asyncio.shield(self._hand_back(run))
            raise
        except PentimentoError as error:
            await self._fail(run, error.report)
        except Exception as error:
            log.exception("a job could not be carried out", extra={"job": str(job_id)})
            await self._fail(run, _in_words(error))

    async def _carry_out(self, run: _Run) -> None:
        await self._bring_inputs(run)
        for again in range(1, MOST_LOSSES + 1):
            ending = await self._one_try(run)
            crashed = isinstance(ending, Failed) and ending.error.code == EngineCrashedError.code
            if not crashed or again == MOST_LOSSES or run.lost:
                break
            log.warning("the engine crashed; once more", extra={"job": str(run.taken.job_id)})
        if run.taken.model:
            self.warm_model = run.taken.model
        await self._end(run, ending)

    async def _one_try(self, run: _Run) -> GenerationEvent:
        await self._drop(run)
        ending: GenerationEvent = Failed(error=_in_words(RuntimeError("the engine said nothing")))
        events = self._executor.run(self._name(run), run.request)
        try:
            async for event in events:
                match event:
                    case Loading():
                        run.stage = "loading"
                        await self._tell(run)
                    case Progress():
                        run.stage, run.step, run.steps = "generating", event.step, event.steps
                        await self._tell(run, preview=event.preview, place=_preview_place(event))
                    case Picture():
                        await self._store(run, event)
                    case Completed() | Cancelled() | Failed():
                        ending = event
                if run.lost:
                    break
        finally:
            await events.aclose()
        return ending

    async def _end(self, run: _Run, ending: GenerationEvent) -> None:
        if run.lost:
            await self._drop(run)
            return

        async def end(runs: JobRuns) -> bool:
            match ending:
                case Completed():
                    checked = self._executor.checks_safety
                    return await runs.complete(run.taken, run.pictures, safety_checked=checked)
                case Cancelled():
                    return await runs.cancelled(run.taken, run.pictures, step=run.step, steps=run.steps or 1)
                case Failed():
                    await runs.fail(run.taken, ending.error)
            return False

        if not await self._write(end):
            await self._drop(run)

    async def _fail(self, run: _Run, report: ErrorReport) -> None:
        await self._write(lambda runs: runs.fail(run.taken, report))
        await self._drop(run)

    async def _hand_back(self, run: _Run) -> None:
        await self._write(lambda runs: runs.hand_back(run.taken))
        await self._drop(run)

    async def _write(self, change: Callable[[JobRuns], Awaitable[bool]]) -> bool:
        """Also over a database that comes back in a while: what was made is not thrown away for that.

        A change whose reply was lost may be made already; then the fence lets it do nothing.
        """
        for _ in range(_ENDING_TRIES):
            with contextlib.suppress(*CONNECTION_LOST):
                async with self._transactions.begin() as work:
                    return await change(work.get(JobRuns))
            await asyncio.sleep(_PAUSE_SECONDS)
        log.error("how a job ended could not be written; another worker will take it over")
        return False

    async def _bring_inputs(self, run: _Run) -> None:
        options = run.taken.options
        around = [options[name] for name in ("source", "replacement") if options.get(name)]
        for blob in dict.fromkeys((*run.request.pictures, *around)):
            try:
                data = await self._storage.read(input_key(run.taken.user_id, blob))
            except NotFoundError as error:
                raise GenerationFailedError(
                    "A picture that this job needs is not in the storage any more.",
                    advice="Send it again with a new job.",
                ) from error
            # Also where it lies there already: that renews its time, so that no sweep takes it away.
            await asyncio.to_thread(self._executor.blobs.put, data)

    async def _store(self, run: _Run, event: Picture) -> None:
        done = await asyncio.to_thread(finish, event, run.taken.kind, run.taken.options, self._executor.blobs)
        base = f"pictures/{run.taken.user_id}/{run.taken.job_id}/{run.taken.attempt}-{event.index}"
        files = [
            (f"{base}.png", done.png, "image/png"),
            (f"{base}-thumbnail.webp", done.thumbnail, "image/webp"),
        ]
        if done.delivery is not None:
            files.append((f"{base}.{done.delivery.suffix}", done.delivery.data, done.delivery.content_type))
        for key, data, content_type in files:
            run.stored.append(key)
            await self._storage.put(key, data, content_type)
        run.pictures.append(
            MadePicture(
                key=files[0][0],
                thumbnail_key=files[1][0],
                blob=event.blob,
                width=done.width,
                height=done.height,
                mime_type="image/png",
                size=len(done.png),
                stored_bytes=sum(len(data) for _, data, _ in files),
                seed=done.recipe.rendering.seed,
                recipe=done.recipe.model_dump(mode="json"),
                place=(event.placement.x, event.placement.y) if run.taken.options.get("as_made") else (0, 0),
            )
        )

    async def _drop(self, run: _Run) -> None:
        """Files of pictures that no row knows. Where the database can't tell, a sweep finds them later."""
        if run.stored:
            with contextlib.suppress(*CONNECTION_LOST):
                async with self._transactions.begin() as work:
                    kept = bool(await work.get(ItemKeeper).at_keys(run.stored))
                for key in () if kept else run.stored:
                    await self._storage.delete(key)
        run.stored.clear()
        run.pictures.clear()

    async def _tell(
        self, run: _Run, *, preview: bytes = b"", place: Place | None = None, heartbeat: bool = False
    ) -> None:
        now = time.monotonic()
        finished = run.steps and run.step >= run.steps
        if not heartbeat and not finished and now - run.told_at < _TOLD_EVERY:
            return
        run.told_at = now
        encoded = base64.b64encode(preview).decode()
        try:
            async with self._transactions.begin() as work:
                verdict = await work.get(JobRuns).tell_progress(
                    run.taken,
                    stage=run.stage,
                    step=run.step,
                    steps=run.steps,
                    preview=encoded if len(encoded) <= _LARGEST_PREVIEW else "",
                    place=place,
                )
        except CONNECTION_LOST as error:
            log.warning("a job's progress could not be told", extra={"problem": str(error)[:300]})
            return
        if verdict == "lost":
            run.lost = True
        if verdict != "go on" and not run.cancelling:
            run.cancelling = True
            await self._executor.cancel(self._name(run))

    @asynccontextmanager
    async def _heard(self, run: _Run) -> AsyncIterator[None]:
        """A long step or a large model says nothing for a while; the job's row is told that somebody lives."""

        async def keep_telling() -> None:
            while True:
                await asyncio.sleep(self._heard_every)
                if time.monotonic() - run.told_at >= self._heard_every:
                    await self._tell(run, heartbeat=True)

        telling = asyncio.create_task(keep_telling())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    def _name(self, run: _Run) -> str:
        return f"{run.taken.job_id}/{run.taken.attempt}"


def _preview_place(event: Progress) -> Place:
    corner = event.preview_placement
    return (corner.x, corner.y, event.preview_width, event.preview_height)


def _in_words(error: Exception) -> ErrorReport:
    return GenerationFailedError(
        "The picture could not be made: {reason}",
        advice="It cost nothing. Try again; if it stays so, write to support.",
        reason=type(error).__name__,
    ).report
