"""The inbox of webhooks: verified, stored, answered; handled once in a task, kept where that fails."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sync_server.billing.providers.port import PaymentProvider
from sync_server.billing.repository import BillingRepository
from sync_server.billing.tables import WebhookRow
from sync_server.platform.errors import NotFoundError
from sync_server.platform.ports import World
from sync_server.platform.queue import TaskQueue

HANDLE = "billing.handle_webhook"
_TRIES = 8
_FIRST_WAIT = timedelta(seconds=15)
_STUCK = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Backlog:
    provider: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, kw_only=True)
class InboxHealth:
    """Well where nothing failed and nothing waits for long."""

    well: bool
    backlog: Sequence[Backlog]
    last_handled_at: datetime | None


class WebhookInbox:
    def __init__(self, *, repository: BillingRepository, queue: TaskQueue, world: World) -> None:
        self._repository = repository
        self._queue = queue
        self._world = world

    async def receive(self, provider: PaymentProvider, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether it is new. One that failed and is sent again is tried again. Raises UnauthorizedError."""
        provider.verify(body, headers, now=self._world.clock())
        event = provider.read_event(body)
        row = WebhookRow(
            id=self._world.new_id(),
            provider=provider.name,
            event_id=event.id,
            kind=event.kind,
            payload=json.loads(body),
            state="waiting",
            attempts=0,
            received_at=self._world.clock(),
        )
        if await self._repository.receive(row):
            await self._queue.defer(HANDLE, event_id=str(row.id))
            return True
        known = await self._repository.known_event(provider.name, event.id)
        if known.state == "failed":
            await self._again(known)
        return False

    async def open(self, row_id: UUID, *, lock: bool = False) -> WebhookRow | None:
        """None where it is handled already."""
        row = await self._repository.event(row_id, lock=lock)
        return row if row is not None and row.state == "waiting" else None

    async def handled(self, row: WebhookRow) -> None:
        row.state, row.problem, row.handled_at = "handled", None, self._world.clock()
        row.attempts += 1
        await self._repository.flush()

    async def failed(self, row: WebhookRow, *, problem: str, hopeless: bool) -> None:
        """Tried again with growing waits, unless that can't help; then kept for an operator."""
        row.attempts += 1
        row.problem = problem
        if hopeless or row.attempts >= _TRIES:
            row.state = "failed"
        else:
            wait = _FIRST_WAIT * 4 ** (row.attempts - 1)
            await self._queue.defer(HANDLE, schedule_at=self._world.clock() + wait, event_id=str(row.id))
        await self._repository.flush()

    async def list_failed(self, *, limit: int = 100) -> Sequence[WebhookRow]:
        return await self._repository.failed_events(limit=limit)

    async def retry(self, row_id: UUID) -> None:
        row = await self._repository.event(row_id, lock=True)
        if row is None or row.state != "failed":
            raise NotFoundError("No failed event has this id.", advice="List the failed events first.")
        await self._again(row)

    async def health(self) -> InboxHealth:
        backlog = [
            Backlog(provider=provider, state=state, count=count, oldest=oldest)
            for (provider, state), (count, oldest) in sorted((await self._repository.backlog()).items())
        ]
        late = self._world.clock() - _STUCK
        return InboxHealth(
            well=all(entry.state == "waiting" and entry.oldest > late for entry in backlog),
            backlog=backlog,
            last_handled_at=await self._repository.last_handled(),
        )

    async def _again(self, row: WebhookRow) -> None:
        row.state, row.attempts = "waiting", 0
        await self._repository.flush()
        await self._queue.defer(HANDLE, event_id=str(row.id))
