import httpx
from fastapi import FastAPI

from sync_server.platform import health
from sync_server.platform.error_handlers import install_error_handlers
from sync_server.platform.work import Transactions
from tests.support.edge import transactions_on
from tests.support.server import FakeClock


def client_of(transactions: Transactions | None) -> httpx.AsyncClient:
    app = FastAPI()
    app.state.transactions = transactions
    app.include_router(health.router)
    install_error_handlers(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_health_is_not_wrapped_and_needs_no_database() -> None:
    for path in ("/health", "/api/v1/health"):
        reply = await client_of(None).get(path)
        assert reply.status_code == 200
        assert reply.json().keys() == {"status", "message", "version", "timestamp"}
        assert reply.json()["status"] == "ok"


async def test_ready_asks_the_database_and_the_queue(database_url: str, clock: FakeClock) -> None:
    async with transactions_on(database_url, clock) as transactions:
        reply = await client_of(transactions).get("/ready")
    assert (reply.status_code, reply.json()) == (200, {"status": "ready", "database": "ok", "queue": "ok"})


async def test_not_ready_without_a_database(clock: FakeClock) -> None:
    async with transactions_on("postgresql://nobody@127.0.0.1:1/none", clock) as transactions:
        reply = await client_of(transactions).get("/ready")
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
