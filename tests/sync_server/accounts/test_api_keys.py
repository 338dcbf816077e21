"""Keys for programs: shown once, kept as hashes, and good for less than a sign-in."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.server import PASSWORD, FakeClock, Server, SignedInUser

ME = "/api/v1/users/me"
KEYS = f"{ME}/api-keys"


async def make(server: Server, user: SignedInUser, **body: Any) -> dict[str, Any]:
    reply = await server.client.post(KEYS, json={"name": "a script", **body}, headers=user.headers)
    assert reply.status_code == 201, reply.text
    return dict(reply.json()["data"])


async def ask(server: Server, key: str, path: str = ME) -> httpx.Response:
    return await server.client.get(path, headers={"Authorization": f"Bearer {key}"})


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def test_a_key_acts_for_its_account_and_is_shown_once(server: Server) -> None:
    user = await server.register(tier="pro")
    made = await make(server, user)
    assert made["key"].startswith("pmt_")
    assert made["key"].startswith(made["hint"])
    reply = await ask(server, made["key"])
    assert (reply.status_code, reply.json()["data"]["id"]) == (200, str(user.id))
    listed = await server.client.get(KEYS, headers=user.headers)
    assert made["key"] not in listed.text
    assert [(row["name"], row["hint"]) for row in listed.json()["data"]] == [("a script", made["hint"])]


async def test_the_database_does_not_hold_the_key(server: Server) -> None:
    user = await server.register(tier="pro")
    key = (await make(server, user))["key"]
    async with server.container.transactions.begin() as work:
        rows = (await work.session.execute(text("SELECT api_keys::text FROM api_keys"))).scalars().all()
        replies = (await work.session.execute(text("SELECT count(*) FROM idempotent_replies"))).scalar_one()
    assert len(rows) == 1
    assert key not in rows[0]
    assert key.encode().hex() not in rows[0]
    assert replies == 0


async def test_a_plan_without_keys_makes_none_and_its_old_ones_open_nothing(server: Server) -> None:
    free = await server.register(email="free@example.com")
    reply = await server.client.post(KEYS, json={"name": "a script"}, headers=free.headers)
    assert (reply.status_code, code_of(reply)) == (403, "FEATURE_LOCKED")
    user = await server.register(tier="pro")
    key = (await make(server, user))["key"]
    async with server.container.transactions.begin() as work:
        await work.session.execute(text("UPDATE users SET tier = 'free'"))
    reply = await ask(server, key)
    assert (reply.status_code, code_of(reply)) == (403, "FEATURE_LOCKED")


async def test_a_deleted_or_expired_key_opens_nothing(server: Server, clock: FakeClock) -> None:
    user = await server.register(tier="pro")
    brief, deleted = await make(server, user, expires_in_days=1), await make(server, user)
    assert (await ask(server, brief["key"])).status_code == 200
    gone = await server.client.delete(f"{KEYS}/{deleted['id']}", headers=user.headers)
    assert gone.status_code == 200
    assert code_of(await ask(server, deleted["key"])) == "INVALID_TOKEN"
    clock.advance(timedelta(days=1))
    assert code_of(await ask(server, brief["key"])) == "TOKEN_EXPIRED"


async def test_nobody_deletes_anothers(server: Server) -> None:
    owner = await server.register(tier="pro")
    stranger = await server.register(email="stranger@example.com", tier="pro")
    made = await make(server, owner)
    reply = await server.client.delete(f"{KEYS}/{made['id']}", headers=stranger.headers)
    assert reply.status_code == 404
    assert (await ask(server, made["key"])).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", KEYS, None),
        ("POST", KEYS, {"name": "another"}),
        ("DELETE", f"{ME}/sessions", None),
        ("PUT", f"{ME}/settings/security", {"current_password": PASSWORD, "two_factor_enabled": True}),
        ("DELETE", ME, {"confirmation": "DELETE", "password": PASSWORD}),
        ("GET", "/api/v1/users", None),
        ("POST", "/api/v1/payments/subscriptions/upgrade", {"plan": "studio"}),
        ("POST", "/api/v1/payments/subscriptions/cancel", {}),
        ("POST", "/api/v1/payments/credits/purchase", {"package": "credits_100"}),
    ],
)
async def test_what_needs_a_person(server: Server, method: str, path: str, body: Any) -> None:
    admin = await server.register(tier="pro", role="admin")
    key = (await make(server, admin))["key"]
    reply = await server.client.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})
    assert (reply.status_code, code_of(reply)) == (403, "FORBIDDEN"), reply.text


async def test_a_suspended_account_or_one_in_deletion_acts_by_no_key(server: Server) -> None:
    user = await server.register(tier="pro")
    key = (await make(server, user))["key"]
    for state in ("suspended", "deleting"):
        async with server.container.transactions.begin() as work:
            await work.session.execute(text(f"UPDATE users SET state = '{state}'"))
        assert code_of(await ask(server, key)) == "ACCOUNT_SUSPENDED"


async def test_calls_are_counted_by_day_and_the_last_use_is_told(server: Server, clock: FakeClock) -> None:
    user = await server.register(tier="pro")
    key = (await make(server, user))["key"]
    for _ in range(3):
        await ask(server, key)
    clock.advance(timedelta(days=1))
    await ask(server, key)
    here = await server.sign_in(email=user.email)
    for period, calls in (("day", 1), ("7d", 4)):
        report = await server.client.get(f"{ME}/usage", params={"period": period}, headers=here.headers)
        assert report.json()["data"]["api_calls"] == calls, period
    (row,) = (await server.client.get(KEYS, headers=here.headers)).json()["data"]
    assert row["last_used_at"] == clock().isoformat().replace("+00:00", "Z")


async def test_twenty_are_enough(server: Server) -> None:
    user = await server.register(tier="pro")
    for _ in range(20):
        await make(server, user)
    reply = await server.client.post(KEYS, json={"name": "one more"}, headers=user.headers)
    assert (reply.status_code, code_of(reply)) == (422, "UNPROCESSABLE")
