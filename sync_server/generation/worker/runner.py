"""One job from taking it to its end, with its row told at every step."""

import asyncio
import base64
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.errors import EngineCrashedError, ErrorReport, GenerationFailedError, PentimentoError
from shared.contracts.events import Cancelled, Completed, Failed, GenerationEvent, Loading, Picture, Progress
from shared.contracts.generation import PictureRequest, generation_request_adapter
from sync_server.generation.service.inputs import input_key
from sync_server.generation.service.runs import MOST_LOSSES, JobRuns, MadePicture, Place, Taken
from sync_server.generation.worker.executor import Executor
from sync_server.generation.worker.finishing import finish
from sync_server.platform.errors import NotFoundError
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

log = logging.getLogger("pentimento.worker")

_TOLD_EVERY = 0.2
_HEARD_EVERY = 3.0
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
        self, *, transactions: Transactions, storage: Storage, executor: Executor, worker_id: UUID
    ) -> None:
        self._transactions = transactions
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
        async with self._transactions.begin() as work:
            runs = work.get(JobRuns)
            match ending:
                case Completed():
                    kept = await runs.complete(run.taken, run.pictures)
                case Cancelled():
                    kept = await runs.cancelled(run.taken, run.pictures, step=run.step, steps=run.steps or 1)
                case Failed():
                    kept = False
                    await runs.fail(run.taken, ending.error)
                case _:
                    kept = False
        if not kept:
            await self._drop(run)

    async def _fail(self, run: _Run, report: ErrorReport) -> None:
        async with self._transactions.begin() as work:
            await work.get(JobRuns).fail(run.taken, report)
        await self._drop(run)

    async def _hand_back(self, run: _Run) -> None:
        async with self._transactions.begin() as work:
            await work.get(JobRuns).hand_back(run.taken)
        await self._drop(run)

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
                size=len(done.png),
                thumbnail_size=sum(len(data) for _, data, _ in files[1:]),
                seed=done.recipe.rendering.seed,
                recipe=done.recipe.model_dump(mode="json"),
                place=(event.placement.x, event.placement.y) if run.taken.options.get("as_made") else (0, 0),
            )
        )

    async def _drop(self, run: _Run) -> None:
        """Files of pictures that no row will know."""
        for key in run.stored:
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
        async with self._transactions.begin() as work:
            verdict = await work.get(JobRuns).tell_progress(
                run.taken,
                stage=run.stage,
                step=run.step,
                steps=run.steps,
                preview=encoded if len(encoded) <= _LARGEST_PREVIEW else "",
                place=place,
            )
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
                await asyncio.sleep(_HEARD_EVERY)
                if time.monotonic() - run.told_at >= _HEARD_EVERY:
                    try:
                        await self._tell(run, heartbeat=True)
                    except Exception:
                        log.exception("a job's progress could not be told")

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
