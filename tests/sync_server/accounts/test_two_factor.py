"""The second factor: asked for by every way in, good once, and turned off only with the password."""

from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import text

from tests.support.server import PASSWORD, FakeClock, Server, SignedInUser

ME = "/api/v1/users/me"
SECURITY = f"{ME}/settings/security"
SECOND = "/api/v1/users/auth/two-factor"


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def turn_on(server: Server, user: SignedInUser, clock: FakeClock) -> tuple[pyotp.TOTP, list[str]]:
    reply = await server.client.put(
        SECURITY, json={"current_password": PASSWORD, "two_factor_enabled": True}, headers=user.headers
    )
    assert reply.status_code == 200, reply.text
    assert reply.json()["data"]["two_factor_enabled"] is False
    parsed = pyotp.parse_uri(reply.json()["data"]["two_factor_setup"]["otpauth_uri"])
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.issuer, parsed.name) == ("Pentimento", user.email)
    confirmed = await server.client.post(
        f"{ME}/two-factor/confirm", json={"code": parsed.at(clock())}, headers=user.headers
    )
    assert confirmed.status_code == 200, confirmed.text
    clock.advance(timedelta(minutes=1))
    return parsed, confirmed.json()["data"]["recovery_codes"]


async def challenge(server: Server, user: SignedInUser) -> str:
    reply = await server.client.post(
        "/api/v1/users/auth/login", json={"email": user.email, "password": PASSWORD}
    )
    assert (reply.status_code, code_of(reply)) == (401, "TWO_FACTOR_REQUIRED"), reply.text
    details = reply.json()["error"]["details"]
    assert details["methods"] == ["code", "recovery_code"]
    return str(details["challenge_token"])


async def answer(server: Server, token: str, **given: Any) -> httpx.Response:
    return await server.client.post(SECOND, json={"challenge_token": token, **given})


