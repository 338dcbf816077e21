"""One round with the server: tell what changed here, hear what changed elsewhere. It may be cut off anywhere."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from desktop.sync.journal import Journal
from shared.contracts.sync import MOST_ROWS, Pushed, SyncChanges, SyncRow

Applied = Callable[[Sequence[SyncRow]], Awaitable[None]]


class SyncServer(Protocol):
    """Raises whatever says that the server could not be asked."""

    async def push(self, rows: Sequence[SyncRow]) -> Pushed: ...

    async def changes(self, *, after: int, epoch: UUID | None, limit: int) -> SyncChanges: ...


class SyncRounds:
    """`apply` brings rows that changed elsewhere into the library; it is called again where it was cut off."""

    def __init__(
        self, *, journal: Journal, server: SyncServer, apply: Applied, rows_a_page: int = MOST_ROWS
    ) -> None:
        self._journal = journal
        self._server = server
        self._apply = apply
        self._rows_a_page = rows_a_page

    async def run(self) -> list[str]:
        """Until nothing waits and nothing is new. Files of rows pushed that the server still lacks."""
        missing: dict[str, None] = {}
        while waiting := await self._journal.waiting(most=self._rows_a_page):
            pushed = await self._server.push([row for _, row in waiting])
            missing |= dict.fromkeys(pushed.missing_blobs)
            await self._journal.sent([number for number, _ in waiting])
        more = True
        while more:
            position = await self._journal.position()
            changes = await self._server.changes(
                after=position.next, epoch=position.epoch, limit=self._rows_a_page
            )
            changed = await self._journal.receive(changes)
            if changed:
                await self._apply(changed)
            more = changes.has_more
        return list(missing)
