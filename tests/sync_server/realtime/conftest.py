"""A server on a port, with a worker, an artist, and sockets to follow."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from sync_server.credits.service import CreditLedger
from tests.support.cloud import CloudWorker
from tests.support.server import Server, SignedInUser
from tests.support.sockets import serving


@pytest.fixture
def app(server: Server) -> FastAPI:
    application: Any = server.client._transport.app  # type: ignore[attr-defined]  # what the client speaks to
    assert isinstance(application, FastAPI)
    application.state.socket_patience = 1.0
    return application


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


@pytest.fixture
async def worker(server: Server, tmp_path: Path) -> AsyncIterator[CloudWorker]:
    worker = CloudWorker(server.container, tmp_path)
    await worker.offer()
    yield worker
    await worker.executor.close()


@pytest.fixture
async def artist(server: Server) -> SignedInUser:
    user = await server.register(email="painter@example.com", tier="pro")
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            user.id, 900, kind="bonus", key="start", expires_at=None, description="A gift"
        )
    return user
