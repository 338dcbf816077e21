"""The unit of work: one request or task is one transaction, and its services act inside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.platform.database import Database
from sync_server.platform.errors import ServerError
from sync_server.platform.statements import Row, Statement

Service = TypeVar("Service")


class Work:
    """One transaction. Services made for it share its session; none of them commits.

    It begins with the first use of the session: a request that only reads through `read` has none.
    """

    def __init__(
        self,
        *,
        database: Database,
        builders: Mapping[type[Any], Callable[["Work"], Any]],
    ) -> None:
        self._database = database
        self._session: AsyncSession | None = None
        self._connection: AsyncConnection[Any] | None = None
        self._builders = builders
        self._made: dict[type[Any], Any] = {}

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            self._session = self._database.sessions()
        return self._session

    @property
    def began(self) -> bool:
        """Whether there is anything to commit."""
        return self._session is not None and self._session.in_transaction()

    def get(self, kind: type[Service]) -> Service:
        """The one `kind` of this transaction. Services ask for others only while they are built."""
        if kind not in self._made:
            self._made[kind] = self._builders[kind](self)
        return cast(Service, self._made[kind])

    async def read(self, statement: Statement, **parameters: Any) -> list[Row]:
        """Within the transaction where it has begun, else alone, which costs a fraction."""
        if self.began:
            return await self.run(statement, **parameters)
        return await self._database.alone.read(statement, parameters)

    async def run(self, statement: Statement, **parameters: Any) -> list[Row]:
        """Within the transaction, after what the session has not written yet; the session learns nothing of it."""
        session = self.session
        if session.new or session.dirty or session.deleted:
            await session.flush()
        if self._connection is None or not self.began:
            raw = await (await session.connection()).get_raw_connection()
            self._connection = cast(AsyncConnection[Any], raw.driver_connection)
        return await statement.run(self._connection, parameters)

    async def run_alone(self, statement: Statement, **parameters: Any) -> list[Row]:
        """For an operation whose whole change is this one statement: done or not done, whatever comes after."""
        return await self._database.alone.run(statement, parameters)


class Transactions:
    """Opens units of work: at the edge of a request, of a task, of a command."""

    def __init__(self, *, database: Database, builders: Mapping[type[Any], Callable[[Work], Any]]) -> None:
        self._database = database
        self._builders = builders

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """Commits at the end; rolls back on an error, but for a ServerError that `keeps_work`."""
        work = Work(database=self._database, builders=self._builders)
        try:
            yield work
            if work.began:
                await work.session.commit()
        except ServerError as error:
            if error.keeps_work and work.began:
                await work.session.commit()
            raise
        finally:
            if work.began:
                await asyncio.shield(work.session.close())  # also where the request is given up meanwhile
