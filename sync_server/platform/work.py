"""The unit of work: one request or task is one transaction, and its services act inside it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from sync_server.platform.errors import ServerError

Service = TypeVar("Service")


class Work:
    """One transaction. Services made for it share its session; none of them commits."""

    def __init__(
        self, *, session: AsyncSession, builders: Mapping[type[Any], Callable[["Work"], Any]]
    ) -> None:
        self.session = session
        self._builders = builders
        self._made: dict[type[Any], Any] = {}

    def get(self, kind: type[Service]) -> Service:
        """The one `kind` of this transaction. Services ask for others only while they are built."""
        if kind not in self._made:
            self._made[kind] = self._builders[kind](self)
        return cast(Service, self._made[kind])


class Transactions:
    """Opens units of work: at the edge of a request, of a task, of a command."""

    def __init__(
        self,
        *,
        sessions: async_sessionmaker[AsyncSession],
        builders: Mapping[type[Any], Callable[[Work], Any]],
    ) -> None:
        self._sessions = sessions
        self._builders = builders

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """Commits at the end; rolls back on an error, but for a ServerError that `keeps_work`."""
        async with self._sessions() as session:
            try:
                yield Work(session=session, builders=self._builders)
            except ServerError as error:
                if error.keeps_work:
                    await session.commit()
                raise
            await session.commit()