async def test_a_password_alone_opens_nothing_any_more(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    token = await challenge(server, user)
    as_bearer = await server.client.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert as_bearer.status_code == 401
    reply = await answer(server, token, code=totp.at(clock()))
    assert reply.status_code == 200, reply.text
    headers = {"Authorization": f"Bearer {reply.json()['data']['access_token']}"}
    settings = await server.client.get(f"{ME}/settings", headers=headers)
    security = settings.json()["data"]["security"]
    assert (security["two_factor_enabled"], security["recovery_codes_left"]) == (True, 10)


async def test_a_code_is_good_once(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    code = totp.at(clock())
    assert (await answer(server, await challenge(server, user), code=code)).status_code == 200
    again = await answer(server, await challenge(server, user), code=code)
    assert (again.status_code, code_of(again)) == (401, "AUTHENTICATION_FAILED")
    # Nor is the one before it, which the window would otherwise let through.
    before = totp.at(clock() - timedelta(seconds=30))
    assert (await answer(server, await challenge(server, user), code=before)).status_code == 401


async def test_a_clock_that_is_half_a_minute_off_does_not_matter(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    early = totp.at(clock() + timedelta(seconds=30))
    assert (await answer(server, await challenge(server, user), code=early)).status_code == 200
    clock.advance(timedelta(minutes=5))
    much_too_early = totp.at(clock() + timedelta(seconds=90))
    assert (await answer(server, await challenge(server, user), code=much_too_early)).status_code == 401


async def test_a_recovery_code_is_good_once(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    _, codes = await turn_on(server, user, clock)
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ")
    assert (await answer(server, await challenge(server, user), recovery_code=typed)).status_code == 200
    assert (await answer(server, await challenge(server, user), recovery_code=typed)).status_code == 401
    assert (await answer(server, await challenge(server, user), recovery_code=codes[4])).status_code == 200


async def test_new_recovery_codes_replace_the_old(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    _, old = await turn_on(server, user, clock)
    path = f"{ME}/two-factor/recovery-codes"
    assert (await server.client.post(path, json={}, headers=user.headers)).status_code == 401
    reply = await server.client.post(path, json={"current_password": PASSWORD}, headers=user.headers)
    new = reply.json()["data"]["recovery_codes"]
    assert (await answer(server, await challenge(server, user), recovery_code=old[0])).status_code == 401
    assert (await answer(server, await challenge(server, user), recovery_code=new[0])).status_code == 200


async def test_a_guesser_of_codes_waits(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    await turn_on(server, user, clock)
    token = await challenge(server, user)
    replies = [await answer(server, token, code=f"{number:06d}") for number in range(8)]
    assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 3


async def test_a_right_password_does_not_wipe_out_the_failed_codes(server: Server, clock: FakeClock) -> None:
    """Else a guesser who knows it would sign in between guesses and never wait."""
    user = await server.register()
    await turn_on(server, user, clock)
    statuses = [
        (await answer(server, await challenge(server, user), code=f"{number:06d}")).status_code
        for number in range(5)
    ]
    login = await server.client.post(
        "/api/v1/users/auth/login", json={"email": user.email, "password": PASSWORD}
    )
    assert statuses == [401] * 5
    assert login.status_code == 429


async def test_a_challenge_ends_after_ten_minutes(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    token = await challenge(server, user)
    clock.advance(timedelta(minutes=10))
    reply = await answer(server, token, code=totp.at(clock()))
    assert (reply.status_code, code_of(reply)) == (401, "TOKEN_EXPIRED")


async def test_an_access_token_is_no_challenge(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    reply = await answer(server, user.access_token, code=totp.at(clock()))
    assert (reply.status_code, code_of(reply)) == (401, "INVALID_TOKEN")


async def test_a_mailed_code_and_a_new_password_are_no_way_around_it(
    server: Server, clock: FakeClock
) -> None:
    user = await server.register()
    await turn_on(server, user, clock)
    await server.client.post("/api/v1/users/auth/magic-link/request", json={"email": user.email})
    await server.run_tasks()
    code = server.mails()[-1].subject.split()[0]
    reply = await server.client.post(
        "/api/v1/users/auth/magic-link/verify", json={"email": user.email, "code": code}
    )
    assert code_of(reply) == "TWO_FACTOR_REQUIRED"
    again = await server.client.post(
        "/api/v1/users/auth/magic-link/verify", json={"email": user.email, "code": code}
    )
    assert code_of(again) == "AUTHENTICATION_FAILED"


async def test_it_is_off_with_the_password_and_both_are_told_by_mail(
    server: Server, clock: FakeClock
) -> None:
    user = await server.register()
    await turn_on(server, user, clock)
    wrong = {"current_password": "not-the-password", "two_factor_enabled": False}
    assert (await server.client.put(SECURITY, json=wrong, headers=user.headers)).status_code == 401
    right = {"current_password": PASSWORD, "two_factor_enabled": False}
    reply = await server.client.put(SECURITY, json=right, headers=user.headers)
    assert reply.json()["data"] == {"two_factor_enabled": False, "two_factor_setup": None}
    await server.sign_in(email=user.email)
    await server.run_tasks()
    subjects = [mail.subject for mail in server.mails() if mail.to == user.email]
    assert subjects[-2:] == ["Two-factor sign-in is on", "Two-factor sign-in is off"]


async def test_nothing_is_asked_before_a_first_code_was_right(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    body = {"current_password": PASSWORD, "two_factor_enabled": True}
    await server.client.put(SECURITY, json=body, headers=user.headers)
    wrong = await server.client.post(
        f"{ME}/two-factor/confirm", json={"code": "000000"}, headers=user.headers
    )
    assert wrong.status_code == 401
    await server.sign_in(email=user.email)
    await turn_on(server, user, clock)
    twice = await server.client.put(SECURITY, json=body, headers=user.headers)
    assert (twice.status_code, code_of(twice)) == (409, "CONFLICT")


async def test_the_secret_is_sealed_in_the_database(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    totp, codes = await turn_on(server, user, clock)
    async with server.container.transactions.begin() as work:
        sealed = (await work.session.execute(text("SELECT sealed_secret FROM two_factor"))).scalar_one()
        hashes = (await work.session.execute(text("SELECT hash FROM recovery_codes"))).scalars().all()
    assert totp.byte_secret() not in sealed
    assert all(codes[0].replace("-", "").encode() not in one for one in hashes)


async def test_a_secret_that_was_sealed_under_another_key_lets_nobody_in(
    server: Server, clock: FakeClock
) -> None:
    user = await server.register()
    totp, _ = await turn_on(server, user, clock)
    async with server.container.transactions.begin() as work:
        await work.session.execute(text("UPDATE two_factor SET sealed_secret = 'sealed under a lost secret'"))
    reply = await answer(server, await challenge(server, user), code=totp.at(clock()))
    assert (reply.status_code, code_of(reply)) == (401, "AUTHENTICATION_FAILED")


@pytest.mark.parametrize("minutes", [9, 11])
async def test_an_account_without_a_password_needs_a_recent_sign_in(
    server: Server, clock: FakeClock, minutes: int
) -> None:
    user = await server.register()
    async with server.container.transactions.begin() as work:
        await work.session.execute(text("UPDATE users SET password_hash = NULL"))
    clock.advance(timedelta(minutes=minutes))
    reply = await server.client.put(SECURITY, json={"two_factor_enabled": True}, headers=user.headers)
    assert reply.status_code == (200 if minutes == 9 else 401), reply.text
