"""Every operation as anonymous, user, another user, moderator and admin: exactly the allowed pass."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from shared.contracts.ways_in import ApiKeyRequest
from sync_server.accounts.service import ApiKeys
from tests.support.server import Server, SignedInUser
from tests.sync_server.proof.expected_access import ALL, EXPECTED, Access, Actor

METHODS = ("get", "post", "put", "patch", "delete")
API = "/api/v1"
OUTSIDE = {"/health", "/ready", "/api/v1/health"}


async def test_every_operation_is_in_the_table(server: Server) -> None:
    document = (await server.client.get("/openapi.json")).json()
    documented = {
        f"{method.upper()} {path if path in OUTSIDE else path.removeprefix(API)}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in METHODS
    }
    assert documented - EXPECTED.keys() == set(), "not in the table"
    assert EXPECTED.keys() - documented == set(), "in the table, but not in the document"


@pytest.mark.parametrize("operation", sorted(EXPECTED))
async def test_exactly_the_allowed_pass(server: Server, operation: str) -> None:
    access = EXPECTED[operation]
    people: dict[Actor, SignedInUser] = {
        "user": await server.register(email="user@example.com"),
        "another": await server.register(email="another@example.com"),
        "moderator": await server.register(email="moderator@example.com", role="moderator"),
        "admin": await server.register(email="admin@example.com", role="admin"),
    }
    things = await things_of(server, people["user"])
    found: dict[Actor, int] = {}
    texts: dict[Actor, str] = {}
    for actor in ALL:  # the owner last, so that others never find the thing gone
        reply = await ask(
            server, operation, access, person=people.get(actor), things=things | {"fresh": f"fresh_{actor}"}
        )
        found[actor], texts[actor] = reply.status_code, reply.text[:400]
    wanted = {actor: access.status_for(actor) for actor in ALL}
    assert found == wanted, {actor: texts[actor] for actor in ALL if found[actor] != wanted[actor]}


async def things_of(server: Server, user: SignedInUser) -> dict[str, str]:
    async with server.container.transactions.begin() as work:
        key = await work.get(ApiKeys).make(user.id, "pro", ApiKeyRequest(name="a script"))
    sessions = await server.client.get(f"{API}/users/me/sessions", headers=user.headers)
    return {
        "provider": "github",
        "user_id": str(user.id),
        "session_id": sessions.json()["data"][0]["id"],
        "key_id": str(key.id),
    }


async def ask(
    server: Server, operation: str, access: Access, *, person: SignedInUser | None, things: Mapping[str, str]
) -> httpx.Response:
    method, path = operation.split(" ", 1)
    options: dict[str, Any] = {}
    if access.body is not None:
        options["json"] = filled(access.body, things)
    if access.file is not None:
        options["files"] = {"file": ("picture.png", access.file, "image/png")}
    return await server.client.request(
        method,
        ("" if path in OUTSIDE else API) + path.format_map(things),
        params=dict(access.query),
        headers=dict(access.headers) | (person.headers if person else {}),
        **options,
    )


def filled(body: Mapping[str, Any], things: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: value.format_map(things) if isinstance(value, str) else value for name, value in body.items()
    }
