from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from sync_server.platform.edge import CurrentWork
from sync_server.platform.errors import InsufficientCreditsError
from tests.support.edge import client_of, edge_app, transactions_on
from tests.support.server import FakeClock


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str = Field(min_length=3)
    ages: list[int] = []


router = APIRouter()


@router.post("/bodies")
async def take(body: Body, limit: Annotated[int, Query(le=100)] = 20) -> str:
    return body.email


@router.get("/things/{thing_id}")
async def thing(thing_id: UUID) -> str:
    return str(thing_id)


@router.get("/poor")
async def poor() -> None:
    raise InsufficientCreditsError(
        "This needs an account.",
        advice="Try again in {seconds} seconds.",
        details={"shortfall": 3},
        seconds=9,
    )


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("secret: hunter2")


@router.post("/stored")
async def stored(word: str, work: CurrentWork) -> None:
    await work.session.execute(text("SELECT CAST(:word AS text)"), {"word": word})


@pytest.fixture
def client(clock: FakeClock) -> httpx.AsyncClient:
    return client_of(edge_app(router, clock=clock))


async def test_an_error_of_ours_has_its_code_words_details_and_request_id(client: httpx.AsyncClient) -> None:
    reply = await client.get("/poor", headers={"X-Request-ID": "my-id-1"})
    assert reply.status_code == 402
    body = reply.json()
    assert body["success"] is False
    assert body["error"] == {
        "code": "INSUFFICIENT_CREDITS",
        "message": "This needs an account. Try again in 9 seconds.",
        "details": {"shortfall": 3},
    }
    assert body["request_id"] == reply.headers["X-Request-ID"] == "my-id-1"
    assert body["timestamp"].endswith("Z")


async def test_words_are_korean_where_that_is_asked_for(client: httpx.AsyncClient) -> None:
    reply = await client.get("/poor", headers={"Accept-Language": "ko-KR"})
    assert reply.json()["error"]["message"] == "계정이 필요합니다. 9초 뒤에 다시 시도해 주세요."
    assert reply.json()["error"]["code"] == "INSUFFICIENT_CREDITS"


async def test_validation_names_the_path_of_each_field(client: httpx.AsyncClient) -> None:
    reply = await client.post("/bodies?limit=101", json={"email": "a", "ages": [1, "x"], "role": "admin"})
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    found = {field["path"]: field["message"] for field in error["details"]["fields"]}
    assert found == {
        "limit": "This must be at most 100.",
        "email": "This needs at least 3 characters.",
        "ages.1": "This must be a whole number.",
        "role": "This field is not known.",
    }


async def test_validation_speaks_korean(client: httpx.AsyncClient) -> None:
    reply = await client.post("/bodies", json={"email": "a"}, headers={"Accept-Language": "ko"})
    assert reply.json()["error"]["details"]["fields"][0]["message"] == "3자 이상이어야 합니다."


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"", b'{"email": NaN}', b"[]"])
async def test_what_is_no_json_is_a_validation_error(client: httpx.AsyncClient, content: bytes) -> None:
    reply = await client.post("/bodies", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] in {"VALIDATION_ERROR", "INVALID_REQUEST"}


async def test_half_a_surrogate_pair_in_a_field_name_is_answered(client: httpx.AsyncClient) -> None:
    reply = await client.post(
        "/bodies", content=b'{"\\ud800": 1}', headers={"Content-Type": "application/json"}
    )
    assert reply.status_code == 400


async def test_unknown_addresses_and_methods_have_the_envelope(client: httpx.AsyncClient) -> None:
    missing = await client.get("/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")
    wrong = await client.delete("/poor")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "INVALID_REQUEST")
    assert wrong.headers["Allow"] == "GET"
    bad_path = await client.get("/things/7")
    assert bad_path.json()["error"]["details"]["fields"][0]["path"] == "thing_id"


async def test_an_error_nobody_foresaw_tells_nothing_of_itself(client: httpx.AsyncClient) -> None:
    reply = await client.get("/broken")
    assert reply.status_code == 500
    assert reply.json()["error"]["code"] == "INTERNAL_ERROR"
    assert "hunter2" not in reply.text
    assert reply.json()["request_id"] == reply.headers["X-Request-ID"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_value_that_the_database_refuses_is_the_clients_error(
    database_url: str, clock: FakeClock
) -> None:
    async with transactions_on(database_url, clock) as transactions:
        client = client_of(edge_app(router, clock=clock, transactions=transactions))
        reply = await client.post("/stored", params={"word": "a\0b"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "INVALID_REQUEST")


async def test_a_database_that_is_away_is_503(clock: FakeClock) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    async with transactions_on(nowhere, clock) as transactions:
        client = client_of(edge_app(router, clock=clock, transactions=transactions))
        reply = await client.post("/stored", params={"word": "a"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert reply.headers["Retry-After"] == "5"
