"""Rows of jobs, workers and what was handed in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.generation.tables import (
    InputRow,
    JobRow,
    ScheduleRow,
    UploadRow,
    WorkerRow,
)

ACTIVE = ("queued", "processing")


class JobRepository:
    def __init__(self, *, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: object) -> None:
        self.session.add(row)
        await self.session.flush()

    async def job(self, job_id: UUID) -> JobRow | None:
        return await self.session.get(JobRow, job_id)

    async def own_job(self, job_id: UUID, user_id: UUID) -> JobRow | None:
        return await self.session.scalar(select(JobRow).where(JobRow.id == job_id, JobRow.user_id == user_id))

    async def locked_job(self, job_id: UUID) -> JobRow | None:
        return await self.session.scalar(
            select(JobRow)
            .where(JobRow.id == job_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    async def count_active(self, user_id: UUID) -> int:
        query = select(func.count()).where(JobRow.user_id == user_id, JobRow.status.in_(ACTIVE))
        return int(await self.session.scalar(query) or 0)

    async def has_pending(self, user_id: UUID) -> bool:
        query = select(exists().where(JobRow.user_id == user_id, JobRow.status == "pending"))
        return bool(await self.session.scalar(query))

    async def next_pending(self, user_id: UUID, *, limit: int) -> Sequence[JobRow]:
        query = (
            select(JobRow)
            .where(JobRow.user_id == user_id, JobRow.status == "pending")
            .order_by(JobRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self.session.scalars(query)).all()

    async def open_jobs(self, user_id: UUID) -> Sequence[JobRow]:
        query = select(JobRow).where(
            JobRow.user_id == user_id, JobRow.status.in_(("pending", "queued", "processing"))
        )
        return (await self.session.scalars(query.order_by(JobRow.created_at, JobRow.id))).all()

    async def ended_since(self, user_id: UUID, since: datetime, *, limit: int) -> Sequence[JobRow]:
        query = select(JobRow).where(JobRow.user_id == user_id, JobRow.completed_at >= since)
        return (await self.session.scalars(query.order_by(JobRow.completed_at).limit(limit))).all()

    async def positions(self, jobs: Sequence[JobRow]) -> dict[UUID, int]:
        """Of those that are in the queue: how many come before each, and itself."""
        waiting = [job for job in jobs if job.status == "queued"]
        if not waiting:
            return {}
        other = JobRow.__table__.alias()
        query = (
            select(JobRow.id, func.count(other.c.id) + 1)
            .outerjoin(
                other,
                and_(
                    other.c.status == "queued",
                    other.c.model == JobRow.model,
                    tuple_(other.c.started_order, other.c.id) < tuple_(JobRow.started_order, JobRow.id),
                ),
            )
            .where(JobRow.id.in_([job.id for job in waiting]))
            .group_by(JobRow.id)
        )
        return {job_id: int(count) for job_id, count in await self.session.execute(query)}

    async def page(
        self,
        user_id: UUID,
        conditions: Sequence[ColumnElement[bool]],
        *,
        after: tuple[datetime, UUID] | None,
        newest_first: bool,
        limit: int,
    ) -> tuple[Sequence[JobRow], int]:
        """One more than `limit`, and the count of all."""
        chosen = [JobRow.user_id == user_id, *conditions]
        total = await self.session.scalar(select(func.count()).select_from(JobRow).where(*chosen))
        place = tuple_(JobRow.created_at, JobRow.id)
        if after is not None:
            chosen.append(place < after if newest_first else place > after)
        order = (
            (JobRow.created_at.desc(), JobRow.id.desc()) if newest_first else (JobRow.created_at, JobRow.id)
        )
        rows = await self.session.scalars(select(JobRow).where(*chosen).order_by(*order).limit(limit + 1))
        return rows.all(), int(total or 0)

    async def free_at(self, user_id: UUID) -> datetime | None:
        return await self.session.scalar(
            select(ScheduleRow.free_at).where(ScheduleRow.user_id == user_id).with_for_update()
        )

    async def set_free_at(self, user_id: UUID, free_at: datetime) -> None:
        await self.session.execute(
            insert(ScheduleRow)
            .values(user_id=user_id, free_at=free_at)
            .on_conflict_do_update(index_elements=["user_id"], set_={"free_at": free_at})
        )

    # Pictures that were handed in

    async def input(self, user_id: UUID, blob: str) -> InputRow | None:
        return await self.session.get(InputRow, (user_id, blob))

    async def keep_input(self, row: InputRow) -> None:
        values = {"last_used_at": row.last_used_at}
        await self.session.execute(
            insert(InputRow)
            .values(
                user_id=row.user_id,
                blob=row.blob,
                size=row.size,
                width=row.width,
                height=row.height,
                **values,
            )
            .on_conflict_do_update(index_elements=["user_id", "blob"], set_=values)
        )

    async def old_inputs(self, before: datetime, *, limit: int) -> Sequence[InputRow]:
        """Used by no job that is still open."""
        needed = select(JobRow.id).where(
            JobRow.user_id == InputRow.user_id,
            JobRow.status.in_(("pending", "queued", "processing")),
        )
        query = select(InputRow).where(InputRow.last_used_at < before, ~needed.exists())
        return (await self.session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()

    async def upload(self, upload_id: UUID, user_id: UUID) -> UploadRow | None:
        return await self.session.scalar(
            select(UploadRow).where(UploadRow.id == upload_id, UploadRow.user_id == user_id)
        )

    async def expired_uploads(self, now: datetime, *, limit: int) -> Sequence[UploadRow]:
        query = select(UploadRow).where(UploadRow.expires_at <= now)
        return (await self.session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()

    # Workers

    async def hear_worker(self, row: WorkerRow) -> None:
        values = {
            column.key: getattr(row, column.key)
            for column in WorkerRow.__table__.columns
            if column.key != "id"
        }
        await self.session.execute(
            insert(WorkerRow)
            .values(id=row.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    async def forget_worker(self, worker_id: UUID) -> None:
        await self.session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    async def forget_workers(self, heard_before: datetime) -> None:
        await self.session.execute(delete(WorkerRow).where(WorkerRow.heard_at < heard_before))

    async def workers_with(self, model: str | None, heard_after: datetime) -> int:
        """How many jobs they do at a time; of every model where none is named."""
        query = select(func.coalesce(func.sum(WorkerRow.concurrency), 0)).where(
            WorkerRow.heard_at > heard_after, WorkerRow.state == "working"
        )
        if model is not None:
            query = query.where(WorkerRow.models.contains([model]))
        return int(await self.session.scalar(query) or 0)

    async def workers_with_all(self, models: Sequence[str], heard_after: datetime) -> bool:
        query = select(exists().where(WorkerRow.heard_at > heard_after, WorkerRow.models.contains(models)))
        return bool(await self.session.scalar(query))

    async def seconds_ahead(self, job: JobRow) -> int:
        query = select(func.coalesce(func.sum(JobRow.estimated_seconds), 0)).where(
            JobRow.model == job.model,
            or_(
                JobRow.status == "processing",
                and_(
                    JobRow.status == "queued",
                    tuple_(JobRow.started_order, JobRow.id) < (job.started_order, job.id),
                ),
            ),
        )
        return int(await self.session.scalar(query) or 0)

    async def counts_by_status(self) -> dict[str, int]:
        query = select(JobRow.status, func.count()).where(
            JobRow.status.in_(("pending", "queued", "processing"))
        )
        return {
            status: int(count) for status, count in await self.session.execute(query.group_by(JobRow.status))
        }

    async def recent_times(self, since: datetime) -> tuple[float | None, float | None]:
        """Seconds from queue to start, and from start to end, on average."""
        row = (
            await self.session.execute(
                select(
                    func.avg(func.extract("epoch", JobRow.started_at - JobRow.queued_at)),
                    func.avg(func.extract("epoch", JobRow.completed_at - JobRow.started_at)),
                ).where(JobRow.completed_at >= since, JobRow.status == "completed")
            )
        ).one()
        return (
            float(row[0]) if row[0] is not None else None,
            float(row[1]) if row[1] is not None else None,
        )

    async def completed_since(self, user_id: UUID, since: datetime) -> int:
        query = select(func.count()).where(
            JobRow.user_id == user_id, JobRow.status == "completed", JobRow.completed_at >= since
        )
        return int(await self.session.scalar(query) or 0)

    async def hear_job(
        self, job_id: UUID, attempt: int, *, now: datetime, stage: str, step: int, steps: int
    ) -> JobRow | None:
        """None where the job is not this attempt's any more."""
        return await self.session.scalar(
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.attempt == attempt, JobRow.status == "processing")
            .values(heard_at=now, stage=stage, step=step, steps=steps)
            .returning(JobRow)
            .execution_options(populate_existing=True)
        )

    async def forgotten_jobs(self, queued_before: datetime, *, task: str, limit: int) -> Sequence[JobRow]:
        """Queued since then, without a task that waits for a worker."""
        no_task = text(
            "NOT EXISTS (SELECT 1 FROM queue.procrastinate_jobs AS task WHERE task.task_name = :task"
            " AND task.status = 'todo' AND task.args->>'job_id' = CAST(generation_jobs.id AS text))"
        ).bindparams(task=task)
        query = select(JobRow).where(JobRow.status == "queued", JobRow.queued_at < queued_before, no_task)
        return (await self.session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()

    async def kept_inputs(self, keys: Sequence[str]) -> set[str]:
        key = func.concat("inputs/", InputRow.user_id, "/", InputRow.blob)
        users = {UUID(key.split("/")[1]) for key in keys}
        query = select(key).where(InputRow.user_id.in_(users), key.in_(keys))
        return set(await self.session.scalars(query))

    async def kept_uploads(self, ids: Sequence[UUID]) -> set[str]:
        found = await self.session.scalars(select(UploadRow.id).where(UploadRow.id.in_(ids)))
        return {str(upload) for upload in found}

    async def of_request(self, user_id: UUID, keys: Sequence[str]) -> Sequence[JobRow]:
        query = select(JobRow).where(JobRow.user_id == user_id, JobRow.request_key.in_(keys))
        return (await self.session.scalars(query.order_by(JobRow.id))).all()

    async def dead_jobs(self, heard_before: datetime, *, limit: int) -> Sequence[UUID]:
        query = select(JobRow.id).where(JobRow.status == "processing", JobRow.heard_at < heard_before)
        return (await self.session.scalars(query.limit(limit))).all()
