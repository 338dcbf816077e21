"""What a worker does to a job's row: takes it, tells how far it is, ends it. All of it is fenced on the attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from shared.contracts.errors import ErrorReport
from sync_server.credits.service import CreditLedger
from sync_server.gallery.service.keeping import ItemKeeper, NewPicture
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.work import share_of
from sync_server.generation.service.jobs import GENERATE, JobQueue, job_topic, user_topic
from sync_server.generation.tables import JobRow
from sync_server.platform.ports import World
from sync_server.platform.signals import Signals

MOST_LOSSES = 3
"""So many workers may be lost with a job; it fails then, and costs nothing."""

Place = tuple[int, int, int, int]
"""Where a preview lies: its corner, width and height, in pixels of the picture."""
Verdict = Literal["go on", "cancel", "lost"]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A job as the worker that took it needs it."""

    job_id: UUID
    user_id: UUID
    attempt: int
    kind: str
    model: str
    pictures: int
    request: dict[str, Any]
    options: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MadePicture(NewPicture):
    """A result that lies in the storage already; `place` is where a layer lies on its source."""

    place: tuple[int, int] = (0, 0)


class JobRuns:
    def __init__(
        self,
        *,
        repository: JobRepository,
        queue: JobQueue,
        ledger: CreditLedger,
        items: ItemKeeper,
        signals: Signals,
        world: World,
        silence: timedelta,
    ) -> None:
        """A job of which nothing was told for the time of `silence` has no worker any more."""
        self._repository = repository
        self._queue = queue
        self._silence = silence
        self._ledger = ledger
        self._items = items
        self._signals = signals
        self._world = world

    async def take(self, job_id: UUID, worker_id: UUID) -> Taken | None:
        """None where there is nothing to do: it has ended, runs elsewhere, or was lost too often."""
        row = await self._repository.locked_job(job_id)
        if row is None or row.status not in {"queued", "processing"}:
            return None
        now = self._world.clock()
        if row.status == "processing" and not await self._lose(row):
            return None
        row.status, row.stage, row.step = "processing", "loading", 0
        row.attempt += 1
        row.worker_id, row.started_at, row.heard_at = worker_id, now, now
        await self._repository.session.flush()
        await self._queue.tell(row)
        return Taken(
            job_id=row.id,
            user_id=row.user_id,
            attempt=row.attempt,
            kind=row.kind,
            model=row.model,
            pictures=row.pictures,
            request=row.request,
            options=row.options,
        )

    async def tell_progress(
        self,
        taken: Taken,
        *,
        stage: str,
        step: int,
        steps: int,
        preview: str = "",
        place: Place | None = None,
    ) -> Verdict:
        """`preview` is a small JPEG in base64, or empty."""
        row = await self._repository.hear_job(
            taken.job_id, taken.attempt, now=self._world.clock(), stage=stage, step=step, steps=steps
        )
        if row is None:
            return "lost"
        message = {
            "type": "progress",
            "job_id": str(row.id),
            "status": row.status,
            "stage": stage,
            "step": step,
            "steps": steps,
            "progress": percent(step, steps),
            "pictures": row.pictures,
        }
        await self._signals.send(
            {
                job_topic(row.id): {**message, "preview": preview, "place": place},
                user_topic(row.user_id): message,
            }
        )
        return "go on" if row.cancel_asked_at is None else "cancel"

    async def complete(
        self, taken: Taken, pictures: Sequence[MadePicture], *, safety_checked: bool = False
    ) -> bool:
        """The pictures become items and the price is settled, for those that were made. False where it was lost."""
        row = await self._held(taken)
        if row is None:
            return False
        await self._keep(row, pictures)
        row.step = row.steps
        row.result = {**row.result, "safety_checked": safety_checked}
        await self._end(row, "completed", share_of(row.price, done=len(pictures), asked=row.pictures))
        return True

    async def cancelled(
        self, taken: Taken, pictures: Sequence[MadePicture], *, step: int, steps: int
    ) -> bool:
        """Stopped at a step: what was done is paid, what was finished is kept."""
        row = await self._held(taken)
        if row is None:
            return False
        await self._keep(row, pictures)
        row.step, row.steps = step, steps
        await self._end(row, "cancelled", share_of(row.price, done=step, asked=steps))
        return True

    async def fail(self, taken: Taken, report: ErrorReport) -> bool:
        row = await self._held(taken)
        if row is None:
            return False
        await self._fail(row, report)
        return True

    async def hand_back(self, taken: Taken) -> bool:
        """The worker ends before the job does: it waits again, at its place, and no loss is counted."""
        row = await self._held(taken)
        if row is None:
            return False
        if row.cancel_asked_at is not None:
            await self._end(row, "cancelled", share_of(row.price, done=row.step, asked=row.steps))
            return True
        row.status, row.stage, row.step, row.worker_id = "queued", "", 0, None
        await self._queue.put_back(row)
        return True

    async def rescue(self, *, limit: int) -> Sequence[UUID]:
        """Jobs whose worker is gone: each is then given to `give_up_worker`, in a transaction of its own."""
        return await self._repository.dead_jobs(self._world.clock() - self._silence, limit=limit)

    async def rescue_forgotten(self, *, limit: int) -> int:
        """Jobs that wait, but for which no task does: their worker was lost, or cut off, while it fetched them."""
        forgotten = await self._repository.forgotten_jobs(
            self._world.clock() - 2 * self._silence, task=GENERATE, limit=limit
        )
        for row in forgotten:
            await self._queue.put_back(row)
        return len(forgotten)

    async def give_up_worker(self, job_id: UUID) -> None:
        """Of a job that is not told of any more: it waits again, at its place."""
        row = await self._repository.locked_job(job_id)
        if row is not None and row.status == "processing" and await self._lose(row):
            row.status, row.stage, row.step, row.worker_id = "queued", "", 0, None
            await self._queue.put_back(row)

    async def _lose(self, row: JobRow) -> bool:
        """Whether it may go to another worker: not while its own lives, nor when too many were lost with it."""
        if row.heard_at is not None and row.heard_at > self._world.clock() - self._silence:
            return False
        if row.cancel_asked_at is not None:
            await self._end(row, "cancelled", share_of(row.price, done=row.step, asked=row.steps))
            return False
        losses = int(row.result.get("losses", 0)) + 1
        row.result = {**row.result, "losses": losses}
        if losses >= MOST_LOSSES:
            await self._fail(row, _lost_too_often())
            return False
        return True

    async def _held(self, taken: Taken) -> JobRow | None:
        row = await self._repository.locked_job(taken.job_id)
        if row is None or row.status != "processing" or row.attempt != taken.attempt:
            return None
        return row

    async def _keep(self, row: JobRow, pictures: Sequence[MadePicture]) -> None:
        await self._items.keep_made(
            row.user_id,
            pictures,
            job_id=row.id,
            model=row.model,
            prompt=row.prompt,
            board_id=row.board_id,
        )
        if any(picture.place != (0, 0) for picture in pictures):
            row.result = {**row.result, "places": [picture.place for picture in pictures]}

    async def _fail(self, row: JobRow, report: ErrorReport) -> None:
        row.error = report.model_copy(update={"detail": report.detail[-4000:]}).model_dump(mode="json")
        await self._end(row, "failed", 0)

    async def _end(self, row: JobRow, status: str, spent: int) -> None:
        row.status, row.stage, row.settled = status, "", spent
        row.completed_at = self._world.clock()
        if row.hold_id is not None:
            if spent:
                await self._ledger.settle(row.hold_id, spent)
            else:
                await self._ledger.release(row.hold_id)
        await self._queue.ended(row)


def percent(step: int, steps: int) -> int:
    return min(100, 100 * step // steps) if steps else 0


def _lost_too_often() -> ErrorReport:
    return ErrorReport(
        code="GENERATION_FAILED",
        message="The workers that made this picture were lost, {count} times in a row.",
        advice="It cost nothing. Try again with a smaller size or fewer pictures.",
        values={"count": str(MOST_LOSSES)},
    )
