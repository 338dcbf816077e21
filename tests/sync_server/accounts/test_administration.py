"""What operators see and change, and that every change is written down."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.server import FakeClock, Server, SignedInUser

USERS = "/api/v1/users"


@pytest.fixture
async def admin(server: Server) -> SignedInUser:
    return await server.register(email="admin@example.com", role="admin")


async def listed(server: Server, admin: SignedInUser, **query: Any) -> list[str]:
    reply = await server.client.get(USERS, params=query, headers=admin.headers)
    assert reply.status_code == 200, reply.text
    return [row["email"].partition("@")[0] for row in reply.json()["data"]]


async def change(server: Server, admin: SignedInUser, user: SignedInUser, **body: Any) -> httpx.Response:
    return await server.client.patch(f"{USERS}/{user.id}", json=body, headers=admin.headers)


async def test_the_list_is_filtered_searched_and_paged(
    server: Server, admin: SignedInUser, clock: FakeClock
) -> None:
    for name, role, tier, verified in (
        ("ann", "moderator", "free", True),
        ("ben_100%", "user", "pro", True),
        ("cat", "user", "free", False),
    ):
        clock.advance(timedelta(minutes=1))
        await server.register(
            email=f"{name}@example.com",
            role=role,  # type: ignore[arg-type]  # one of the literals above
            tier=tier,
            verified=verified,
        )
    assert await listed(server, admin) == ["cat", "ben_100%", "ann", "admin"]
    assert await listed(server, admin, sort_order="asc") == ["admin", "ann", "ben_100%", "cat"]
    assert await listed(server, admin, role="moderator") == ["ann"]
    assert await listed(server, admin, tier="pro") == ["ben_100%"]
    assert await listed(server, admin, email_verified=False) == ["cat"]
    assert await listed(server, admin, search="ANN") == ["ann"]
    assert await listed(server, admin, search="%") == ["ben_100%"]  # a sign, not a pattern
    found: list[str] = []
    cursor = None
    while cursor or not found:
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        reply = (await server.client.get(USERS, params=query, headers=admin.headers)).json()
        assert reply["pagination"]["total_count"] == 4
        found += [row["email"].partition("@")[0] for row in reply["data"]]
        cursor = reply["pagination"]["next_cursor"]
    assert found == ["cat", "ben_100%", "ann", "admin"]


async def test_a_suspended_account_is_out_at_once_and_back_when_it_is_lifted(
    server: Server, admin: SignedInUser
) -> None:
    user = await server.register()
    reply = await change(server, admin, user, state="suspended", reason="spam")
    assert reply.json()["data"]["state"] == "suspended"
    assert (await server.client.get(f"{USERS}/me", headers=user.headers)).status_code == 401
    await change(server, admin, user, state="active")
    await server.sign_in(email=user.email)
    reply = await change(server, admin, user, is_active=False)
    assert (reply.json()["data"]["state"], reply.json()["data"]["is_active"]) == ("suspended", False)
    found = await server.client.get(USERS, params={"is_active": False}, headers=admin.headers)
    assert [row["email"] for row in found.json()["data"]] == [user.email]
    assert (await change(server, admin, user, is_active=True, state="suspended")).status_code == 400


async def test_a_role_takes_effect_at_once(server: Server, admin: SignedInUser) -> None:
    user = await server.register()
    assert (await server.client.get(USERS, headers=user.headers)).status_code == 403
    await change(server, admin, user, role="admin")
    assert (await server.client.get(USERS, headers=user.headers)).status_code == 200
    await change(server, admin, user, role="user")
    assert (await server.client.get(USERS, headers=user.headers)).status_code == 403


async def test_every_change_is_written_down_and_nothing_else(server: Server, admin: SignedInUser) -> None:
    user = await server.register()
    await change(server, admin, user, role="moderator", reason="helps a lot")
    await change(server, admin, user, role="moderator")  # as it was
    async with server.container.transactions.begin() as work:
        rows = (await work.session.execute(text("SELECT actor_id, subject_id, details FROM audit_log"))).all()
    assert [(row.actor_id, row.subject_id) for row in rows] == [(admin.id, user.id)]
    assert rows[0].details == {
        "before": {"role": "user", "state": "active"},
        "after": {"role": "moderator", "state": "active"},
        "reason": "helps a lot",
    }


async def test_the_last_administrator_stays(server: Server, admin: SignedInUser) -> None:
    for body in ({"role": "user"}, {"state": "suspended"}):
        assert (await change(server, admin, admin, **body)).status_code == 409


@pytest.mark.parametrize("attempt", range(3))
async def test_of_two_who_demote_each_other_one_stays(
    server: Server, admin: SignedInUser, attempt: int
) -> None:
    other = await server.register(email=f"other{attempt}@example.com", role="admin")
    replies = await asyncio.gather(
        change(server, admin, other, role="user"), change(server, other, admin, role="user")
    )
    assert sorted(reply.status_code for reply in replies) == [200, 403]
    async with server.container.transactions.begin() as work:
        left = await work.session.scalar(text("SELECT count(*) FROM users WHERE role = 'admin'"))
    assert left == 1


async def test_no_field_but_those_of_operators_is_taken(server: Server, admin: SignedInUser) -> None:
    user = await server.register()
    for body in ({"tier": "studio"}, {"email": "x@example.com"}, {"role": "owner"}, {"state": "deleting"}):
        assert (await change(server, admin, user, **body)).status_code == 400, body


async def test_an_account_in_deletion_is_its_owners(server: Server, admin: SignedInUser) -> None:
    user = await server.register()
    async with server.container.transactions.begin() as work:
        await work.session.execute(
            text("UPDATE users SET state = 'deleting' WHERE id = :id"), {"id": user.id}
        )
    assert (await change(server, admin, user, state="active")).status_code == 409


async def test_statistics_count_everybody(server: Server, admin: SignedInUser, clock: FakeClock) -> None:
    await server.register(tier="pro")
    clock.advance(timedelta(days=8))
    await server.register(email="new@example.com", verified=False)
    here = await server.sign_in(email=admin.email)
    data = (await server.client.get(f"{USERS}/stats", headers=here.headers)).json()["data"]
    assert (data["total_users"], data["verified_users"], data["new_users_7d"]) == (3, 2, 1)
    assert (data["active_users_7d"], data["active_users_30d"]) == (2, 3)
    assert data["users_by_role"] == {"admin": 1, "user": 2}
    assert data["users_by_plan"] == {"free": 2, "pro": 1}
