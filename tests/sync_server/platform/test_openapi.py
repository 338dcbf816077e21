"""The document of the whole API: complete, readable, and the same as the committed one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from sync_server.app.container import Container
from sync_server.app.create_app import create_app
from sync_server.platform.errors import ConflictError, EmailExistsError, NotFoundError, UserExistsError
from sync_server.platform.openapi import BEARER, CODES, errors
from sync_server.platform.openapi_page import documentation_page

SNAPSHOT = Path(__file__).parents[3] / "docs" / "operators" / "openapi.json"


@pytest.fixture
def app(container: Container) -> FastAPI:
    return create_app(container)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_errors_of_one_status_are_told_together() -> None:
    found = errors(UserExistsError, NotFoundError, EmailExistsError, ConflictError)
    assert list(found) == [404, 409]
    assert found[409][CODES] == ["USER_EXISTS", "EMAIL_EXISTS", "CONFLICT"]


async def test_the_committed_document_is_the_applications(app: FastAPI) -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert app.openapi() == committed, (
        "The API changed. Look at the difference; where it is meant, write the new document with:\n"
        "    pentimento-server openapi > docs/operators/openapi.json"
    )


async def test_every_operation_says_all_that_it_may_answer(app: FastAPI) -> None:
    document = app.openapi()
    assert document["openapi"].startswith("3.1")
    seen = 0
    for name, operation in operations(document):
        seen += 1
        assert operation.get("summary"), name
        assert operation.get("tags"), name
        replies = operation["responses"]
        assert {"429", "500"} <= replies.keys(), name
        assert any(status.startswith(("2", "3")) for status in replies), name
        if operation.get("parameters") or "requestBody" in operation:
            assert "400" in replies, name
        if {BEARER: []} in operation.get("security", []):
            assert "401" in replies, name
        for status, reply in replies.items():
            if int(status) >= 400:
                assert reply[CODES], (name, status)
                schema = reply["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorReply"}, (name, status)
    assert seen >= 40


async def test_every_operation_has_an_id_of_its_own(app: FastAPI) -> None:
    ids = [operation["operationId"] for _, operation in operations(app.openapi())]
    assert len(ids) == len(set(ids))


async def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    document = app.openapi()
    names = set(document["components"]["schemas"])
    used = set(_references(document))
    assert used <= {f"#/components/schemas/{name}" for name in names}
    assert "HTTPValidationError" not in names


async def test_the_page_tells_each_operation_and_fetches_nothing(app: FastAPI) -> None:
    document = app.openapi()
    page = documentation_page(document)
    for path in document["paths"]:
        assert path in page
    assert "<script" not in page
    assert "src=" not in page


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)
