"""Signing in with a code by mail."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sync_server.app.settings import Settings
from tests.support.server import FakeClock, Server

LINK = "/api/v1/users/auth/magic-link"
EMAIL = "artist@example.com"


async def mailed_code(server: Server, email: str = EMAIL) -> str:
    reply = await server.client.post(f"{LINK}/request", json={"email": email})
    assert reply.status_code == 200, reply.text
    await server.run_tasks()
    mail = server.mails()[-1]
    assert mail.to == email
    found = re.search(r"\b(\d{6})\b", mail.text)
    assert found
    return found[1]


async def verify(server: Server, code: str, email: str = EMAIL) -> httpx.Response:
    return await server.client.post(f"{LINK}/verify", json={"email": email, "code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_code_signs_in_and_confirms_the_address(server: Server) -> None:
    user = await server.register(verified=False)
    reply = await verify(server, await mailed_code(server))
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert (data["user"]["id"], data["user"]["email_verified"]) == (str(user.id), True)
    assert data["access_token"]
    assert data["refresh_token"]
    assert data["is_new_user"] is False


async def test_a_code_is_good_once(server: Server) -> None:
    await server.register()
    code = await mailed_code(server)
    assert (await verify(server, code)).status_code == 200
    assert (await verify(server, code)).status_code == 401


async def test_a_code_is_good_for_ten_minutes(server: Server, clock: FakeClock) -> None:
    await server.register()
    code = await mailed_code(server)
    clock.advance(timedelta(minutes=10, seconds=1))
    assert (await verify(server, code)).status_code == 401


async def test_after_five_wrong_codes_the_right_one_is_wrong_too(server: Server) -> None:
    await server.register()
    code = await mailed_code(server)
    for _ in range(5):
        reply = await verify(server, wrong(code))
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "AUTHENTICATION_FAILED")
    assert (await verify(server, code)).status_code == 401


async def test_after_four_it_is_still_right(server: Server) -> None:
    await server.register()
    code = await mailed_code(server)
    for _ in range(4):
        await verify(server, wrong(code))
    assert (await verify(server, code)).status_code == 200


async def test_a_code_is_for_its_own_address(server: Server) -> None:
    await server.register()
    code = await mailed_code(server)
    await mailed_code(server, "second@example.com")
    assert (await verify(server, code, "second@example.com")).status_code in {401, 200}
    assert (await verify(server, code)).status_code == 200


async def test_an_address_without_an_account_reads_the_same_and_gets_one(server: Server) -> None:
    await server.register()
    known = await server.client.post(f"{LINK}/request", json={"email": EMAIL})
    code = await mailed_code(server, "new@example.com")
    reply = await verify(server, code, "new@example.com")
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert (data["is_new_user"], data["user"]["email_verified"]) == (True, True)
    assert known.json()["data"] is None


@pytest.mark.parametrize("rate_limited", [True])
async def test_check_user_tells_and_is_limited(server: Server) -> None:
    await server.register()
    found = [
        (await server.client.post(f"{LINK}/check-user", json={"email": email})).json()["data"]
        for email in (EMAIL, "nobody@example.com")
    ]
    assert found == [{"exists": True}, {"exists": False}]
    statuses = [
        (await server.client.post(f"{LINK}/check-user", json={"email": EMAIL})).status_code for _ in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


class TestNeutral:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_folder=tmp_path / "data", neutral_registration=True)

    async def test_check_user_tells_nothing(self, server: Server) -> None:
        replies = [
            (await server.client.post(f"{LINK}/check-user", json={"email": email})).json()["data"]
            for email in (EMAIL, "nobody@example.com")
        ]
        assert replies[0] == replies[1]
