"""The task queue: Procrastinate on our own PostgreSQL, in a schema of its own."""

import asyncio
import logging
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.schema import SchemaManager

from sync_server.platform.database import CONNECTION_LOST, SEARCH_PATH
from sync_server.platform.mail import Mail
from sync_server.platform.work import Work

SCHEMA = "queue"
SERVER_QUEUE = "default"
"""What the server's own processes work off; workers with models have queues of their own."""
_DEAD_AFTER_SECONDS = 60.0
_PAUSE_SECONDS = 1.0

log = logging.getLogger("pentimento.queue")


def queue_schema_sql() -> str:
    """Creates Procrastinate's types, tables and functions in the schema `queue`; for the first migration."""
    return (
        f"CREATE SCHEMA {SCHEMA};\nSET LOCAL search_path TO {SCHEMA};\n"
        f"{SchemaManager.get_schema()}\nSET LOCAL search_path TO public;"
    )


class Queue:
    """The Procrastinate application of one process. Register tasks on `app`, then `open`."""

    def __init__(self, *, url: str, pool_size: int = 4) -> None:
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=url,
                kwargs={"options": f"-c search_path={SEARCH_PATH}"},
                min_size=1,
                max_size=pool_size,
            )
        )

    async def open(self) -> None:
        await self.app.open_async()

    async def close(self) -> None:
        await self.app.close_async()

    async def work(self, *, concurrency: int = 4) -> None:
        """Run tasks until cancelled. It looks each second, as a retried task tells nobody."""
        await keep_working(
            self.app,
            queues=[SERVER_QUEUE],
            concurrency=concurrency,
            fetch_job_polling_interval=1.0,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=10,
        )

    async def retry_stalled(self) -> int:
        """Give back the tasks of workers that have died; tell how many."""
        stalled = await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS)
        count = 0
        for job in stalled:
            await self.app.job_manager.retry_job(job)
            count += 1
        return count


async def keep_working(app: procrastinate.App, **options: Any) -> None:
    """A worker of Procrastinate's ends by itself where the database goes away: then another one begins."""
    while True:
        try:
            await app.run_worker_async(**options)
        except (procrastinate.exceptions.ConnectorException, *CONNECTION_LOST) as error:
            log.warning("the queue can't be reached", extra={"problem": str(error)[:300]})
        await asyncio.sleep(_PAUSE_SECONDS)


class TaskQueue:
    """Defers tasks inside one unit of work: they exist if and only if it is committed."""

    def __init__(self, *, work: Work, app: procrastinate.App) -> None:
        self._work = work
        self._app = app

    async def defer(
        self,
        task_name: str,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        schedule_at: datetime | None = None,
        queue: str = SERVER_QUEUE,
        priority: int = 0,
        **arguments: Any,
    ) -> None:
        """`arguments` go as JSON. Of tasks with one `lock` one runs at a time.

        Tasks of the server's own queue must be known here; other queues are worked off by other programs.
        """
        connection = await (await self._work.session.connection()).get_raw_connection()
        await self._app.configure_task(
            task_name,
            allow_unknown=queue != SERVER_QUEUE,
            queue=queue,
            priority=priority,
            lock=lock,
            queueing_lock=queueing_lock,
            schedule_at=schedule_at,
            connection=connection.driver_connection,
        ).defer_async(**arguments)

    async def send_mail(self, mail: Mail) -> None:
        await self.defer("platform.send_mail", **mail.as_arguments())


async def run_waiting_tasks(app: procrastinate.App) -> None:
    """Run what waits now, and what that defers, then return."""
    await app.run_worker_async(
        queues=[SERVER_QUEUE],
        wait=False,
        install_signal_handlers=False,
        delete_jobs="successful",
        listen_notify=False,
    )
