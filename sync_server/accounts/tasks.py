"""What accounts do by the clock, and behind a reply that must not tell who has an account."""

from datetime import timedelta

import procrastinate

from sync_server.accounts.repository import AccountRepository, WaysInRepository
from sync_server.accounts.service import AccountMails, Accounts, Deletion
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions

_KEPT = timedelta(days=1)
_AT_ONCE = 200


def register(app: procrastinate.App, *, transactions: Transactions, clock: Clock) -> None:
    @app.periodic(cron="23 * * * *")
    @app.task(name="accounts.clear_old", queueing_lock="accounts.clear_old", retry=3)
    async def clear_old(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        async with transactions.begin() as work:
            await work.get(AccountRepository).clear_old(clock() - _KEPT)
            await work.get(WaysInRepository).clear_old(clock() - _KEPT)

    @app.task(name="accounts.mail_reset", retry=3)
    async def mail_reset(email: str) -> None:
        async with transactions.begin() as work:
            account = await work.get(Accounts).find(email)
            if account is not None:
                await work.get(AccountMails).reset_password(
                    user_id=account.id, email=account.email, language=account.language
                )

    @app.periodic(cron="37 * * * *")
    @app.task(name="accounts.erase", queueing_lock="accounts.erase", retry=3)
    async def erase(timestamp: int) -> None:  # noqa: ARG001 - as above
        await erase_due(transactions)


async def erase_due(transactions: Transactions) -> int:
    """Carry out the deletions whose thirty days are over, one a transaction; tell how many."""
    async with transactions.begin() as work:
        due = await work.get(Deletion).due(limit=_AT_ONCE)
    for user_id in due:
        async with transactions.begin() as work:
            await work.get(Deletion).erase(user_id)
    return len(due)
