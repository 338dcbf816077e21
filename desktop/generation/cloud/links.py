"""Which job of the cloud a job of the queue is, kept on disk before the cloud is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from desktop.generation.tables import CloudJobRow
from desktop.library.database import Database

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class CloudLink:
    """`cloud_id` is the job's id there, chosen here: whoever asks with it twice gets one job."""

    job_id: str
    cloud_id: UUID
    server: str
    user_id: UUID
    email: str
    is_cancelled: bool = False
    is_over: bool = False
    """Its end was heard."""


class CloudLinks:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def find(self, job_id: str) -> CloudLink | None:
        """The one that the job is followed by when it is run."""
        mine = select(CloudJobRow).where(CloudJobRow.job_id == job_id, ~CloudJobRow.is_cancelled)

        def read(session: Session) -> CloudLink | None:
            row = session.scalars(mine).first()
            return _link(row) if row else None

        return await self._run(read)

    async def add(self, link: CloudLink) -> None:
        row = CloudJobRow(
            cloud_id=str(link.cloud_id),
            job_id=link.job_id,
            server=link.server,
            user_id=str(link.user_id),
            email=link.email,
            is_cancelled=link.is_cancelled,
            is_over=link.is_over,
        )
        await self._run(lambda session: session.add(row))

    async def forget(self, cloud_id: UUID) -> None:
        mine = CloudJobRow.cloud_id == str(cloud_id)
        await self._run(lambda session: session.execute(delete(CloudJobRow).where(mine)))

    async def mark_over(self, cloud_id: UUID) -> None:
        """It stays for a run that a kill cut off; one that was cancelled has nothing left to do."""
        mine = CloudJobRow.cloud_id == str(cloud_id)

        def change(session: Session) -> None:
            session.execute(delete(CloudJobRow).where(mine, CloudJobRow.is_cancelled))
            session.execute(update(CloudJobRow).where(mine).values(is_over=True))

        await self._run(change)

    async def mark_cancelled(self, job_id: str) -> None:
        """It is to be cancelled in the cloud, as soon as that can be told."""
        mine = (CloudJobRow.job_id == job_id) & ~CloudJobRow.is_over
        await self._run(
            lambda session: session.execute(update(CloudJobRow).where(mine).values(is_cancelled=True))
        )

    async def cancelled(self) -> tuple[CloudLink, ...]:
        """Those that the cloud may not have been told of yet."""
        marked = select(CloudJobRow).where(CloudJobRow.is_cancelled)
        return await self._run(lambda session: tuple(_link(row) for row in session.scalars(marked)))

    async def _run(self, function: Callable[[Session], T]) -> T:
        return await self._database.run(function)


def _link(row: CloudJobRow) -> CloudLink:
    return CloudLink(
        job_id=row.job_id,
        cloud_id=UUID(row.cloud_id),
        server=row.server,
        user_id=UUID(row.user_id),
        email=row.email,
        is_cancelled=row.is_cancelled,
        is_over=row.is_over,
    )
