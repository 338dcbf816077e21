"""Between the rows of the queue's database and its values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement

from desktop.generation.jobs import Candidate, Job, JobState, Place
from desktop.generation.tables import JobRow, ResultRow
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import BlobId, Placement, Recipe, generation_request_adapter


@dataclass(frozen=True)
class StoredResult:
    """`library_blob` is the file that is, or was, to enter the library; `is_kept` once it is there."""

    candidate: Candidate
    library_blob: BlobId
    is_kept: bool


def stored_result_of(row: ResultRow) -> StoredResult:
    return StoredResult(candidate_of(row), row.library_blob, is_kept=row.staging != "storing")


def job_of(row: JobRow) -> Job:
    return Job(
        id=row.id,
        created_at=datetime.fromisoformat(row.created_at),
        position=row.position,
        request=generation_request_adapter.validate_json(row.request),
        state=cast("JobState", row.state),
        place=cast("Place", row.place),
        price_credits=row.price_credits,
        attempt=row.attempt,
        error=ErrorReport.model_validate_json(row.error) if row.error else None,
        document_id=row.document_id,
        placement=Placement(x=row.placement_x, y=row.placement_y),
    )


def candidate_of(row: ResultRow) -> Candidate:
    return Candidate(
        job_id=row.job_id,
        index=row.picture_index,
        picture_id=row.picture_id,
        blob=row.blob,
        width=row.width,
        height=row.height,
        placement=Placement(x=row.placement_x, y=row.placement_y),
        recipe=Recipe.model_validate_json(row.recipe),
        document_id=row.document_id,
    )


def result_row(candidate: Candidate, *, library_blob: BlobId, position: int) -> ResultRow:
    return ResultRow(
        job_id=candidate.job_id,
        picture_index=candidate.index,
        position=position,
        picture_id=candidate.picture_id,
        library_blob=library_blob,
        blob=candidate.blob,
        width=candidate.width,
        height=candidate.height,
        placement_x=candidate.placement.x,
        placement_y=candidate.placement.y,
        recipe=candidate.recipe.model_dump_json(),
        document_id=candidate.document_id,
        staging="storing",
    )


def state_in(states: Collection[JobState]) -> ColumnElement[bool]:
    return JobRow.state.in_(sorted(states))
