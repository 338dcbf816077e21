"""A worker process: which queues it works off, in which order, and what it reports of itself."""

import asyncio
import contextlib
import itertools
import logging
import math
import platform
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import procrastinate
import psutil
from procrastinate.jobs import Job as QueuedTask
from procrastinate.manager import JobManager
from sqlalchemy import func, select

from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.fairness import keeps_warm_model
from sync_server.generation.service.jobs import GENERATE, model_queue
from sync_server.generation.service.rescue import rescue_jobs
from sync_server.generation.tables import JobRow, WorkerRow
from sync_server.generation.worker.executor import Executor
from sync_server.generation.worker.runner import Runner
from sync_server.models.rules import CLASSIC
from sync_server.models.service import ModelCatalogue
from sync_server.platform.database import CONNECTION_LOST
from sync_server.platform.ports import World
from sync_server.platform.queue import keep_working
from sync_server.platform.work import Transactions

log = logging.getLogger("pentimento.worker")

_REPORTS_IN_A_SILENCE = 3
_LONGEST_BETWEEN_REPORTS = 10.0
_REPORTS_TO_A_SWEEP = 60
_LOOKS_EVERY = 1.0
_BLOBS_KEPT = timedelta(hours=6)


class WarmFirst(JobManager):
    """Fetches jobs of the model that is loaded first, as long as nobody else waits longer than `patience`."""

    def __init__(
        self,
        connector: Any,
        *,
        transactions: Transactions,
        runner: Runner,
        models: Sequence[str],
        world: World,
        patience: timedelta,
    ) -> None:
        super().__init__(connector)
        self._transactions = transactions
        self._runner = runner
        self._models = models
        self._world = world
        self._patience = patience
        self._looked_at = -math.inf
        self._longest: datetime | None = None

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> QueuedTask | None:
        warm = self._runner.warm_model
        if warm is not None and len(self._models) > 1 and await self._keeps(warm):
            job = await super().fetch_job([model_queue(warm)], worker_id)
            if job is not None:
                return job
        return await super().fetch_job(queues, worker_id)

    async def _keeps(self, warm: str) -> bool:
        """It looks once a second at most: a patience of a minute needs no more."""
        if time.monotonic() - self._looked_at >= _LOOKS_EVERY:
            others = [name for name in self._models if name != warm]
            async with self._transactions.begin() as work:
                self._longest = await work.session.scalar(
                    select(func.min(JobRow.queued_at)).where(
                        JobRow.status == "queued", JobRow.model.in_(others)
                    )
                )
            self._looked_at = time.monotonic()
        waits = None if self._longest is None else self._world.clock() - self._longest
        return keeps_warm_model(longest_wait_of_others=waits, patience=self._patience)


class WorkerService:
    def __init__(
        self,
        *,
        app: procrastinate.App,
        transactions: Transactions,
        executor: Executor,
        runner: Runner,
        worker_id: UUID,
        world: World,
        silence: timedelta,
        alive_file: Path | None = None,
    ) -> None:
        """`silence` is the time after which others take a worker for dead; `alive_file` is touched all the while."""
        self._app = app
        self._alive_file = alive_file
        self._transactions = transactions
        self._silence = silence.total_seconds()
        self._executor = executor
        self._runner = runner
        self._id = worker_id
        self._world = world
        self._started_at = world.clock()
        self._models: list[str] = []
        self._parts: list[str] = []

    async def run(self, *, concurrency: int, grace_seconds: float, patience: timedelta) -> None:
        """Until cancelled; a job in hand then has `grace_seconds` to end, after which it is handed back."""
        models = await self._executor.models()
        self._models = [model.name for model in models if model.kinds]
        self._parts = [model.name for model in models if not model.kinds]
        if self._executor.does_classic:
            self._models.append(CLASSIC)

        @self._app.task(name=GENERATE)
        async def generate(job_id: str) -> None:
            await self._runner.run(UUID(job_id))

        self._app.job_manager = WarmFirst(
            self._app.connector,
            transactions=self._transactions,
            runner=self._runner,
            models=self._models,
            world=self._world,
            patience=patience,
        )
        await self._report("working", concurrency)
        reporting = asyncio.create_task(self._keep_reporting(concurrency))
        try:
            await keep_working(
                self._app,
                queues=[model_queue(name) for name in self._models],
                name=f"generation-{self._id}",
                concurrency=concurrency,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=grace_seconds,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self._silence / _REPORTS_IN_A_SILENCE / 2,
                stalled_worker_timeout=self._silence,
            )
        finally:
            reporting.cancel()
            await asyncio.gather(reporting, return_exceptions=True)
            await self._executor.close()
            with contextlib.suppress(*CONNECTION_LOST):
                async with self._transactions.begin() as work:
                    await work.get(JobRepository).forget_worker(self._id)

    async def _keep_reporting(self, concurrency: int) -> None:
        for count in itertools.count(1):
            self._show_life()
            await asyncio.sleep(min(self._silence / _REPORTS_IN_A_SILENCE, _LONGEST_BETWEEN_REPORTS))
            try:
                await self._report("working", concurrency)
                await rescue_jobs(self._transactions)
                if count % _REPORTS_TO_A_SWEEP == 0:
                    await asyncio.to_thread(
                        self._executor.blobs.sweep,
                        frozenset(),
                        unused_since=self._world.clock() - _BLOBS_KEPT,
                    )
            except Exception:
                log.exception("the worker could not report")

    def _show_life(self) -> None:
        if self._alive_file is not None:
            with contextlib.suppress(OSError):
                self._alive_file.parent.mkdir(parents=True, exist_ok=True)
                self._alive_file.touch()

    async def _report(self, state: str, concurrency: int) -> None:
        models = await self._executor.models()
        async with self._transactions.begin() as work:
            await work.get(ModelCatalogue).offer(models)
            await work.get(JobRepository).hear_worker(
                WorkerRow(
                    id=self._id,
                    host=platform.node(),
                    device=self._executor.device,
                    memory_bytes=psutil.virtual_memory().total,
                    models=[*self._models, *self._parts],
                    warm_model=self._runner.warm_model,
                    concurrency=concurrency,
                    state=state,
                    started_at=self._started_at,
                    heard_at=self._world.clock(),
                )
            )
