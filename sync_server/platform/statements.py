"""Statements of the paths that are walked at every request: written with SQLAlchemy, run by the driver itself.

What a session, a transaction and the ORM add to a short query costs several times what the query does.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any, Self

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Executable, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

Row = Any
"""A named tuple of the statement's columns."""
Observe = Callable[[str], AbstractContextManager[None]]

_PATIENCE_SECONDS = 5.0
"""For a connection; after that the server is too busy, or its database is gone."""
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # the library's is not typed


class Statement:
    """Compiled once, where a module makes it; its `bindparam`s are what it is run with."""

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]  # every Executable that we write has it
        self.sql = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}

    @classmethod
    def of(cls, sql: str) -> Self:
        """From SQL with `:name` for each parameter."""
        return cls(text(sql))

    async def run(self, connection: AsyncConnection[Any], parameters: dict[str, Any]) -> list[Row]:
        cursor = connection.cursor(row_factory=namedtuple_row)
        await cursor.execute(self.sql, self._constants | parameters)
        return await cursor.fetchall()


class Alone:
    """Runs statements each by itself, as a transaction of its own: one round trip, committed at once."""

    def __init__(self, *, url: str, pool_size: int, options: str) -> None:
        """`url` in the driver's own form. Nothing is opened before the first statement."""
        self._pool = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=_PATIENCE_SECONDS,
            kwargs={"autocommit": True, "options": options},
            name="alone",
        )
        self._observe: Observe = _unobserved

    def observe(self, observe: Observe) -> None:
        """Run each statement within what `observe` makes of its text."""
        self._observe = observe

    async def read(self, statement: Statement, parameters: dict[str, Any]) -> list[Row]:
        """Again where the connection had died while nobody used it: a reading may be repeated."""
        for _ in range(self._pool.max_size):
            async with self._connection() as connection:
                try:
                    return await self._run(connection, statement, parameters)
                except OperationalError:
                    if not connection.closed:
                        raise
        return await self.run(statement, parameters)

    async def run(self, statement: Statement, parameters: dict[str, Any]) -> list[Row]:
        async with self._connection() as connection:
            return await self._run(connection, statement, parameters)

    async def _run(
        self, connection: AsyncConnection[Any], statement: Statement, parameters: dict[str, Any]
    ) -> list[Row]:
        with self._observe(statement.sql):
            return await statement.run(connection, parameters)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        if self._pool.closed:
            await self._pool.open()
        connection = await self._pool.getconn()
        try:
            yield connection
        finally:
            await self._pool.putconn(connection)

    async def close(self) -> None:
        await self._pool.close()


@contextmanager
def _unobserved(_: str) -> Iterator[None]:
    yield
