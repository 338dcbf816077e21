"""Jobs whose worker is gone go back into the queue."""

from sync_server.generation.repository import JobRepository
from sync_server.generation.service.runs import DEAD_AFTER, JobRuns
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions

_AT_ONCE = 100


async def rescue_jobs(transactions: Transactions, clock: Clock) -> int:
    """One a transaction; tell how many."""
    async with transactions.begin() as work:
        dead = await work.get(JobRepository).dead_jobs(clock() - DEAD_AFTER, limit=_AT_ONCE)
    for job_id in dead:
        async with transactions.begin() as work:
            await work.get(JobRuns).give_up_worker(job_id)
    return len(dead)
