"""From a request to jobs in the queue; and waiting for one, where a client wants that."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.job_views import Created, Estimate, Job
from shared.contracts.jobs import BatchRequest, CreateRequest, JobSettings, RunRequest
from shared.pricing.tariffs import Tariffs
from sync_server.credits.service import CreditStatements
from sync_server.generation.repository import JobRepository
from sync_server.generation.service.drafts import Draft, DraftMaker
from sync_server.generation.service.jobs import JobQueue, job_topic
from sync_server.generation.service.own_requests import OwnRequests
from sync_server.generation.service.views import JobViews
from sync_server.platform.bodies import NO_FILES, Files
from sync_server.platform.edge import Principal
from sync_server.platform.errors import (
    ConflictError,
    InvalidParametersError,
    NotFoundError,
    PriceChangedError,
)
from sync_server.platform.languages import Language
from sync_server.platform.ports import World
from sync_server.platform.signals import Listener
from sync_server.platform.work import Transactions

SYNC_SECONDS = 60.0
_LOOKS_EVERY = 2.0
_ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`id` is None of a job alone."""

    id: UUID | None
    jobs: list[Created]


class JobCreation:
    """Drafts call out, so each step is a transaction of its own; the jobs themselves come in one."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        drafts: DraftMaker,
        own_requests: OwnRequests,
        listener: Listener,
        tariffs: Tariffs,
        world: World,
    ) -> None:
        self._transactions = transactions
        self._drafts = drafts
        self._own_requests = own_requests
        self._listener = listener
        self._tariffs = tariffs
        self._world = world

    async def create(
        self,
        principal: Principal,
        asked: JobSettings,
        *,
        files: Files = NO_FILES,
        request_key: str | None = None,
    ) -> Created:
        draft = await self._drafts.draft(principal, asked, files=files)
        batch = await self._queue(principal, [draft], batch_id=None, request_key=request_key)
        return batch.jobs[0]

    async def run(self, principal: Principal, asked: RunRequest) -> Created:
        """Asked again with the same id, it answers with the job that there is: nothing is made or paid twice."""
        async with self._transactions.begin() as work:
            row = await work.get(JobRepository).job(asked.job_id)
            if row is not None and row.user_id != principal.user_id:
                raise ConflictError("There is another job with this id.", advice="Send it with a new id.")
            if row is not None:
                (created,) = await work.get(JobViews).created([row])
                return created
        draft = await self._own_requests.draft(principal, asked)
        batch = await self._queue(principal, [draft], batch_id=None, request_key=None)
        return batch.jobs[0]

    async def create_batch(
        self, principal: Principal, asked: BatchRequest, *, request_key: str | None = None
    ) -> Batch:
        """All of it or nothing."""
        most = self._tariffs.tier(principal.tier).batch
        if len(asked.prompts) > most:
            raise InvalidParametersError(
                "The plan {tier} takes batches of at most {most}.",
                advice="Send fewer prompts at once, or choose a higher plan.",
                details={"max_batch": most},
                tier=principal.tier,
                most=most,
            )
        shared = asked.model_dump(exclude={"prompts", "variation_seeds", "max_credits"}, exclude_unset=True)
        drafts: list[Draft] = []
        seed = asked.seed
        for prompt in asked.prompts:
            if not asked.variation_seeds and seed < 0 and drafts:
                seed = drafts[0].request.seed
            own = CreateRequest.model_validate({**shared, "prompt": prompt, "seed": seed})
            drafts.append(await self._drafts.draft(principal, own))
            if asked.variation_seeds and seed >= 0:
                seed = (seed + 1) % 2**32
        _check_total(drafts, asked.max_credits)
        batch_id = self._world.new_id()
        return await self._queue(principal, drafts, batch_id=batch_id, request_key=request_key)

    async def estimate(
        self, principal: Principal, asked: JobSettings, *, files: Files = NO_FILES
    ) -> Estimate:
        draft = await self._drafts.draft(principal, asked, files=files)
        async with self._transactions.begin() as work:
            available = (await work.get(CreditStatements).balance(principal.user_id)).available
        return Estimate(
            kind=draft.kind,
            credits=draft.price,
            seconds=draft.seconds,
            available=available,
            enough=available >= draft.price,
            width=draft.size.width,
            height=draft.size.height,
        )

    async def wait(
        self, job_id: UUID, user_id: UUID, *, language: Language, seconds: float = SYNC_SECONDS
    ) -> Job:
        """Until it has ended, or the seconds are over; then as it is."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        async with self._listener.subscribe(job_topic(job_id)) as heard:
            while True:
                async with self._transactions.begin() as work:
                    row = await work.get(JobRepository).own_job(job_id, user_id)
                    if row is None:
                        raise NotFoundError("There is no such job of yours.")
                    left = until - loop.time()
                    if row.status in _ENDED or left <= 0:
                        return await work.get(JobViews).job(row, language=language, for_admin=False)
                try:
                    # Also without a message, for what the listener may have missed.
                    async with asyncio.timeout(min(left, _LOOKS_EVERY)):
                        while (await heard.next()).get("type") == "progress":
                            continue
                except TimeoutError:
                    continue

    async def _queue(
        self,
        principal: Principal,
        drafts: Sequence[Draft],
        *,
        batch_id: UUID | None,
        request_key: str | None,
    ) -> Batch:
        async with self._transactions.begin() as work:
            rows = await work.get(JobQueue).create(
                principal, drafts, batch_id=batch_id, request_key=request_key
            )
            return Batch(id=rows[0].batch_id, jobs=await work.get(JobViews).created(rows))


def _check_total(drafts: Sequence[Draft], most: int | None) -> None:
    total = sum(draft.price for draft in drafts)
    if most is not None and total > most:
        raise PriceChangedError(
            "This costs {price} credits, more than the {most} that you allowed.",
            advice="Allow more, or ask for less.",
            details={"price": total, "max_credits": most},
            price=total,
            most=most,
        )
