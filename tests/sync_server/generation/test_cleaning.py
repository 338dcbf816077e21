"""Nothing stays behind: files that no row knows, and credits that an erased account's jobs held."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from sync_server.accounts.service import Deletion
from sync_server.credits.service import LedgerAudit
from sync_server.generation.service.sweep import sweep_storage
from tests.support.cloud import CloudWorker
from tests.support.server import FakeClock, Server, SignedInUser
from tests.sync_server.generation.test_jobs import create, job, picture


async def test_a_sweep_finds_what_no_row_knows(
    server: Server, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
) -> None:
    storage, transactions = server.container.storage, server.container.transactions
    created = await create(server, artist, format="webp")
    await worker.work_off()
    done = await job(server, artist, created["job_id"])
    begun = await server.client.post(
        "/api/v1/uploads", json={"size": 3, "content_type": "image/png"}, headers=artist.headers
    )
    part = f"uploads/{artist.id}/{begun.json()['data']['id']}/part-0"
    form = await server.client.post(
        "/api/v1/generation/enhance", files={"image": ("a.png", picture())}, headers=artist.headers
    )
    assert form.status_code == 201, form.text
    await storage.put(part, b"abc", "image/png")
    known = {key for folder in ("pictures/", "inputs/", "uploads/") for key in await storage.keys(folder)}
    assert len(known) == 3 + 1 + 1
    stray = [
        f"pictures/{artist.id}/{created['job_id']}/7-0.png",
        f"pictures/{artist.id}/{created['job_id']}/7-0-thumbnail.webp",
        f"inputs/{artist.id}/{'0' * 64}",
        f"uploads/{artist.id}/{UUID(int=1)}/part-0",
        "uploads/odd",
    ]
    for key in stray:
        await storage.put(key, b"x", "image/png")
    # The files' times are the machine's own.
    clock.now = datetime.now(UTC)
    assert await sweep_storage(transactions, storage=storage, clock=clock) == 0
    clock.advance(timedelta(days=2))
    assert await sweep_storage(transactions, storage=storage, clock=clock) == len(stray)
    left = {key for folder in ("pictures/", "inputs/", "uploads/") for key in await storage.keys(folder)}
    assert left == known
    assert len(done["images"]) == 1


async def test_an_erased_account_leaves_nothing_reserved(
    server: Server, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
) -> None:
    for _ in range(2):
        await create(server, artist)
    async with server.container.transactions.begin() as work:
        await work.get(Deletion).ask(artist.id, session_id=None)
    clock.advance(timedelta(days=31))
    async with server.container.transactions.begin() as work:
        await work.get(Deletion).erase(artist.id)
    async with server.container.transactions.begin() as work:
        assert await work.session.scalar(text("SELECT count(*) FROM generation_jobs")) == 0
        assert await work.session.scalar(text("SELECT count(*) FROM credit_holds WHERE state = 'held'")) == 0
        assert await work.session.scalar(text("SELECT sum(reserved) FROM credit_accounts")) == 0
        assert await work.get(LedgerAudit).run() == []
    await worker.work_off()
    assert worker.engine.requests == []
