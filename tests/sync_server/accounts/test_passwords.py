"""A forgotten password, and choosing another."""

import re
from datetime import timedelta

import httpx
import pytest

from tests.support.server import PASSWORD, FakeClock, Server

FORGOT = "/api/v1/users/auth/forgot-password"
RESET = "/api/v1/users/auth/reset-password"
LOGIN = "/api/v1/users/auth/login"
NEW = "another-horse-8-battery"


async def forgot(server: Server, email: str = "artist@example.com") -> str:
    """The token that was mailed."""
    reply = await server.client.post(FORGOT, json={"email": email})
    assert reply.status_code == 200, reply.text
    await server.run_tasks()
    found = re.search(r"reset-password\?token=([0-9A-Za-z_-]+)", server.mails()[-1].text)
    assert found
    return found[1]


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def test_the_token_of_the_mail_sets_a_new_password_and_ends_every_sign_in(server: Server) -> None:
    user = await server.register()
    token = await forgot(server)
    reply = await server.client.post(RESET, json={"reset_token": token, "new_password": NEW})
    assert reply.status_code == 200, reply.text
    assert (await server.client.post("/api/v1/users/auth/verify", headers=user.headers)).status_code == 401
    old = await server.client.post(LOGIN, json={"email": user.email, "password": PASSWORD})
    assert old.status_code == 401
    assert (await server.sign_in(email=user.email, password=NEW)).id == user.id
    await server.run_tasks()
    assert len(server.mails()) == 3  # welcome, reset, and the word that it was done


async def test_a_token_is_good_once(server: Server) -> None:
    await server.register()
    token = await forgot(server)
    assert (
        await server.client.post(RESET, json={"reset_token": token, "new_password": NEW})
    ).status_code == 200
    again = await server.client.post(RESET, json={"reset_token": token, "new_password": PASSWORD})
    assert (again.status_code, code_of(again)) == (400, "VALIDATION_ERROR")


async def test_a_token_is_good_for_an_hour(server: Server, clock: FakeClock) -> None:
    await server.register()
    token = await forgot(server)
    clock.advance(timedelta(hours=1, seconds=1))
    reply = await server.client.post(RESET, json={"reset_token": token, "new_password": NEW})
    assert (reply.status_code, code_of(reply)) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("password", ["short", "password123", "artist@example.com"])
async def test_a_weak_password_does_not_use_up_the_token(server: Server, password: str) -> None:
    await server.register()
    token = await forgot(server)
    weak = await server.client.post(RESET, json={"reset_token": token, "new_password": password})
    assert (weak.status_code, code_of(weak)) == (400, "WEAK_PASSWORD")
    good = await server.client.post(RESET, json={"reset_token": token, "new_password": NEW})
    assert good.status_code == 200


async def test_the_reply_says_nothing_about_who_has_an_account(server: Server) -> None:
    await server.register()
    known = await server.client.post(FORGOT, json={"email": "artist@example.com"})
    unknown = await server.client.post(FORGOT, json={"email": "nobody@example.com"})
    assert known.status_code == unknown.status_code == 200
    assert (known.json()["data"], known.json()["message"]) == (
        unknown.json()["data"],
        unknown.json()["message"],
    )
    await server.run_tasks()
    assert {mail.to for mail in server.mails()} == {"artist@example.com"}


@pytest.mark.parametrize("rate_limited", [True])
async def test_a_fourth_request_in_an_hour_is_refused(server: Server) -> None:
    statuses = [
        (await server.client.post(FORGOT, json={"email": f"{number}@example.com"})).status_code
        for number in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


async def test_a_token_of_another_purpose_is_refused(server: Server) -> None:
    await server.register(verified=False)
    await server.run_tasks()
    found = re.search(r"token=([0-9A-Za-z_-]+)", server.mails()[-1].text)
    assert found
    reply = await server.client.post(RESET, json={"reset_token": found[1], "new_password": NEW})
    assert (reply.status_code, code_of(reply)) == (400, "VALIDATION_ERROR")
