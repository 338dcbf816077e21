"""Two API processes and two workers on one PostgreSQL: what one begins, another tells, stops and shows."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from sync_server.app.container import Container
from tests.support.fleet import Client, Fleet
from tests.support.sockets import following

WORDS = {"prompt": "a red house", "width": 64, "height": 64, "steps": 4}


@pytest.fixture
def fleet(database_url: str, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(database_url=database_url, folder=tmp_path, pace=0.05)
    fleet.start()
    yield fleet
    fleet.stop()


async def ask(fleet: Fleet, number: int, person: Client, method: str, path: str, **body: Any) -> Any:
    async with httpx.AsyncClient(headers=person.headers, timeout=20) as client:
        url = f"{fleet.apis[number].url}/api/v1/generation/{path}"
        reply = await client.request(method, url, json=body or None)
    assert reply.is_success, reply.text
    return reply.json()["data"]


def sockets_of(fleet: Fleet, number: int) -> str:
    return fleet.apis[number].url.replace("http", "ws", 1) + "/ws/generation/jobs"


async def test_progress_results_and_cancelling_cross_between_machines(fleet: Fleet) -> None:
    await fleet.wait_for_workers()
    (person,) = await fleet.clients(1)
    created = [await ask(fleet, 0, person, "POST", "create", **WORDS) for _ in range(6)]
    slow = await ask(fleet, 0, person, "POST", "create", **WORDS | {"steps": 100})
    async with following(sockets_of(fleet, 1), person.api_key) as client:
        for each in (*created, slow):
            await client.say({"type": "subscribe", "job_id": each["job_id"]})
        done: set[str] = set()
        async with asyncio.timeout(60):
            while len(done) < len(created):
                done.add((await client.next("job_completed"))["job_id"])
            previews = [m for m in client.heard if m["type"] == "job_status" and m.get("preview")]
            assert previews
            # Begun through one API, stopped through the other, told by the first.
            while not any(m.get("job_id") == slow["job_id"] and m.get("step", 0) > 1 for m in client.heard):
                await client.next("job_status", job_id=slow["job_id"])
            stopping = await ask(fleet, 1, person, "DELETE", f"jobs/{slow['job_id']}")
            assert stopping["status"] == "processing"
            await client.next("job_cancelled", job_id=slow["job_id"])
    assert done == {each["job_id"] for each in created}
    shown = await ask(fleet, 1, person, "GET", f"jobs/{created[0]['job_id']}")
    assert len(shown["images"]) == 1
    stopped = await ask(fleet, 0, person, "GET", f"jobs/{slow['job_id']}")
    assert (stopped["status"], stopped["actual_credits"] < stopped["estimated_credits"]) == (
        "cancelled",
        True,
    )
    async with fleet.container() as container:
        assert await _workers_that_worked(container) == 2


async def _workers_that_worked(container: Container) -> int:
    async with container.transactions.begin() as work:
        return int(
            await work.session.scalar(text("SELECT count(DISTINCT worker_id) FROM generation_jobs")) or 0
        )
