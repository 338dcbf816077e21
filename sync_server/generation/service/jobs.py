"""The queue: jobs come in with their price held, wait their turn, are cancelled, and let the next one in."""

from collections.abc import Sequence
from uuid import UUID

from shared.pricing.tariffs import Tariffs
from sync_server.accounts.service import Accounts
from sync_server.credits.service import CreditLedger
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.fairness import turn
from sync_server.generation.service.drafts import Draft
from sync_server.generation.tables import JobRow
from sync_server.platform.edge import Principal
from sync_server.platform.errors import (
    JobNotCancellableError,
    NotFoundError,
    QueueLimitReachedError,
    StorageExceededError,
)
from sync_server.platform.ports import World
from sync_server.platform.queue import TaskQueue
from sync_server.platform.signals import Signals

GENERATE = "generation.run"
_BYTES_A_PIXEL = 3


def model_queue(model: str) -> str:
    """One queue a model, so that a worker fetches only what it can do."""
    return f"model:{model}"


def job_topic(job_id: UUID) -> str:
    return f"job:{job_id}"


def user_topic(user_id: UUID) -> str:
    return f"user:{user_id}"


class JobQueue:
    """The row, the hold of credits and the deferral are one transaction: neither is without the others.

    Whoever changes a user's queue holds the lock of the user's credit account, or of the job's row before it.
    """

    def __init__(
        self,
        *,
        repository: JobRepository,
        accounts: Accounts,
        ledger: CreditLedger,
        items: ItemKeeper,
        queue: TaskQueue,
        signals: Signals,
        tariffs: Tariffs,
        world: World,
    ) -> None:
        self._repository = repository
        self._accounts = accounts
        self._ledger = ledger
        self._items = items
        self._queue = queue
        self._signals = signals
        self._tariffs = tariffs
        self._world = world

    async def create(
        self,
        principal: Principal,
        drafts: Sequence[Draft],
        *,
        batch_id: UUID | None = None,
        request_key: str | None = None,
    ) -> list[JobRow]:
        """Raises InsufficientCreditsError, StorageExceededError, QueueLimitReachedError; then none was made.

        Of a batch, those beyond the tier's places wait as `pending`; a job alone is then refused. A request that was
        carried out already, as its key tells, gets the jobs that it made.
        """
        keys = [None if request_key is None else f"{request_key}:{number}" for number in range(len(drafts))]
        if request_key is not None:
            made = await self._repository.of_request(
                principal.user_id, [key for key in keys if key is not None]
            )
            if made:
                return list(made)
        await self._check_storage(principal, drafts)
        rows = [
            await self._add(principal, draft, batch_id=batch_id, request_key=key)
            for draft, key in zip(drafts, keys, strict=True)
        ]
        await self._repository.session.flush()
        limit = self._tariffs.tier(principal.tier).queued_jobs
        free = limit - await self._repository.count_active(principal.user_id)
        if free <= 0:
            raise QueueLimitReachedError(
                "Your queue is full: the plan {tier} has {limit} places.",
                advice="Wait until a job is done, cancel one, or choose a higher plan.",
                details={"limit": limit, "queued": limit - free},
                tier=principal.tier,
                limit=limit,
            )
        # Those that were pending before go first.
        await self._admit(principal.user_id, free)
        return rows

    async def cancel(self, job_id: UUID, user_id: UUID) -> JobRow:
        """A waiting one at once, with all credits back; a running one stops at its next step.

        Raises NotFoundError, JobNotCancellableError.
        """
        row = await self._repository.locked_job(job_id)
        if row is None or row.user_id != user_id:
            raise NotFoundError("There is no such job of yours.")
        now = self._world.clock()
        if row.status in {"completed", "failed", "cancelled"}:
            raise JobNotCancellableError("This job has ended already.", details={"status": row.status})
        if row.status == "processing":
            row.cancel_asked_at = row.cancel_asked_at or now
            await self._repository.session.flush()
            return row
        row.status, row.completed_at = "cancelled", now
        if row.hold_id is not None:
            await self._ledger.release(row.hold_id)
        await self.ended(row)
        return row

    async def ended(self, row: JobRow) -> None:
        """Tell everybody, and let the user's next pending job in."""
        await self._repository.session.flush()
        await self.tell(row)
        if not await self._repository.has_pending(row.user_id):
            return
        tier = (await self._accounts.get(row.user_id)).tier
        free = self._tariffs.tier(tier).queued_jobs - await self._repository.count_active(row.user_id)
        if free > 0:
            await self._admit(row.user_id, free)

    async def put_back(self, row: JobRow) -> None:
        """Into the queue again, at the place that it had."""
        await self._repository.session.flush()
        await self._defer(row)
        await self.tell(row)

    async def tell(self, row: JobRow) -> None:
        message = {"type": "job_changed", "job_id": str(row.id), "status": row.status}
        await self._signals.send({job_topic(row.id): message, user_topic(row.user_id): message})

    async def _add(
        self, principal: Principal, draft: Draft, *, batch_id: UUID | None, request_key: str | None
    ) -> JobRow:
        job_id, now = draft.job_id or self._world.new_id(), self._world.clock()
        if draft.board_id is not None and not await self._items.has_board(principal.user_id, draft.board_id):
            raise NotFoundError("There is no such board of yours.")
        hold = await self._ledger.hold(
            principal.user_id,
            draft.price,
            key=f"job:{job_id}",
            reference=f"generation_job:{job_id}",
            description="Generation",
            kind=draft.kind,
            model=draft.model,
        )
        row = JobRow(
            id=job_id,
            user_id=principal.user_id,
            batch_id=batch_id,
            kind=draft.kind,
            model=draft.model,
            tier=principal.tier,
            status="pending",
            stage="",
            attempt=0,
            started_order=0,
            request=draft.request.model_dump(mode="json"),
            options=draft.options,
            prompt=draft.prompt,
            negative_prompt=draft.negative_prompt,
            width=draft.size.width,
            height=draft.size.height,
            pictures=draft.request.count,
            price=draft.price,
            settled=0,
            hold_id=hold.id,
            estimated_seconds=draft.seconds,
            step=0,
            steps=draft.request.steps * draft.request.count,
            worker_id=None,
            error=None,
            result={},
            board_id=draft.board_id,
            request_key=request_key,
            created_at=now,
            queued_at=None,
            started_at=None,
            heard_at=None,
            cancel_asked_at=None,
            completed_at=None,
        )
        self._repository.session.add(row)
        return row

    async def _admit(self, user_id: UUID, free: int) -> None:
        for row in await self._repository.next_pending(user_id, limit=free):
            now = self._world.clock()
            mine = turn(
                now=now,
                free_at=await self._repository.free_at(user_id),
                priority=self._tariffs.tier(row.tier).priority,
                seconds=row.estimated_seconds,
            )
            row.status, row.queued_at, row.started_order = "queued", now, mine.order
            await self._repository.set_free_at(user_id, mine.free_at)
            await self._repository.session.flush()
            await self._defer(row)
            await self.tell(row)

    async def _defer(self, row: JobRow) -> None:
        await self._queue.defer(
            GENERATE, queue=model_queue(row.model), priority=-row.started_order, job_id=str(row.id)
        )

    async def _check_storage(self, principal: Principal, drafts: Sequence[Draft]) -> None:
        quota = self._tariffs.tier(principal.tier).storage_bytes
        used = await self._accounts.stored_bytes(principal.user_id)
        coming = sum(draft.size.pixels * draft.request.count * _BYTES_A_PIXEL for draft in drafts)
        if used + coming > quota:
            raise StorageExceededError(
                "Your storage of {quota} GB has no room for this.",
                advice="Delete pictures, or choose a higher plan.",
                details={"used_bytes": used, "quota_bytes": quota, "needed_bytes": coming},
                quota=quota // 1024**3,
            )
