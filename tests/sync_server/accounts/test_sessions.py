"""Where an account is signed in, and signing out."""

from datetime import datetime, timedelta
from uuid import uuid4

from tests.support.server import FakeClock, Server, SignedInUser

SESSIONS = "/api/v1/users/me/sessions"
LOGOUT = "/api/v1/users/auth/logout"
CHECK = "/api/v1/users/auth/verify"


async def works(server: Server, user: SignedInUser) -> bool:
    return (await server.client.post(CHECK, headers=user.headers)).status_code == 200


async def test_a_list_of_them_says_which_is_ones_own(server: Server, clock: FakeClock) -> None:
    first = await server.register(headers={"User-Agent": "Pentimento/1.0 (Linux)"})
    clock.advance(timedelta(minutes=1))
    here = await server.sign_in(email=first.email)
    rows = (await server.client.get(SESSIONS, headers=here.headers)).json()["data"]
    assert len(rows) == 3  # the registration, its sign-in, and this one
    assert [row["current"] for row in rows] == [True, False, False]
    assert "Pentimento/1.0 (Linux)" in {row["user_agent"] for row in rows}
    assert {row["address"] for row in rows} == {"127.0.0.1"}
    assert datetime.fromisoformat(rows[0]["created_at"]) == clock()
    assert rows[0].keys() >= {"id", "user_agent", "address", "created_at", "last_used_at", "expires_at"}


async def test_one_is_ended_from_another(server: Server) -> None:
    there = await server.register()
    here = await server.sign_in(email=there.email)
    rows = (await server.client.get(SESSIONS, headers=there.headers)).json()["data"]
    (session,) = [row["id"] for row in rows if row["current"]]
    reply = await server.client.delete(f"{SESSIONS}/{session}", headers=here.headers)
    assert reply.status_code == 200, reply.text
    assert not await works(server, there)
    assert await works(server, here)
    refreshed = await server.client.post(
        "/api/v1/users/auth/refresh", json={"refresh_token": there.refresh_token}
    )
    assert refreshed.status_code == 401
    assert (await server.client.delete(f"{SESSIONS}/{session}", headers=here.headers)).status_code == 404


async def test_nobody_ends_anothers(server: Server) -> None:
    owner = await server.register()
    stranger = await server.register(email="stranger@example.com")
    rows = (await server.client.get(SESSIONS, headers=owner.headers)).json()["data"]
    for session in [row["id"] for row in rows] + [str(uuid4())]:
        reply = await server.client.delete(f"{SESSIONS}/{session}", headers=stranger.headers)
        assert reply.status_code == 404
    assert await works(server, owner)


async def test_all_others_end_at_once(server: Server) -> None:
    there = await server.register()
    here = await server.sign_in(email=there.email)
    assert (await server.client.delete(SESSIONS, headers=here.headers)).status_code == 200
    assert await works(server, here)
    assert not await works(server, there)


async def test_signing_out_without_a_body_ends_this_one(server: Server) -> None:
    other = await server.register()
    here = await server.sign_in(email=other.email)
    reply = await server.client.post(LOGOUT, headers=here.headers)
    assert reply.status_code == 200, reply.text
    assert not await works(server, here)
    assert await works(server, other)


async def test_signing_out_with_a_refresh_token_ends_that_one(server: Server) -> None:
    there = await server.register()
    here = await server.sign_in(email=there.email)
    reply = await server.client.post(
        LOGOUT, json={"refresh_token": there.refresh_token}, headers=here.headers
    )
    assert reply.status_code == 200
    assert not await works(server, there)
    assert await works(server, here)


async def test_nobody_signs_another_out(server: Server) -> None:
    owner = await server.register()
    stranger = await server.register(email="stranger@example.com")
    await server.client.post(LOGOUT, json={"refresh_token": owner.refresh_token}, headers=stranger.headers)
    assert await works(server, owner)


async def test_without_a_token_there_is_nothing_to_end(server: Server) -> None:
    for reply in (await server.client.post(LOGOUT), await server.client.get(SESSIONS)):
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "UNAUTHORIZED")
