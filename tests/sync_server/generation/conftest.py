"""A server with a worker that has the starter model."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync_server.credits.service import CreditLedger
from tests.support.cloud import CloudWorker
from tests.support.server import Server, SignedInUser


@pytest.fixture
async def worker(server: Server, tmp_path: Path) -> AsyncIterator[CloudWorker]:
    worker = CloudWorker(server.container, tmp_path)
    await worker.offer()
    yield worker
    await worker.executor.close()


@pytest.fixture
async def artist(server: Server) -> SignedInUser:
    """With a plan that has places, and credits enough."""
    user = await server.register(email="painter@example.com", tier="pro")
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            user.id, 900, kind="bonus", key="start", expires_at=None, description="A gift"
        )
    return user
