"""What generation does by the clock and behind replies, in the server's own processes."""

from datetime import timedelta
from uuid import UUID

import procrastinate

from sync_server.generation.repository import JobRepository
from sync_server.generation.service.inputs import input_key
from sync_server.generation.service.rescue import rescue_forgotten_jobs, rescue_jobs
from sync_server.generation.service.statistics import DELETE_FILES_OF
from sync_server.generation.service.sweep import sweep_storage
from sync_server.generation.service.uploads import Uploads
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

_INPUTS_KEPT = timedelta(days=2)
_WORKERS_KEPT = timedelta(days=1)
_AT_ONCE = 200
_RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)
_FOLDERS = ("pictures", "inputs", "uploads", "gallery", "blobs", "parts")


def register(
    app: procrastinate.App, *, transactions: Transactions, storage: Storage, uploads: Uploads, clock: Clock
) -> None:
    @app.periodic(cron="* * * * *")
    @app.task(name="generation.rescue", queueing_lock="generation.rescue")
    async def rescue(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        await rescue_jobs(transactions)
        await rescue_forgotten_jobs(transactions)

    @app.periodic(cron="17 * * * *")
    @app.task(name="generation.clean", queueing_lock="generation.clean", retry=3)
    async def clean(timestamp: int) -> None:  # noqa: ARG001 - as above
        await clean_up(transactions, storage=storage, uploads=uploads, clock=clock)

    @app.periodic(cron="23 3 * * *")
    @app.task(name="generation.sweep", queueing_lock="generation.sweep", retry=3)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 - as above
        await sweep_storage(transactions, storage=storage, clock=clock)

    @app.task(name=DELETE_FILES_OF, retry=_RETRY)
    async def delete_files_of(user_id: str) -> None:
        for folder in _FOLDERS:
            for key in await storage.keys(f"{folder}/{UUID(user_id)}/"):
                await storage.delete(key)


async def clean_up(transactions: Transactions, *, storage: Storage, uploads: Uploads, clock: Clock) -> None:
    """Pictures that were handed in and that no open job needs, uploads that expired, workers that are long gone."""
    now = clock()
    async with transactions.begin() as work:
        repository = work.get(JobRepository)
        await repository.forget_workers(now - _WORKERS_KEPT)
        for upload in await repository.expired_uploads(now, limit=_AT_ONCE):
            await work.session.delete(upload)
            await uploads.abandon(upload)
    async with transactions.begin() as work:
        old = await work.get(JobRepository).old_inputs(now - _INPUTS_KEPT, limit=_AT_ONCE)
        keys = [input_key(row.user_id, row.blob) for row in old]
        for row in old:
            await work.session.delete(row)
    # After the commit: a row without its file would be believed by the next job.
    for key in keys:
        await storage.delete(key)
