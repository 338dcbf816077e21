"""What billing does apart from requests: events, mails, and what the calendar brings."""

from uuid import UUID

import procrastinate

from sync_server.billing.service import CANCEL, HANDLE, EventHandler, Subscriptions
from sync_server.platform.queue import TaskQueue
from sync_server.platform.work import Transactions

REFRESH = "billing.refresh_subscription"
CATCH_UP = "billing.catch_up"
_AT_ONCE = 500
_RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)


def register(app: procrastinate.App, *, transactions: Transactions) -> None:
    @app.task(name=HANDLE)
    async def handle_webhook(event_id: str) -> None:
        # Its tries are counted in the inbox, where an operator sees them.
        async with transactions.begin() as work:
            handler = work.get(EventHandler)
        await handler.handle(UUID(event_id))

    @app.task(name=REFRESH, retry=_RETRY)
    async def refresh_subscription(provider: str, subscription: str) -> None:
        async with transactions.begin() as work:
            handler = work.get(EventHandler)
        await handler.refresh(provider, subscription)

    @app.task(name=CANCEL, retry=_RETRY)
    async def cancel_subscription(provider: str, subscription: str) -> None:
        async with transactions.begin() as work:
            handler = work.get(EventHandler)
        await handler.cancel(provider, subscription)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name=CATCH_UP, queueing_lock=CATCH_UP, retry=3)
    async def catch_up(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        await catch_up_all(transactions)


async def catch_up_all(transactions: Transactions) -> None:
    """Months that have come, graces that are over, and subscriptions of which nothing was heard."""
    while True:
        async with transactions.begin() as work:
            users = await work.get(Subscriptions).due(limit=_AT_ONCE)
        for user_id in users:
            async with transactions.begin() as work:
                await work.get(Subscriptions).catch_up(user_id)
        if len(users) < _AT_ONCE:
            break
    async with transactions.begin() as work:
        for provider, subscription in await work.get(Subscriptions).overdue(limit=_AT_ONCE):
            await work.get(TaskQueue).defer(REFRESH, provider=provider, subscription=subscription)
