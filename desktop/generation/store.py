"""The queue on disk: every change is one transaction, so that a kill at any moment leaves a whole state."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from desktop.generation.jobs import (
    FINISHED_STATES,
    Candidate,
    Job,
    JobState,
    Place,
    Settlement,
    input_blobs,
)
from desktop.generation.rows import StoredResult, candidate_of, job_of, result_row, state_in, stored_result_of
from desktop.generation.tables import CloudJobRow, JobRow, PaceRow, QueueSettingRow, ResultRow
from desktop.library.database import Database
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import BlobId, GenerationRequest, Placement

T = TypeVar("T")

FINISHED_JOBS_SHOWN = 50
_PAUSED = "paused"


class JobStore:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def add(
        self,
        *,
        job_id: str,
        created_at: datetime,
        request: GenerationRequest,
        document_id: str,
        placement: Placement,
        place: Place = "local",
        price_credits: int | None = None,
    ) -> Job:
        def insert(session: Session) -> Job:
            row = JobRow(
                id=job_id,
                created_at=created_at.astimezone(UTC).isoformat(),
                position=_next_position(session),
                place=place,
                price_credits=price_credits,
                request=request.model_dump_json(),
                state="waiting",
                attempt=1,
                error=None,
                document_id=document_id,
                placement_x=placement.x,
                placement_y=placement.y,
            )
            session.add(row)
            session.flush()
            return job_of(row)

        return await self._run(insert)

    async def jobs(self) -> tuple[Job, ...]:
        """Every job still to be done and the latest finished ones, the oldest first."""

        def read(session: Session) -> tuple[Job, ...]:
            finished = (
                select(JobRow.id)
                .where(state_in(FINISHED_STATES))
                .order_by(JobRow.position.desc())
                .limit(FINISHED_JOBS_SHOWN)
            )
            shown = or_(JobRow.id.in_(finished), state_in({"waiting", "running"}))
            return tuple(
                job_of(row) for row in session.scalars(select(JobRow).where(shown).order_by(JobRow.position))
            )

        return await self._run(read)

    async def recover(self) -> None:
        """After a restart: what was running waits again, at its old position, for its next attempt."""
        await self._run(
            lambda session: session.execute(
                update(JobRow)
                .where(JobRow.state == "running")
                .values(state="waiting", attempt=JobRow.attempt + 1)
            )
        )

    async def start_next(self, place: Place) -> Job | None:
        def start(session: Session) -> Job | None:
            row = session.scalars(
                select(JobRow)
                .where(JobRow.state == "waiting", JobRow.place == place)
                .order_by(JobRow.position)
                .limit(1)
            ).first()
            if row is None:
                return None
            row.state = "running"
            row.error = None
            session.flush()
            return job_of(row)

        return await self._run(start)

    async def finish(self, job: Job, state: JobState, error: ErrorReport | None = None) -> bool:
        """False where this attempt is no longer the running one: cancelled or retried meanwhile."""

        def change(session: Session) -> bool:
            row = session.get(JobRow, job.id)
            if row is None or row.state != "running" or row.attempt != job.attempt:
                return False
            row.state = state
            row.error = error.model_dump_json() if error else None
            return True

        return await self._run(change)

    async def cancel(self, job_id: str) -> JobState | None:
        """The state that the job was cancelled out of; None where it was finished or gone already."""

        def change(session: Session) -> JobState | None:
            row = session.get(JobRow, job_id)
            if row is None or row.state not in {"waiting", "running"}:
                return None
            before = job_of(row).state
            row.state = "cancelled"
            return before

        return await self._run(change)

    async def retry(self, job_id: str) -> bool:
        """A failed or cancelled job waits again, behind the others. False where it was neither."""

        def change(session: Session) -> bool:
            row = session.get(JobRow, job_id)
            if row is None or row.state not in {"failed", "cancelled"}:
                return False
            # What ended in the cloud is another job there; what goes on there is followed further.
            session.execute(delete(CloudJobRow).where(CloudJobRow.job_id == job_id, CloudJobRow.is_over))
            row.position = _next_position(session)
            row.state, row.error, row.attempt = "waiting", None, row.attempt + 1
            return True

        return await self._run(change)

    async def remove(self, job_id: str) -> bool:
        """Takes a job out of the list unless it is running; candidates that it made stay staged."""

        def change(session: Session) -> bool:
            row = session.get(JobRow, job_id)
            if row is None or row.state == "running":
                return False
            session.delete(row)
            _forget_settled_results(session)
            return True

        return await self._run(change)

    async def clear_finished(self) -> None:
        def change(session: Session) -> None:
            session.execute(delete(JobRow).where(state_in(FINISHED_STATES)))
            _forget_settled_results(session)

        await self._run(change)

    async def intend(self, candidate: Candidate, library_blob: BlobId) -> None:
        """Notes that this picture is about to enter the library."""

        def insert(session: Session) -> None:
            latest = session.scalar(select(func.max(ResultRow.position))) or 0
            session.add(result_row(candidate, library_blob=library_blob, position=latest + 1))

        await self._run(insert)

    async def stage(self, candidate: Candidate, picture_id: str) -> Candidate:
        """The picture is in the library: it may now be shown."""

        def change(session: Session) -> None:
            row = session.get_one(ResultRow, (candidate.job_id, candidate.index))
            row.picture_id, row.staging = picture_id, "staged"

        await self._run(change)
        return replace(candidate, picture_id=picture_id)

    async def intended(self) -> tuple[StoredResult, ...]:
        """Pictures that a kill kept out of the library."""
        storing = select(ResultRow).where(ResultRow.staging == "storing").order_by(ResultRow.position)
        return await self._run(
            lambda session: tuple(stored_result_of(row) for row in session.scalars(storing))
        )

    async def forget(self, candidate: Candidate) -> None:
        mine = (ResultRow.job_id == candidate.job_id) & (ResultRow.picture_index == candidate.index)
        await self._run(lambda session: session.execute(delete(ResultRow).where(mine)))

    async def result(self, job_id: str, index: int) -> StoredResult | None:
        def read(session: Session) -> StoredResult | None:
            row = session.get(ResultRow, (job_id, index))
            return stored_result_of(row) if row else None

        return await self._run(read)

    async def settle(self, candidate: Candidate, settlement: Settlement) -> None:
        def change(session: Session) -> None:
            row = session.get(ResultRow, (candidate.job_id, candidate.index))
            if row is not None:
                row.staging = settlement

        await self._run(change)

    async def candidates(self) -> tuple[Candidate, ...]:
        """All that are staged, in the order in which they were finished."""
        staged = select(ResultRow).where(ResultRow.staging == "staged").order_by(ResultRow.position)
        return await self._run(lambda session: tuple(candidate_of(row) for row in session.scalars(staged)))

    async def blobs_in_use(self) -> frozenset[BlobId]:
        """Pictures that a listed job or a staged candidate still needs."""

        def read(session: Session) -> frozenset[BlobId]:
            unsettled = list(
                session.scalars(select(ResultRow).where(ResultRow.staging.in_(["storing", "staged"])))
            )
            requests = [job_of(row).request for row in session.scalars(select(JobRow))]
            requests += [candidate_of(row).recipe.request for row in unsettled]
            used = {blob for request in requests for blob in input_blobs(request)}
            return frozenset(used | {blob for row in unsettled for blob in (row.blob, row.library_blob)})

        return await self._run(read)

    async def paces(self) -> dict[str, float]:
        """By model, in seconds for one step of a million pixels."""
        return await self._run(
            lambda session: {row.model_id: row.seconds for row in session.scalars(select(PaceRow))}
        )

    async def remember_pace(self, model_id: str, seconds: float) -> float:
        """Half of what was known and half of this: a machine that is busy once does not count for long."""

        def change(session: Session) -> float:
            known = session.get(PaceRow, model_id)
            pace = seconds if known is None else (known.seconds + seconds) / 2
            session.merge(PaceRow(model_id=model_id, seconds=pace))
            return pace

        return await self._run(change)

    async def is_paused(self) -> bool:
        def read(session: Session) -> bool:
            row = session.get(QueueSettingRow, _PAUSED)
            return row is not None and row.value == "yes"

        return await self._run(read)

    async def set_paused(self, *, paused: bool) -> None:
        await self._run(
            lambda session: session.merge(QueueSettingRow(name=_PAUSED, value="yes" if paused else "no"))
        )

    async def _run(self, function: Callable[[Session], T]) -> T:
        return await self._database.run(function)


def _next_position(session: Session) -> int:
    return (session.scalar(select(func.max(JobRow.position))) or 0) + 1


def _forget_settled_results(session: Session) -> None:
    """Rows of taken and dropped pictures only keep a listed job from storing them twice, links only from paying."""
    session.execute(
        delete(CloudJobRow).where(CloudJobRow.is_over, CloudJobRow.job_id.not_in(select(JobRow.id)))
    )
    session.execute(
        delete(ResultRow).where(
            ResultRow.staging.in_(["taken", "dropped"]), ResultRow.job_id.not_in(select(JobRow.id))
        )
    )
