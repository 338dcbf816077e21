"""Searches that the artist keeps under a name."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.library.notices import Notice
from desktop.library.query import Query
from desktop.library.tables import SavedSearchRow
from shared.contracts.errors import InvalidRequestError


@dataclass(frozen=True)
class SavedSearch:
    id: str
    name: str
    query: Query


class SavedSearches:
    """Every method is one transaction."""

    def __init__(self, *, database: Database, new_id: Callable[[], str]) -> None:
        self.changes: Notice[None] = Notice()
        self._database = database
        self._new_id = new_id

    async def all(self) -> list[SavedSearch]:
        """In the order in which they were saved."""

        def work(session: Session) -> list[SavedSearch]:
            rows = session.scalars(select(SavedSearchRow).order_by(SavedSearchRow.position))
            return [
                SavedSearch(id=row.id, name=row.name, query=Query.model_validate_json(row.query))
                for row in rows
            ]

        return await self._database.run(work)

    async def save(self, name: str, query: Query) -> SavedSearch:
        """Raises InvalidRequestError without a name."""
        named = " ".join(name.split())[:100]
        if not named:
            raise InvalidRequestError("A saved search needs a name.", advice="Type one.")
        saved = SavedSearch(id=self._new_id(), name=named, query=query)
        await self.put_back(saved)
        return saved

    async def put_back(self, saved: SavedSearch) -> None:
        def work(session: Session) -> None:
            last = session.scalar(select(func.max(SavedSearchRow.position)))
            session.add(
                SavedSearchRow(
                    id=saved.id,
                    name=saved.name,
                    query=saved.query.model_dump_json(),
                    position=0 if last is None else last + 1,
                )
            )

        await self._database.run(work)
        self.changes.tell(None)

    async def remove(self, saved: SavedSearch) -> None:
        def work(session: Session) -> None:
            session.execute(delete(SavedSearchRow).where(SavedSearchRow.id == saved.id))

        await self._database.run(work)
        self.changes.tell(None)
