"""Generating under loss of power: API, worker and database processes are killed at random while artists ask for
pictures. Whatever happens, every job ends once, every picture that was paid exists, and no credit is lost.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from sync_server.app.container import Container
from sync_server.credits.service import CreditStatements, LedgerAudit
from sync_server.gallery.tables import ItemRow
from sync_server.generation.service.rescue import rescue_forgotten_jobs, rescue_jobs
from sync_server.generation.tables import JobRow
from sync_server.platform.database import CONNECTION_LOST, upgrade
from tests.support.fleet import CREDITS, Client, Fleet
from tests.support.killable_postgres import KillablePostgres
from tests.support.server_process import ServerProcess
from tests.support.worker_process import WorkerProcess

HASTY = {
    "WORKER_SILENCE": "3",  # seconds after which a job's worker is taken for dead
    "REQUEST_SECONDS": "4",
    "TRUSTED_PROXIES": '["127.0.0.1"]',
}
ENDED = {"completed", "failed", "cancelled"}
OPEN = "SELECT count(*) FROM generation_jobs WHERE status IN ('pending', 'queued', 'processing')"


@dataclass
class Story:
    """What the artists were told. `made` is the job that each request's key came to."""

    chance: random.Random
    made: dict[str, UUID] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    kills: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def postgres(postgres_folder: Path) -> Iterator[KillablePostgres]:
    postgres = KillablePostgres(postgres_folder)
    postgres.start()
    try:
        upgrade(postgres.url)
        yield postgres
    finally:
        postgres.stop()


