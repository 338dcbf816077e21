"""The server's API for whoever is signed in: typed questions, tokens renewed on the way."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from desktop.account.errors import CloudError
from desktop.account.session import Session
from desktop.account.tokens import TokenStore
from desktop.account.wire import Envelope, Question, Wire
from shared.contracts.base import Contract

Answer = TypeVar("Answer")

_STALE = frozenset({"INVALID_TOKEN", "TOKEN_EXPIRED"})


class CloudClient:
    """Of one server; `move` goes to another."""

    def __init__(self, *, server: str, store: TokenStore, language: Callable[[], str], agent: str) -> None:
        self._store = store
        self._language = language
        self._agent = agent
        self._open(server)

    @property
    def server(self) -> str:
        return self.wire.server

    async def move(self, server: str) -> None:
        await self.wire.close()
        self._open(server)

    async def get(self, path: str, answer: type[Answer], **query: Any) -> Answer:
        """Raises CloudError, UnreachableError, NotSignedInError; so do the others."""
        return (await self.page(path, **query)).read(answer)

    async def page(self, path: str, **query: Any) -> Envelope:
        given = {name: value for name, value in query.items() if value is not None}
        return await self.ask(Question(method="GET", path=path, query=given))

    async def post(
        self,
        path: str,
        answer: type[Answer],
        body: Contract | Mapping[str, Any] | None = None,
        *,
        key: str = "",
    ) -> Answer:
        return (await self.ask(Question(method="POST", path=path, body=body, key=key))).read(answer)

    async def delete(self, path: str, answer: type[Answer]) -> Answer:
        return (await self.ask(Question(method="DELETE", path=path))).read(answer)

    async def ask(self, question: Question) -> Envelope:
        token = await self.session.token()
        try:
            return await self.wire.ask(question, token=token)
        except CloudError as error:
            if error.name not in _STALE:
                raise
        return await self.wire.ask(question, token=await self.session.renew(token))

    async def close(self) -> None:
        await self.wire.close()

    def _open(self, server: str) -> None:
        self.wire = Wire(server=server, language=self._language, agent=self._agent)
        self.session = Session(wire=self.wire, store=self._store)
