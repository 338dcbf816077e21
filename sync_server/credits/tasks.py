"""What credits do by the clock."""

import procrastinate

from sync_server.credits.repository import CreditRepository
from sync_server.credits.service import CreditLedger
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions

_AT_ONCE = 500


def register(app: procrastinate.App, *, transactions: Transactions, clock: Clock) -> None:
    @app.periodic(cron="7 * * * *")
    @app.task(name="credits.expire", queueing_lock="credits.expire", retry=3)
    async def expire(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        await expire_due(transactions, clock)


async def expire_due(transactions: Transactions, clock: Clock) -> int:
    """Book all that has expired, one person a transaction; tell how many credits."""
    expired = 0
    while True:
        async with transactions.begin() as work:
            accounts = await work.get(CreditRepository).accounts_with_due_lots(clock(), limit=_AT_ONCE)
        if not accounts:
            return expired
        for account_id in accounts:
            async with transactions.begin() as work:
                expired += await work.get(CreditLedger).expire(account_id)