@pytest.fixture
def fleet(postgres: KillablePostgres, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(database_url=postgres.url, folder=tmp_path, environment=HASTY)
    fleet.start()
    yield fleet
    fleet.stop()


@pytest.mark.timeout(400)
async def test_twenty_jobs_under_loss_of_power(fleet: Fleet, postgres: KillablePostgres) -> None:
    await tell(fleet, postgres, jobs=20, clients=4, databases=1, patience=300)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
async def test_five_hundred_jobs_under_loss_of_power(
    fleet: Fleet, postgres: KillablePostgres, seed: int
) -> None:
    await tell(fleet, postgres, jobs=500, clients=25, databases=6, patience=900, seed=seed)


async def tell(
    fleet: Fleet,
    postgres: KillablePostgres,
    *,
    jobs: int,
    clients: int,
    databases: int,
    patience: float,
    seed: int = 0,
) -> None:
    story = Story(chance=random.Random(seed))
    await fleet.wait_for_workers()
    people = await fleet.clients(clients)
    async with asyncio.timeout(patience):
        killing = asyncio.create_task(kill_about(fleet, postgres, story, databases=databases))
        await asyncio.gather(*(draw(fleet, people[n % clients], story, f"{seed}-{n}") for n in range(jobs)))
        await killing
        assert len(story.kills) == 3, story.kills
        async with fleet.container() as container:
            await until_all_ended(container)
            await check(container, people, story, jobs=jobs)


async def kill_about(fleet: Fleet, postgres: KillablePostgres, story: Story, *, databases: int) -> None:
    """One process at a time is gone for a moment; the database a few times."""
    victims = ["api", "worker", "worker"] * (2 * databases) + ["database"] * databases
    story.chance.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(story.chance.uniform(0.2, 1.2))
        story.kills[victim] = story.kills.get(victim, 0) + 1
        if victim == "database":
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
            continue
        processes: Sequence[ServerProcess | WorkerProcess] = fleet.apis if victim == "api" else fleet.workers
        process = story.chance.choice(processes)
        await asyncio.to_thread(process.kill)
        await asyncio.sleep(story.chance.uniform(0.0, 0.5))
        process.start()
    for worker in fleet.workers:
        if not worker.running:
            worker.start()


async def draw(fleet: Fleet, person: Client, story: Story, key: str) -> None:
    """One picture, asked for with the same key until there is an answer; some are taken back."""
    await asyncio.sleep(story.chance.uniform(0, 6))
    body = {"prompt": f"a house, number {key}", "width": 64, "height": 64, "steps": 4}
    reply = await ask(fleet, person, story, "POST", "create", key=key, json=body)
    assert reply.status_code == 201, reply.text
    job_id = UUID(reply.json()["data"]["job_id"])
    assert story.made.setdefault(key, job_id) == job_id
    if story.chance.random() < 0.2:
        await asyncio.sleep(story.chance.uniform(0, 1))
        reply = await ask(fleet, person, story, "DELETE", f"jobs/{job_id}", key=None)
        assert reply.status_code in {200, 409}, reply.text
        if reply.status_code == 200:
            story.cancelled.add(job_id)


async def ask(
    fleet: Fleet, person: Client, story: Story, method: str, path: str, *, key: str | None, **options: Any
) -> httpx.Response:
    """Of any API process, as often as it needs."""
    headers = {
        **person.headers,
        **({"Idempotency-Key": key} if key else {}),
        "X-Forwarded-For": f"10.0.0.{story.chance.randrange(250)}",
    }
    while True:
        api = story.chance.choice(fleet.apis)
        try:
            async with httpx.AsyncClient(timeout=10, headers=headers) as client:
                reply = await client.request(method, f"{api.url}/api/v1/generation/{path}", **options)
        except httpx.TransportError:
            reply = None
        again = reply is None or reply.status_code >= 500 or reply.status_code == 429
        still_running = reply is not None and reply.status_code == 409 and "still running" in reply.text
        if reply is not None and not again and not still_running:
            return reply
        await asyncio.sleep(0.3)


async def until_all_ended(container: Container) -> None:
    """With what the servers do each minute done each second."""
    while True:
        try:
            await rescue_jobs(container.transactions)
            await rescue_forgotten_jobs(container.transactions)
            async with container.transactions.begin() as work:
                if not await work.session.scalar(text(OPEN)):
                    return
        except CONNECTION_LOST:
            pass
        await asyncio.sleep(1)


async def check(container: Container, people: Sequence[Client], story: Story, *, jobs: int) -> None:
    async with container.transactions.begin() as work:
        rows = (await work.session.scalars(select(JobRow))).all()
        items = (await work.session.scalars(select(ItemRow))).all()
        held = await work.session.scalar(text("SELECT count(*) FROM credit_holds WHERE state = 'held'"))
        balances = {
            person.user_id: await work.get(CreditStatements).balance(person.user_id) for person in people
        }
    # The audit rolls nothing back and books nothing.
    async with container.transactions.begin() as work:
        assert await work.get(LedgerAudit).run() == []
    assert {row.id for row in rows} == set(story.made.values())
    assert len(rows) == jobs
    assert {row.status for row in rows} <= ENDED
    assert held == 0
    of_job: dict[UUID, list[ItemRow]] = {}
    for item in items:
        assert item.job_id is not None
        of_job.setdefault(item.job_id, []).append(item)
        for key in (item.key, item.thumbnail_key):
            assert await container.storage.size(key), f"paid, and not there: {key}"
    for row in rows:
        kept = len(of_job.get(row.id, []))
        match row.status:
            case "completed":
                assert (row.settled, kept) == (row.price, row.pictures)
            case "failed":
                assert (row.settled, kept) == (0, 0)
                assert row.error is not None
            case "cancelled":
                assert row.id in story.cancelled
                assert row.settled <= row.price
    for person in people:
        spent = sum(row.settled for row in rows if row.user_id == person.user_id)
        balance = balances[person.user_id]
        # With the credits that a new account is given.
        assert balance.reserved == 0
        assert balance.available == CREDITS + 100 - spent
    completed = sum(row.status == "completed" for row in rows)
    assert completed >= jobs // 2, [row.error for row in rows if row.error]
