"""/generation/jobs: reading and cancelling one's jobs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.job_views import (
    Job,
    JobCancelled,
    JobKind,
    JobProgress,
    JobStatus,
    JobSummary,
)
from sync_server.generation.repository import JobRepository
from sync_server.generation.routes.dependencies import TheViews
from sync_server.generation.service.jobs import JobQueue
from sync_server.generation.tables import JobRow
from sync_server.models.service import ModelCatalogue
from sync_server.platform.cursors import CursorSigner, Paging
from sync_server.platform.edge import AskedLanguage, SignedIn, service
from sync_server.platform.errors import InvalidParametersError, JobNotCancellableError, NotFoundError
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Pagination, Reply

router = APIRouter(prefix="/jobs")

TheJobs = Annotated[JobRepository, service(JobRepository)]


@router.get("", summary="One's jobs", responses=errors(InvalidParametersError, NotFoundError))
async def jobs(
    principal: SignedIn,
    repository: TheJobs,
    views: TheViews,
    catalogue: Annotated[ModelCatalogue, service(ModelCatalogue)],
    cursors: Annotated[CursorSigner, service(CursorSigner)],
    language: AskedLanguage,
    page: Paging,
    status: Annotated[JobStatus | None, Query(description="Only of this status.")] = None,
    kind: Annotated[JobKind | None, Query(description="Only of this kind.")] = None,
    model_id: Annotated[str | None, Query(max_length=200, description="Only of this model.")] = None,
    batch_id: Annotated[UUID | None, Query(description="Only of this batch.")] = None,
) -> Page[JobSummary]:
    page.sorted_by(["created_at"], default="created_at")
    conditions = [
        column == value
        for column, value in ((JobRow.status, status), (JobRow.kind, kind), (JobRow.batch_id, batch_id))
        if value is not None
    ]
    if model_id is not None:
        conditions.append(JobRow.model == (await catalogue.find(model_id)).entry.name)
    scope = f"jobs:{principal.user_id}:{page.sort_order}"
    after = None
    if page.cursor:
        moment, row_id = cursors.decode(page.cursor, expected=2, scope=scope)
        after = (datetime.fromisoformat(str(moment)), UUID(str(row_id)))
    rows, total = await repository.page(
        principal.user_id,
        conditions,
        after=after,
        newest_first=page.sort_order == "desc",
        limit=page.limit,
    )
    shown, more = rows[: page.limit], len(rows) > page.limit
    following = None
    if more:
        following = cursors.encode([shown[-1].created_at.isoformat(), str(shown[-1].id)], scope=scope)
    return Page(
        data=await views.summaries(shown, language=language),
        pagination=Pagination(next_cursor=following, has_more=more, total_count=total),
    )


@router.get("/{job_id}", summary="A job", responses=errors(NotFoundError))
async def job(
    job_id: UUID, principal: SignedIn, repository: TheJobs, views: TheViews, language: AskedLanguage
) -> Reply[Job]:
    """Its pictures once they are there. Administrators may read anybody's."""
    row = await repository.job(job_id)
    is_admin = principal.role == "admin"
    if row is None or (row.user_id != principal.user_id and not is_admin):
        raise _missing()
    return Reply(data=await views.job(row, language=language, for_admin=is_admin))


@router.get("/{job_id}/progress", summary="How far a job is", responses=errors(NotFoundError))
async def progress(
    job_id: UUID, principal: SignedIn, repository: TheJobs, views: TheViews
) -> Reply[JobProgress]:
    row = await repository.own_job(job_id, principal.user_id)
    if row is None:
        raise _missing()
    return Reply(data=await views.progress(row))


@router.delete("/{job_id}", summary="Cancel a job", responses=errors(NotFoundError, JobNotCancellableError))
async def cancel(
    job_id: UUID, principal: SignedIn, queue: Annotated[JobQueue, service(JobQueue)]
) -> Reply[JobCancelled]:
    """One that waits ends at once and costs nothing; one that runs stops at its next step and pays for those done."""
    row = await queue.cancel(job_id, principal.user_id)
    ended = row.status == "cancelled"
    data = JobCancelled.model_validate(
        {
            "id": row.id,
            "job_id": row.id,
            "status": row.status,
            "refunded_credits": row.price if ended else 0,
        }
    )
    if ended:
        return Reply(data=data, message="The job is cancelled and its credits are back.")
    return Reply(data=data, message="The job stops at its next step.")


def _missing() -> NotFoundError:
    return NotFoundError("There is no such job of yours.")
