from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from sync_server.platform.database import Database
from sync_server.platform.statements import Statement
from sync_server.platform.telemetry import Telemetry

ALONE = Statement.of("SELECT 2 AS two")


@dataclass(frozen=True)
class Switches:
    otlp_url: str = ""
    metrics: bool = False


def app_with(telemetry: Telemetry, database: Database) -> FastAPI:
    app = FastAPI(telemetry=telemetry.for_fastapi)

    @app.get("/things/{thing_id}")
    async def thing(thing_id: int) -> int:
        async with database.sessions() as session:
            await session.execute(text("SELECT 1"))
        await database.alone.read(ALONE, {})
        return thing_id

    telemetry.install(app, database)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_metrics_are_by_route_and_not_by_address(database_url: str) -> None:
    database = Database(url=database_url)
    telemetry = Telemetry(Switches(metrics=True))
    async with client_of(app_with(telemetry, database)) as client:
        for number in range(3):
            await client.get(f"/things/{number}")
        await client.get("/made/up/by/a/client")
        await client.request("BREW", "/things/1")
        page = (await client.get("/metrics")).text
    await database.close()
    assert (
        'pentimento_request_seconds_count{method="GET",route="/things/{thing_id}",status="200"} 3.0' in page
    )
    assert 'route="unknown",status="404"' in page
    assert "made/up" not in page
    assert "BREW" not in page


async def test_traces_have_the_route_the_query_and_no_secret(database_url: str) -> None:
    exporter = InMemorySpanExporter()
    database = Database(url=database_url)
    telemetry = Telemetry(Switches(), exporter=exporter)
    async with client_of(app_with(telemetry, database)) as client:
        await client.get("/things/1?code=hunter2")
    await database.close()
    telemetry.close()
    spans = exporter.get_finished_spans()
    assert "GET /things/{thing_id}" in {span.name for span in spans}
    queries = {(span.attributes or {}).get("db.query.text") for span in spans}
    assert {"SELECT 1", ALONE.sql} <= queries
    assert "hunter2" not in str([dict(span.attributes or {}) for span in spans])


async def test_nothing_is_measured_unless_switched_on(database_url: str) -> None:
    database = Database(url=database_url)
    telemetry = Telemetry(Switches())
    async with client_of(app_with(telemetry, database)) as client:
        assert (await client.get("/metrics")).status_code == 404
    await database.close()
    telemetry.close()
