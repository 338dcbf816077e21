"""Tasks exist if and only if the work that deferred them was committed, and outlive the workers that die."""

import asyncio

import pytest
from procrastinate.exceptions import TaskNotFound
from sqlalchemy import text

from sync_server.app.container import Container
from sync_server.platform.mail import Mail
from sync_server.platform.queue import Queue, TaskQueue, run_waiting_tasks

HELLO = Mail(to="a@example.com", template="magic_link", values={"code": "123456", "public_url": ""})


@pytest.fixture
async def started(container: Container) -> Container:
    await container.start()
    return container


async def count(container: Container) -> int:
    async with container.transactions.begin() as work:
        rows = await work.session.execute(text("SELECT count(*) FROM queue.procrastinate_jobs"))
        return int(rows.scalar_one())


async def defer_and_fail(container: Container) -> None:
    async with container.transactions.begin() as work:
        await work.get(TaskQueue).send_mail(HELLO)
        raise RuntimeError


async def test_a_task_of_work_that_is_rolled_back_never_was(started: Container) -> None:
    try:
        with pytest.raises(RuntimeError):
            await defer_and_fail(started)
        assert await count(started) == 0
        async with started.transactions.begin() as work:
            await work.get(TaskQueue).send_mail(HELLO)
        assert await count(started) == 1
        await run_waiting_tasks(started.queue.app)
        assert len(list((started.settings.data_folder / "mails").iterdir())) == 1
    finally:
        await started.close()


async def test_a_task_that_nobody_knows_is_refused_where_it_is_deferred(started: Container) -> None:
    try:
        async with started.transactions.begin() as work:
            with pytest.raises(TaskNotFound):
                await work.get(TaskQueue).defer("nobody.knows")
    finally:
        await started.close()


async def test_the_task_of_a_worker_that_died_is_done_by_another(database_url: str) -> None:
    done: list[str] = []
    began = asyncio.Event()

    def queue() -> Queue:
        made = Queue(url=database_url)

        @made.app.task(name="test.paint", retry=3)
        async def paint(name: str) -> None:
            if not began.is_set():
                began.set()
                await asyncio.sleep(3600)
            done.append(name)

        return made

    dying, heir = queue(), queue()
    await dying.open()
    await heir.open()
    try:
        await dying.app.configure_task("test.paint").defer_async(name="a house")
        worker = asyncio.create_task(
            dying.app.run_worker_async(
                install_signal_handlers=False, listen_notify=False, shutdown_graceful_timeout=0
            )
        )
        await asyncio.wait_for(began.wait(), 20)
        async with dying.app.connector.pool.connection() as connection:  # type: ignore[attr-defined]  # psycopg's
            await connection.execute(
                "UPDATE queue.procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
            )
        assert await heir.retry_stalled() == 1
        assert await heir.retry_stalled() == 0
        await run_waiting_tasks(heir.app)
        assert done == ["a house"]
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    finally:
        await dying.close()
        await heir.close()
