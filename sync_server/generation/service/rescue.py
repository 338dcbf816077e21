"""Jobs whose worker is gone go back into the queue."""

from sync_server.generation.service.runs import JobRuns
from sync_server.platform.work import Transactions

_AT_ONCE = 100


async def rescue_jobs(transactions: Transactions) -> int:
    """One a transaction; tell how many."""
    async with transactions.begin() as work:
        dead = await work.get(JobRuns).rescue(limit=_AT_ONCE)
    for job_id in dead:
        async with transactions.begin() as work:
            await work.get(JobRuns).give_up_worker(job_id)
    return len(dead)


async def rescue_forgotten_jobs(transactions: Transactions) -> int:
    async with transactions.begin() as work:
        return await work.get(JobRuns).rescue_forgotten(limit=_AT_ONCE)
