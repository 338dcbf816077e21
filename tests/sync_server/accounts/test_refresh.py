"""Refresh tokens: good once, with a short grace for a lost reply; theft ends the sign-in."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from sync_server.app.settings import Settings
from tests.support.server import FakeClock, Server

REFRESH = "/api/v1/users/auth/refresh"
CHECK = "/api/v1/users/auth/verify"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", trusted_proxies=["127.0.0.1"])


async def refresh(server: Server, token: str, *, address: str = "127.0.0.1") -> httpx.Response:
    return await server.client.post(
        REFRESH, json={"refresh_token": token}, headers={"X-Forwarded-For": address}
    )


async def works(server: Server, access_token: str) -> bool:
    headers = {"Authorization": f"Bearer {access_token}"}
    return (await server.client.post(CHECK, headers=headers)).status_code == 200


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def test_both_tokens_come_back_new(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    clock.advance(timedelta(minutes=20))
    assert not await works(server, user.access_token)
    reply = await refresh(server, user.refresh_token)
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert (data["token_type"], data["expires_in"]) == ("Bearer", 900)
    assert data["refresh_token"] != user.refresh_token
    assert await works(server, data["access_token"])


async def test_a_token_in_use_lives_on_and_one_out_of_use_ends(server: Server, clock: FakeClock) -> None:
    token = (await server.register()).refresh_token
    for _ in range(3):
        clock.advance(timedelta(days=6))
        token = (await refresh(server, token)).json()["data"]["refresh_token"]
    clock.advance(timedelta(days=7, seconds=1))
    reply = await refresh(server, token)
    assert (reply.status_code, code_of(reply)) == (401, "TOKEN_EXPIRED")


async def test_a_lost_reply_is_no_theft(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    await refresh(server, user.refresh_token)
    clock.advance(timedelta(seconds=9))
    again = await refresh(server, user.refresh_token)
    assert again.status_code == 200, again.text
    assert (await refresh(server, again.json()["data"]["refresh_token"])).status_code == 200


async def test_the_grace_is_short(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    newest = (await refresh(server, user.refresh_token)).json()["data"]
    clock.advance(timedelta(seconds=11))
    reply = await refresh(server, user.refresh_token)
    assert (reply.status_code, code_of(reply)) == (401, "INVALID_TOKEN")
    assert (await refresh(server, newest["refresh_token"])).status_code == 401
    assert not await works(server, newest["access_token"])


async def test_the_grace_is_not_for_another_client(server: Server) -> None:
    user = await server.register()
    newest = (await refresh(server, user.refresh_token)).json()["data"]
    thief = await refresh(server, user.refresh_token, address="198.51.100.66")
    assert (thief.status_code, code_of(thief)) == (401, "INVALID_TOKEN")
    assert not await works(server, newest["access_token"])


async def test_theft_ends_one_sign_in_only(server: Server, clock: FakeClock) -> None:
    stolen = await server.register()
    other = await server.sign_in(email=stolen.email)
    await refresh(server, stolen.refresh_token)
    clock.advance(timedelta(minutes=1))
    await refresh(server, stolen.refresh_token)
    assert await works(server, other.access_token)
    assert (await refresh(server, other.refresh_token)).status_code == 200


async def test_two_at_once_both_go_on(server: Server) -> None:
    user = await server.register()
    replies = await asyncio.gather(*(refresh(server, user.refresh_token) for _ in range(4)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["data"]["refresh_token"] for reply in replies}) == 4


async def test_a_suspended_account_gets_none(server: Server) -> None:
    user = await server.register()
    async with server.container.transactions.begin() as work:
        await work.session.execute(text("UPDATE users SET state = 'suspended'"))
    reply = await refresh(server, user.refresh_token)
    assert (reply.status_code, code_of(reply)) == (403, "ACCOUNT_SUSPENDED")


@pytest.mark.parametrize("token", ["not ours", "", "0" * 64])
async def test_what_we_did_not_give_is_refused(server: Server, token: str) -> None:
    reply = await refresh(server, token)
    assert (reply.status_code, code_of(reply)) in {(401, "INVALID_TOKEN"), (400, "VALIDATION_ERROR")}


async def test_no_token_is_kept_as_it_is(server: Server) -> None:
    user = await server.register()
    async with server.container.transactions.begin() as work:
        rows = (await work.session.execute(text("SELECT t::text FROM refresh_tokens t"))).scalars().all()
    assert rows
    assert all(user.refresh_token not in row for row in rows)


@pytest.mark.parametrize("rate_limited", [True])
async def test_a_hundred_an_hour_are_enough(server: Server) -> None:
    token = (await server.register()).refresh_token
    for number in range(101):
        # From many places, so that the limit met is the user's own.
        reply = await refresh(server, token, address=f"198.51.{number}.1")
        if reply.status_code != 200:
            break
        token = reply.json()["data"]["refresh_token"]
    assert number == 100
    assert (reply.status_code, code_of(reply)) == (429, "RATE_LIMIT_EXCEEDED")
    # The refused one was not spent.
    async with server.container.transactions.begin() as work:
        unspent = await work.session.execute(
            text("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL")
        )
        assert unspent.scalar_one() >= 1
