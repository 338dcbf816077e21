"""Figures of jobs: a user's, the queue's, a model's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.billing import CreationDay, CreationUsage
from shared.contracts.job_views import (
    DayCount,
    FavouriteModel,
    GenerationStatistics,
    GlobalQueueStatus,
    QueuedJob,
    QueueStatus,
    ResolutionCount,
)
from shared.contracts.model_catalogue import ModelDay, ModelResolution, ModelStatistics, UsageTotals
from shared.pricing.tariffs import Tariffs
from sync_server.credits.service import CreditLedger
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.work import HEARD_WITHIN
from sync_server.generation.service.runs import percent
from sync_server.generation.tables import JobRow
from sync_server.models.rules import ModelEntry
from sync_server.models.service import ModelCatalogue
from sync_server.platform.errors import NotFoundError
from sync_server.platform.ports import Clock
from sync_server.platform.queue import TaskQueue

DELETE_FILES_OF = "generation.delete_files_of"
_DAYS = timedelta(days=30)
_WEEK = timedelta(days=7)
_MOST_RESOLUTIONS = 10
_ENHANCEMENTS = ("upscale", "enhance", "background")


class JobStatistics:
    def __init__(
        self,
        *,
        repository: JobRepository,
        items: ItemKeeper,
        models: ModelCatalogue,
        tariffs: Tariffs,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._items = items
        self._session: AsyncSession = repository.session
        self._models = models
        self._tariffs = tariffs
        self._clock = clock

    async def mine(self, user_id: UUID, *, tier: str, available: int) -> GenerationStatistics:
        """`images_remaining` is what the available credits make with the default model."""
        mine = JobRow.user_id == user_id
        total, good, bad, spent = (
            await self._session.execute(
                select(
                    func.count(),
                    func.count().filter(JobRow.status == "completed"),
                    func.count().filter(JobRow.status == "failed"),
                    func.coalesce(func.sum(JobRow.settled), 0),
                ).where(mine)
            )
        ).one()
        favourite = (
            await self._session.execute(
                select(JobRow.model, func.count())
                .where(mine)
                .group_by(JobRow.model)
                .order_by(func.count().desc(), JobRow.model)
                .limit(1)
            )
        ).one_or_none()
        return GenerationStatistics(
            total_generations=int(total),
            successful_generations=int(good),
            failed_generations=int(bad),
            images_generated=await self._items.count_images(user_id),
            images_remaining=available // max(1, await self._models.default_credits()),
            total_credits_spent=int(spent),
            average_credits_per_generation=round(int(spent) / int(total), 2) if total else 0.0,
            favorite_model=await self._favourite(*favourite) if favourite else None,
            generation_count_by_day=[
                DayCount(date=day, count=count) for day, count in await self._by_day(mine)
            ],
            most_used_resolutions=[
                ResolutionCount(resolution=size, count=count) for size, count in await self._sizes(mine)
            ],
            subscription_tier=tier,
        )

    async def queue(self, user_id: UUID, *, tier: str) -> QueueStatus:
        rows = await self._repository.open_jobs(user_id)
        positions = await self._repository.positions(rows)
        now = self._clock()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        counts = {
            status: sum(row.status == status for row in rows)
            for status in ("pending", "queued", "processing")
        }
        jobs, longest = [], 0
        for row in rows:
            wait = await self._wait(row) if row.status == "queued" else 0
            longest = max(longest, wait)
            jobs.append(
                QueuedJob.model_validate(
                    {
                        "id": row.id,
                        "job_id": row.id,
                        "status": row.status,
                        "progress_percent": percent(row.step, row.steps),
                        "queue_position": positions.get(row.id),
                        "started_at": row.started_at,
                        "queued_at": row.queued_at,
                        "estimated_start_time": now + timedelta(seconds=wait)
                        if row.status == "queued"
                        else None,
                    }
                )
            )
        return QueueStatus(
            pending_jobs=counts["pending"],
            queued_jobs=counts["queued"],
            processing_jobs=counts["processing"],
            active_jobs=counts["queued"] + counts["processing"],
            completed_today=await self._repository.completed_since(user_id, today),
            queue_limit=self._tariffs.tier(tier).queued_jobs,
            estimated_wait_time_seconds=longest,
            jobs=jobs,
        )

    async def whole_queue(self) -> GlobalQueueStatus:
        now = self._clock()
        counts = await self._repository.counts_by_status()
        waiting = counts.get("pending", 0) + counts.get("queued", 0)
        workers = await self._repository.workers_with(None, now - HEARD_WITHIN)
        waited, took = await self._repository.recent_times(now - timedelta(hours=1))
        busy = waiting > 10 * max(workers, 1)
        return GlobalQueueStatus(
            total_pending=waiting,
            total_processing=counts.get("processing", 0),
            available_workers=max(0, workers - counts.get("processing", 0)),
            average_wait_time_seconds=round(waited or 0),
            average_processing_time_seconds=round(took or 0),
            queue_health="stopped" if not workers else "busy" if busy else "healthy",
        )

    async def _wait(self, row: JobRow) -> int:
        workers = await self._repository.workers_with(row.model, self._clock() - HEARD_WITHIN)
        return await self._repository.seconds_ahead(row) // max(workers, 1)

    async def _favourite(self, name: str, count: int) -> FavouriteModel:
        try:
            entry = (await self._models.find(name)).entry
        except NotFoundError:
            return FavouriteModel(id=None, name=name, usage_count=int(count))
        return FavouriteModel(id=entry.id, name=entry.display_name, usage_count=int(count))

    async def _by_day(self, condition: Any) -> list[tuple[Any, int]]:
        day = cast(func.timezone("UTC", JobRow.created_at), Date)
        query = select(day, func.count()).where(condition, JobRow.created_at >= self._clock() - _DAYS)
        rows = await self._session.execute(query.group_by(day).order_by(day.desc()))
        return [(found, int(count)) for found, count in rows]

    async def _sizes(self, condition: Any) -> list[tuple[str, int]]:
        query = (
            select(JobRow.width, JobRow.height, func.count())
            .where(condition, JobRow.width.is_not(None))
            .group_by(JobRow.width, JobRow.height)
            .order_by(func.count().desc(), JobRow.width, JobRow.height)
            .limit(_MOST_RESOLUTIONS)
        )
        return [
            (f"{width}x{height}", int(count)) for width, height, count in await self._session.execute(query)
        ]


class JobModelUsage:
    """What models ask of generation: `models.ports.ModelUsage`."""

    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def totals(self) -> Mapping[str, UsageTotals]:
        query = select(
            JobRow.model,
            func.count(),
            func.count().filter(JobRow.created_at >= self._clock() - _WEEK),
        ).group_by(JobRow.model)
        return {
            name: UsageTotals(total_generations=int(total), total_generations_7d=int(week))
            for name, total, week in await self._session.execute(query)
        }

    async def statistics(self, entry: ModelEntry) -> ModelStatistics:
        of_model = JobRow.model == entry.name
        total, good, bad, seconds = (
            await self._session.execute(
                select(
                    func.count(),
                    func.count().filter(JobRow.status == "completed"),
                    func.count().filter(JobRow.status == "failed"),
                    func.avg(func.extract("epoch", JobRow.completed_at - JobRow.started_at)).filter(
                        JobRow.status == "completed"
                    ),
                ).where(of_model)
            )
        ).one()
        day = cast(func.timezone("UTC", JobRow.created_at), Date)
        days = await self._session.execute(
            select(day, func.count())
            .where(of_model, JobRow.created_at >= self._clock() - _DAYS)
            .group_by(day)
            .order_by(day.desc())
        )
        sizes = await self._session.execute(
            select(JobRow.width, JobRow.height, func.count())
            .where(of_model, JobRow.width.is_not(None))
            .group_by(JobRow.width, JobRow.height)
            .order_by(func.count().desc(), JobRow.width, JobRow.height)
            .limit(_MOST_RESOLUTIONS)
        )
        return ModelStatistics(
            model_id=entry.id,
            total_generations=int(total),
            successful_generations=int(good),
            failed_generations=int(bad),
            average_inference_time_seconds=round(float(seconds), 3) if seconds is not None else None,
            usage_by_day=[ModelDay(date=found, count=int(count)) for found, count in days],
            popular_resolutions=[
                ModelResolution(resolution=f"{width}x{height}", count=int(count))
                for width, height, count in sizes
            ],
        )


class JobCreations:
    """What accounts ask of generation: `accounts.ports.Creations`."""

    def __init__(
        self, *, session: AsyncSession, items: ItemKeeper, queue: TaskQueue, ledger: CreditLedger
    ) -> None:
        self._session = session
        self._items = items
        self._queue = queue
        self._ledger = ledger

    async def usage(self, user_id: UUID, *, since: datetime | None, until: datetime) -> CreationUsage:
        jobs = [JobRow.user_id == user_id, JobRow.created_at < until]
        if since is not None:
            jobs.append(JobRow.created_at >= since)
        total, videos, enhancements = (
            await self._session.execute(
                select(
                    func.count(),
                    func.count().filter(JobRow.kind == "video"),
                    func.count().filter(JobRow.kind.in_(_ENHANCEMENTS)),
                ).where(*jobs)
            )
        ).one()
        job_day = cast(func.timezone("UTC", JobRow.created_at), Date)
        job_days = await self._session.execute(select(job_day, func.count()).where(*jobs).group_by(job_day))
        generations = {day: int(count) for day, count in job_days}
        images = await self._items.images_by_day(user_id, since=since, until=until)
        return CreationUsage(
            generations=int(total),
            videos=int(videos),
            enhancements=int(enhancements),
            images=sum(images.values()),
            daily=[
                CreationDay(date=found, generations=generations.get(found, 0), images=images.get(found, 0))
                for found in sorted(generations.keys() | images.keys())
            ],
        )

    async def export(self, user_id: UUID) -> dict[str, Any]:
        """Jobs and pictures without the pictures themselves, which their owner can download."""
        jobs = await self._session.scalars(
            select(JobRow).where(JobRow.user_id == user_id).order_by(JobRow.created_at, JobRow.id)
        )
        return {
            "jobs": [
                {
                    "id": str(job.id),
                    "kind": job.kind,
                    "status": job.status,
                    "model": job.model,
                    "prompt": job.prompt,
                    "negative_prompt": job.negative_prompt,
                    "request": job.request,
                    "credits": job.settled,
                    "created_at": job.created_at.isoformat(),
                }
                for job in jobs
            ],
            "items": await self._items.export(user_id),
        }

    async def erase(self, user_id: UUID) -> None:
        """What open jobs hold is given back, so that no credit stays reserved for ever.

        The rows go with the account's, and with them the workers' right to them; the files by a task, once that is
        committed.
        """
        holds = await self._session.scalars(
            select(JobRow.hold_id)
            .where(
                JobRow.user_id == user_id,
                JobRow.status.in_(("pending", "queued", "processing")),
                JobRow.hold_id.is_not(None),
            )
            .with_for_update()
        )
        for hold in holds.all():
            if hold is not None:
                await self._ledger.release(hold)
        await self._queue.defer(DELETE_FILES_OF, user_id=str(user_id))
