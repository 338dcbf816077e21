"""Every operation as anonymous, user, another user, moderator and admin: exactly the allowed pass."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from shared.contracts.ways_in import ApiKeyRequest
from sync_server.accounts.service import Accounts, ApiKeys, NewAccount, Registration
from sync_server.app.settings import Settings
from sync_server.gallery.service.files import FileRecords, blob_key
from tests.support.server import FakeClock, Server, SignedInUser
from tests.sync_server.conftest import fresh_database, make_container, serving
from tests.sync_server.proof.expected_access import ALL, EXPECTED, Access, Actor

METHODS = ("get", "post", "put", "patch", "delete")
API = "/api/v1"
_JOB_ID = "019bc1a2-0000-7000-8000-0000000000aa"
_JOB = f"""
    INSERT INTO generation_jobs (id, user_id, kind, model, tier, status, stage, attempt, started_order, request, options,
        prompt, negative_prompt, pictures, price, settled, estimated_seconds, step, steps, result, created_at)
    VALUES ('{_JOB_ID}', :user, 'text_to_image', 'starter', 'free', 'pending', '', 0, 0, '{{}}', '{{}}', 'a house', '',
        1, 1, 0, 1, 0, 1, '{{}}', now())
"""
_CUSTOM_MODEL = f"""
    INSERT INTO custom_models (id, user_id, name, base, tags, size, is_public, created_at, updated_at)
    VALUES ('{_JOB_ID}', :user, 'mine', 'sd-1', '{{}}', 1, false, now(), now())
"""
_BLOB = "b" * 64
_STRANGER = NewAccount(
    email="stranger@example.com", password_hash=None, username="stranger", full_name=None, verified=True
)
OUTSIDE = {"/health", "/ready", "/api/v1/health"}


@dataclass(frozen=True)
class Town:
    """Built once, as registering all of them for each operation would take most of the time; each test has a copy."""

    database_url: str
    folder: Path
    people: Mapping[Actor, SignedInUser]
    things: Mapping[str, str]


@pytest.fixture(scope="session")
def town(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")

    async def build(url: str) -> Town:
        async with serving(make_container(url, Settings(data_folder=folder), FakeClock())) as server:
            people: dict[Actor, SignedInUser] = {
                "user": await server.register(email="user@example.com"),
                "another": await server.register(email="another@example.com"),
                "moderator": await server.register(email="moderator@example.com", role="moderator"),
                "admin": await server.register(email="admin@example.com", role="admin"),
            }
            return Town(url, folder, people, await things_of(server, people["user"]))

    for url in fresh_database(postgres, template="migrated"):
        yield asyncio.run(build(url))


@pytest.fixture
def database_url(postgres: str, town: Town) -> Iterator[str]:
    yield from fresh_database(postgres, template=str(conninfo_to_dict(town.database_url)["dbname"]))


@pytest.fixture
def settings(town: Town, tmp_path: Path) -> Settings:
    return Settings(data_folder=shutil.copytree(town.folder, tmp_path / "data"))


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
async def test_exactly_the_allowed_pass(server: Server, town: Town, operation: str) -> None:
    access = EXPECTED[operation]
    people, things = town.people, town.things
    found: dict[Actor, int] = {}
    texts: dict[Actor, str] = {}
    for actor in ALL:  # the owner last, so that others never find the thing gone
        reply = await ask(
            server, operation, access, person=people.get(actor), things={**things, "fresh": f"fresh_{actor}"}
        )
        found[actor], texts[actor] = reply.status_code, reply.text[:400]
    wanted = {actor: access.status_for(actor) for actor in ALL}
    assert found == wanted, {actor: texts[actor] for actor in ALL if found[actor] != wanted[actor]}


async def things_of(server: Server, user: SignedInUser) -> dict[str, str]:
    async with server.container.transactions.begin() as work:
        key = await work.get(ApiKeys).make(user.id, "pro", ApiKeyRequest(name="a script"))
        for statement in (_JOB, _CUSTOM_MODEL):
            await work.session.execute(text(statement), {"user": user.id})
    upload = await server.client.post(f"{API}/uploads", json={"size": 10}, headers=user.headers)
    kept = await server.client.post(
        f"{API}/workflows", json={"name": "mine", "definition": {"nodes": []}}, headers=user.headers
    )
    sessions = await server.client.get(f"{API}/users/me/sessions", headers=user.headers)
    gallery = await gallery_of(server, user)
    return {
        **gallery,
        "provider": "github",
        "user_id": str(user.id),
        "session_id": sessions.json()["data"][0]["id"],
        "key_id": str(key.id),
        "job_id": _JOB_ID,
        "custom_id": _JOB_ID,
        "training_id": _JOB_ID,
        "model_id": "starter",
        "upload_id": upload.json()["data"]["id"],
        "workflow_id": kept.json()["data"]["id"],
    }


async def gallery_of(server: Server, user: SignedInUser) -> dict[str, str]:
    async def make(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        reply = await server.client.post(f"{API}/gallery{path}", json=body, headers=user.headers)
        assert reply.status_code in {200, 201}, reply.text
        found: dict[str, Any] = reply.json()["data"]
        return found

    image = EXPECTED["POST /gallery/images"].body or {}
    item, trashed = await make("/images", image), await make("/images", image)
    await server.client.delete(f"{API}/gallery/images/{trashed['id']}", headers=user.headers)
    board = await make("/boards", {"name": "mine"})
    await make(f"/boards/{board['id']}/images", {"image_id": item["id"]})
    share = await make(f"/images/{item['id']}/share", {})
    canvas = await make("/canvases", EXPECTED["POST /gallery/canvases"].body or {})
    async with server.container.transactions.begin() as work:
        mine = await work.get(Accounts).get(user.id)
        files = work.get(FileRecords)
        await files.doom([blob_key(user.id, _BLOB)])
        await files.add_blob(user.id, _BLOB, 1)
        stranger = await work.get(Accounts).get(await work.get(Registration).register(_STRANGER))
    return {
        "image_id": item["id"],
        "trashed_id": trashed["id"],
        "board_id": board["id"],
        "share_id": share["id"],
        "token": share["share_token"],
        "canvas_id": canvas["id"],
        "username": mine.username,
        "stranger": stranger.username,
        "blob": _BLOB,
    }


async def ask(
    server: Server, operation: str, access: Access, *, person: SignedInUser | None, things: Mapping[str, str]
) -> httpx.Response:
    method, path = operation.split(" ", 1)
    things = {**things, **{name: things[other] for name, other in access.instead.items()}}
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


def filled(body: Any, things: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        return body.format_map(things)
    if isinstance(body, list):
        return [filled(entry, things) for entry in body]
    if isinstance(body, Mapping):
        return {name: filled(value, things) for name, value in body.items()}
    return body
