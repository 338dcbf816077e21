"""schemathesis against the application: no failure of ours, and no reply that its document does not tell of."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sync_server.app.container import Container
from sync_server.app.create_app import create_app
from sync_server.app.settings import Settings
from tests.support.server import Server
from tests.sync_server.proof.expected_access import EXPECTED
from tests.sync_server.proof.test_authorisation_matrix import API, OUTSIDE

CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
NOT_SET_UP = 503
"""Payments and foreign sign-ins of a server whose operator gave no keys: said in the document, and tested elsewhere."""


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")


class Running:
    """The application on an event loop that a test drives, signed in as somebody who may do everything."""

    def __init__(self, container: Container) -> None:
        self._runner = asyncio.Runner()
        self._container = container
        self._app = create_app(container)
        self._numbers = count(1)

    def open(self) -> None:
        self._runner.run(self._open())

    async def _open(self) -> None:
        self._lifespan = self._app.router.lifespan_context(self._app)
        await self._lifespan.__aenter__()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._app, raise_app_exceptions=False), base_url="http://test"
        )
        server = Server(container=self._container, client=self._client, mail_folder=Path())
        user = await server.register(role="admin", tier="enterprise")
        self._headers = user.headers
        self.document = (await self._client.get("/openapi.json")).json()

    def close(self) -> None:
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        await self._client.aclose()
        await self._lifespan.__aexit__(None, None, None)

    def send(self, case: Any) -> httpx.Response:
        """Each from an address of its own, as the limits are not what is asked."""
        number = next(self._numbers)
        case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if number % 4:
            case.headers["Authorization"] = self._headers["Authorization"]
        prepared = case.as_transport_kwargs(base_url="http://test")
        return self._runner.run(self._send(prepared))

    async def _send(self, prepared: dict[str, Any]) -> httpx.Response:
        sent = {name: value for name, value in prepared.items() if value is not None}
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        if "files" in sent:
            sent["files"] = _as_files(sent["files"])
        request = self._client.build_request(**sent)
        await request.aread()  # schemathesis looks at it again
        return await self._client.send(request)


def _as_files(generated: Any) -> list[tuple[str, Any]]:
    """Schemathesis puts anything where a file goes, also inside the tuple that names it; httpx sends only bytes."""
    pairs = generated.items() if isinstance(generated, dict) else generated
    return [(name, _as_file(content)) for name, content in pairs]


def _as_file(content: Any) -> Any:
    if isinstance(content, tuple):
        file_name, inner, *rest = content
        return (file_name, _as_bytes(inner), *rest)
    return _as_bytes(content)


def _as_bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")


@pytest.fixture
def settings_of_server(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", trusted_proxies=["127.0.0.1"])


@pytest.fixture
def running(database_url: str, settings_of_server: Settings) -> Iterator[Running]:
    running = Running(Container(settings=settings_of_server, database_url=database_url))
    running.open()
    yield running
    running.close()


def examine(running: Running, operation: str, *, examples: int) -> None:
    method, path = operation.split(" ", 1)
    schema = schemathesis.openapi.from_dict(running.document)
    found = schema[path if path in OUTSIDE else API + path][method]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=found.as_strategy())
    def check(case: Any) -> None:
        response = running.send(case)
        checks = CHECKS if response.status_code == NOT_SET_UP else [*CHECKS, not_a_server_error]
        case.validate_response(response, checks=checks)

    check()


# Its own client warns of what its other half does.
@pytest.mark.filterwarnings("ignore:Setting per-request cookies:DeprecationWarning")
def test_a_few_of_everything(running: Running) -> None:
    for operation in sorted(EXPECTED):
        examine(running, operation, examples=3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Setting per-request cookies:DeprecationWarning")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("operation", sorted(EXPECTED))
def test_a_lot_of_each(running: Running, operation: str) -> None:
    examine(running, operation, examples=300)
