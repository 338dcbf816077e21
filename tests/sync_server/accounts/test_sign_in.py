"""Signing in with a password: the same words for every failure, and a pace that hits the guesser, not the owner."""

import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.platform.security.passwords import PasswordHasher
from tests.support.server import PASSWORD, FakeClock, Server

LOGIN = "/api/v1/users/auth/login"
EMAIL = "artist@example.com"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Behind a proxy, so that a test may come from anywhere."""
    return Settings(data_folder=tmp_path / "data", trusted_proxies=["127.0.0.1"])


async def login(
    server: Server, *, email: str = EMAIL, password: str = PASSWORD, address: str = "203.0.113.1"
) -> httpx.Response:
    return await server.client.post(
        LOGIN, json={"email": email, "password": password}, headers={"X-Forwarded-For": address}
    )


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def change(server: Server, assignment: str) -> None:
    async with server.container.transactions.begin() as work:
        await work.session.execute(text(f"UPDATE users SET {assignment}"))


async def test_the_owner_gets_tokens_and_the_account(server: Server) -> None:
    user = await server.register()
    reply = await login(server, email=" Artist@Example.com ")
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert (data["user"]["id"], data["user"]["tier"]) == (str(user.id), "free")
    assert (data["token_type"], data["expires_in"]) == ("Bearer", 900)
    check = await server.client.post(
        "/api/v1/users/auth/verify", headers={"Authorization": f"Bearer {data['access_token']}"}
    )
    assert check.json()["data"] == {"valid": True, "user_id": str(user.id)}


async def test_a_wrong_password_and_an_unknown_address_read_the_same(server: Server) -> None:
    await server.register()
    wrong = await login(server, password="not-the-password")
    unknown = await login(server, email="nobody@example.com", password="not-the-password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["error"] == unknown.json()["error"]
    assert code_of(wrong) == "AUTHENTICATION_FAILED"


async def test_they_take_as_long(server: Server) -> None:
    await server.register()

    async def fastest(email: str, net: int) -> float:
        times = []
        for number in range(4):
            began = time.perf_counter()
            await login(server, email=email, password="not-the-password", address=f"198.51.{net}.{number}")
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = await fastest(EMAIL, 1), await fastest("nobody@example.com", 2)
    assert 0.4 < known / unknown < 2.5


async def test_a_suspended_account_stays_out_and_is_told_so_only_with_the_right_password(
    server: Server,
) -> None:
    await server.register()
    await change(server, "state = 'suspended'")
    reply = await login(server)
    assert (reply.status_code, code_of(reply)) == (403, "ACCOUNT_SUSPENDED")
    assert code_of(await login(server, password="not-the-password")) == "AUTHENTICATION_FAILED"


async def test_an_account_in_deletion_may_sign_in(server: Server) -> None:
    await server.register()
    await change(server, "state = 'deleting'")
    assert (await login(server)).status_code == 200


async def test_an_account_without_a_password_has_no_right_one(server: Server) -> None:
    await server.register()
    await change(server, "password_hash = NULL")
    for password in ("", "nobody's password", PASSWORD):
        reply = await login(server, password=password)
        assert reply.status_code in {400, 401}, password


async def test_a_password_is_hashed_anew_when_the_parameters_have_grown(
    server: Server, container: Container
) -> None:
    await server.register()
    weaker = PasswordHasher(memory_kib=8_192, passes=1, lanes=1)
    old = await weaker.hash(PASSWORD)
    weaker.close()
    await change(server, f"password_hash = '{old}'")
    assert (await login(server)).status_code == 200
    async with container.transactions.begin() as work:
        kept = (await work.session.execute(text("SELECT password_hash FROM users"))).scalar_one()
    assert not container.passwords.needs_rehash(kept)
    assert (await login(server)).status_code == 200


class TestPace:
    async def test_a_guesser_waits_longer_after_each_failure(self, server: Server, clock: FakeClock) -> None:
        await server.register()
        waits = []
        for _ in range(9):
            reply = await login(server, password="a-guess", address="198.51.100.1")
            if reply.status_code == 429:
                waits.append(int(reply.headers["Retry-After"]))
                clock.advance(timedelta(seconds=waits[-1]))
        assert len(waits) >= 2
        assert waits == sorted(waits)
        assert waits[-1] > waits[0]

    async def test_the_owner_is_not_kept_out_by_guessers_elsewhere(self, server: Server) -> None:
        await server.register()
        assert (await login(server, address="203.0.113.7")).status_code == 200
        replies = [
            await login(server, password="a-guess", address=f"198.51.100.{number}") for number in range(12)
        ]
        # Many places are no way around the pace ...
        assert replies[-1].status_code == 429
        # ... and the owner's own place is as open as ever.
        assert (await login(server, address="203.0.113.7")).status_code == 200

    async def test_the_pace_says_nothing_about_who_has_an_account(self, server: Server) -> None:
        await server.register()
        for email in (EMAIL, "nobody@example.com"):
            replies = [
                await login(server, email=email, password="a-guess", address=f"198.51.100.{number}")
                for number in range(7)
            ]
            assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 2, email

    @pytest.mark.parametrize("rate_limited", [True])
    async def test_an_eleventh_try_from_one_place_in_an_hour_is_refused(self, server: Server) -> None:
        statuses = [
            (await login(server, email=f"{number}@example.com", address="198.51.100.9")).status_code
            for number in range(11)
        ]
        assert statuses == [401] * 10 + [429]
