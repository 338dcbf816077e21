"""Making an account, and confirming its address."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest

from sync_server.app.settings import Settings
from tests.support.server import PASSWORD, FakeClock, Server

REGISTER = "/api/v1/users/auth/register"
VERIFY = "/api/v1/users/auth/verify-email"
RESEND = "/api/v1/users/auth/resend-verification"


def body(**changes: Any) -> dict[str, Any]:
    return {"email": "artist@example.com", "password": PASSWORD, **changes}


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def mailed_token(server: Server) -> str:
    await server.run_tasks()
    found = re.search(r"token=([0-9A-Za-z_-]+)", server.mails()[-1].text)
    assert found
    return found[1]


async def test_registration_signs_in_at_once(server: Server, clock: FakeClock) -> None:
    reply = await server.client.post(REGISTER, json=body(username="johndoe", full_name="John Doe"))
    assert reply.status_code == 201, reply.text
    data = reply.json()["data"]
    assert (data["token_type"], data["expires_in"]) == ("Bearer", 900)
    user = data["user"]
    assert UUID(user["id"]).version == 7
    assert (user["email"], user["username"], user["full_name"]) == (
        "artist@example.com",
        "johndoe",
        "John Doe",
    )
    assert (user["role"], user["tier"], user["email_verified"]) == ("user", "free", False)
    assert "password" not in reply.text
    claims = jwt.decode(data["access_token"], options={"verify_signature": False})
    assert claims.keys() == {"sub", "sid", "email", "username", "role", "type", "iat", "exp", "jti"}
    assert (claims["sub"], claims["type"], claims["role"]) == (user["id"], "access", "user")
    assert claims["exp"] == int((clock() + timedelta(minutes=15)).timestamp())


async def test_the_first_credits_come_with_the_account(server: Server) -> None:
    user = await server.register()
    reply = await server.client.get("/api/v1/payments/credits/transactions", headers=user.headers)
    assert [(row["transaction_type"], row["amount"]) for row in reply.json()["data"]] == [
        ("subscription_grant", 100)
    ]


async def test_a_name_is_made_up_where_none_is_given(server: Server) -> None:
    names = set()
    for address in ("ann@example.com", "ann@example.org", "안녕@example.com"):
        reply = await server.client.post(REGISTER, json=body(email=address))
        assert reply.status_code == 201, reply.text
        names.add(reply.json()["data"]["user"]["username"])
    assert len(names) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{3,30}", name) for name in names)


@pytest.mark.parametrize("name", ["name", "full_name", "displayName"])
async def test_the_names_of_the_seeds_are_taken(server: Server, name: str) -> None:
    reply = await server.client.post(REGISTER, json=body(**{name: "홍길동"}))
    assert reply.json()["data"]["user"]["full_name"] == "홍길동"


async def test_an_address_has_one_account_however_it_is_written(server: Server) -> None:
    assert (await server.client.post(REGISTER, json=body())).status_code == 201
    reply = await server.client.post(REGISTER, json=body(email="Artist@Example.COM"))
    assert (reply.status_code, code_of(reply)) == (409, "USER_EXISTS")


async def test_a_name_is_given_once_however_it_is_written(server: Server) -> None:
    assert (await server.client.post(REGISTER, json=body(username="Ann.A"))).status_code == 201
    reply = await server.client.post(REGISTER, json=body(email="second@example.com", username="ann.a"))
    assert (reply.status_code, code_of(reply)) == (409, "USER_EXISTS")


async def test_of_two_at_once_one_gets_the_address(server: Server) -> None:
    replies = await asyncio.gather(*(server.client.post(REGISTER, json=body()) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    "password", ["short7!", "password123", "aaaaaaaaaaaa", "artist@example.com", "x1y2" * 33]
)
async def test_a_weak_password_is_refused(server: Server, password: str) -> None:
    reply = await server.client.post(REGISTER, json=body(password=password))
    assert (reply.status_code, code_of(reply)) == (400, "WEAK_PASSWORD")


@pytest.mark.parametrize("address", ["artist", "artist@", "@example.com", "a b@example.com", "a@b..com"])
async def test_what_is_no_address_is_refused(server: Server, address: str) -> None:
    reply = await server.client.post(REGISTER, json=body(email=address))
    assert (reply.status_code, code_of(reply)) == (400, "INVALID_EMAIL")


@pytest.mark.parametrize("rate_limited", [True])
async def test_a_sixth_registration_in_an_hour_is_refused(server: Server) -> None:
    for number in range(5):
        reply = await server.client.post(REGISTER, json=body(email=f"artist{number}@example.com"))
        assert reply.status_code == 201
    reply = await server.client.post(REGISTER, json=body(email="sixth@example.com"))
    assert (reply.status_code, code_of(reply)) == (429, "RATE_LIMIT_EXCEEDED")
    assert int(reply.headers["Retry-After"]) > 0


async def test_the_same_key_makes_one_account(server: Server) -> None:
    headers = {"Idempotency-Key": "one-registration"}
    first = await server.client.post(REGISTER, json=body(), headers=headers)
    again = await server.client.post(REGISTER, json=body(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["data"] == first.json()["data"]


class TestConfirmation:
    async def test_the_token_of_the_mail_confirms_the_address_once(self, server: Server) -> None:
        user = await server.register(verified=False)
        token = await mailed_token(server)
        assert server.mails()[-1].to == user.email
        reply = await server.client.post(VERIFY, json={"verification_token": token})
        assert reply.status_code == 200, reply.text
        assert (await server.client.post(RESEND, headers=user.headers)).status_code == 409
        reply = await server.client.post(VERIFY, json={"token": token})
        assert (reply.status_code, code_of(reply)) == (400, "VALIDATION_ERROR")

    async def test_a_token_is_good_for_a_while(self, server: Server, clock: FakeClock) -> None:
        await server.register(verified=False)
        token = await mailed_token(server)
        clock.advance(timedelta(days=30))
        reply = await server.client.post(VERIFY, json={"verification_token": token})
        assert (reply.status_code, code_of(reply)) == (400, "VALIDATION_ERROR")

    async def test_only_the_newest_token_is_good(self, server: Server) -> None:
        user = await server.register(verified=False)
        first = await mailed_token(server)
        assert (await server.client.post(RESEND, headers=user.headers)).status_code == 200
        second = await mailed_token(server)
        assert first != second
        assert (await server.client.post(VERIFY, json={"verification_token": first})).status_code == 400
        assert (await server.client.post(VERIFY, json={"verification_token": second})).status_code == 200

    @pytest.mark.parametrize("rate_limited", [True])
    async def test_a_fourth_mail_in_an_hour_is_refused(self, server: Server) -> None:
        user = await server.register(verified=False)
        statuses = [(await server.client.post(RESEND, headers=user.headers)).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]

    async def test_the_mail_speaks_korean_to_who_asked_in_korean(self, server: Server) -> None:
        await server.client.post(REGISTER, json=body(), headers={"Accept-Language": "ko-KR"})
        await server.run_tasks()
        assert re.search("[가-힣]", server.mails()[-1].subject)


class TestNeutral:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_folder=tmp_path / "data", neutral_registration=True)

    async def test_nobody_learns_who_has_an_account(self, server: Server) -> None:
        first = await server.client.post(REGISTER, json=body())
        again = await server.client.post(REGISTER, json=body())
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["data"] == again.json()["data"] == {"email": "artist@example.com"}
        assert first.json()["message"] == again.json()["message"]
        await server.run_tasks()
        assert len(server.mails()) == 2
        assert (await server.sign_in(email="artist@example.com")).access_token
