"""In through Google, GitHub and Discord, each spoken to over HTTP; and what an attacker tries on the way."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import text

from shared.contracts.ways_in import ProviderName
from sync_server.accounts.service.sign_in_codes import s256_challenge
from sync_server.app.settings import Settings
from tests.support.loopback import listening
from tests.support.oauth_simulator import CLIENT, OAuthSimulator
from tests.support.server import PASSWORD, FakeClock, Server, SignedInUser

API = "/api/v1/users"
LISTED = "https://studio.example.com/signed-in?from=oauth"
LOOPBACK = "http://127.0.0.1:49152/signed-in"
VERIFIER = "a-verifier-that-only-the-asking-program-knows-1"
PROVIDERS: list[ProviderName] = ["google", "github", "discord"]


@pytest.fixture
def simulator() -> OAuthSimulator:
    return OAuthSimulator()


@pytest.fixture
def provider_address(simulator: OAuthSimulator) -> Iterator[str]:
    with listening(simulator.app()) as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path, provider_address: str) -> Settings:
    name, secret = CLIENT
    return Settings(
        data_folder=tmp_path / "data",
        public_url="http://test",
        oauth_redirects=[LISTED],
        google_client_id=name,
        google_client_secret=secret,
        google_url=provider_address,
        github_client_id=name,
        github_client_secret=secret,
        github_url=provider_address,
        github_api_url=provider_address,
        discord_client_id=name,
        discord_client_secret=secret,
        discord_url=provider_address,
    )


def code_of(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


async def depart(
    server: Server,
    provider: ProviderName = "google",
    *,
    to: str = "",
    intent: str = "sign_in",
    state: str = "",
) -> httpx.Response:
    asked = {"redirect_uri": to, "code_challenge": s256_challenge(VERIFIER) if to else "", "intent": intent}
    return await server.client.get(f"{API}/oauth/{provider}/authorize", params=asked | {"state": state})


async def at_provider(departure: httpx.Response) -> str:
    """The address of our callback to which the provider sends the browser."""
    assert departure.status_code == 302, departure.text
    async with httpx.AsyncClient() as browser:
        reply = await browser.get(departure.headers["Location"])
    assert reply.status_code == 302, reply.text
    return str(reply.headers["Location"])


async def travel(
    server: Server,
    provider: ProviderName = "google",
    *,
    to: str = "",
    intent: str = "sign_in",
    state: str = "",
) -> httpx.Response:
    """From our address to the provider and back, in one browser that keeps its cookies."""
    departure = await depart(server, provider, to=to, intent=intent, state=state)
    return await server.client.get(await at_provider(departure))


def arrived(reply: httpx.Response) -> dict[str, str]:
    assert reply.status_code == 302, reply.text
    return dict(parse_qsl(urlsplit(reply.headers["Location"]).query))


async def exchange(server: Server, code: str, verifier: str = VERIFIER) -> httpx.Response:
    return await server.client.post(f"{API}/auth/token", json={"code": code, "code_verifier": verifier})


async def connect(server: Server, user: SignedInUser, provider: ProviderName = "google") -> httpx.Response:
    answer = arrived(await travel(server, provider, to=LOOPBACK, intent="connect"))
    body = {"provider": provider, "authorization_code": answer["code"], "code_verifier": VERIFIER}
    return await server.client.post(f"{API}/oauth/connect", json=body, headers=user.headers)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_newcomer_gets_an_account_and_finds_it_again(server: Server, provider: ProviderName) -> None:
    first = await travel(server, provider)
    assert first.status_code == 200, first.text
    data = first.json()["data"]
    assert data["is_new_user"] is True
    user = data["user"]
    assert (user["email"], user["email_verified"], user["full_name"]) == (
        "artist@example.com",
        True,
        "Ann Artist",
    )
    again = (await travel(server, provider)).json()["data"]
    assert (again["user"]["id"], again["is_new_user"]) == (user["id"], False)
    headers = {"Authorization": f"Bearer {again['access_token']}"}
    me = (await server.client.get(f"{API}/me", headers=headers)).json()["data"]
    assert [one["provider"] for one in me["oauth_connections"]] == [provider]
    assert me["credits"]["available"] > 0


@pytest.mark.parametrize("to", [LISTED, LOOPBACK, "http://[::1]:5000/"])
async def test_a_program_gets_a_code_that_only_it_can_use(server: Server, to: str) -> None:
    reply = await travel(server, to=to, state="its own & state")
    assert reply.headers["Location"].startswith(to)
    answer = arrived(reply)
    assert answer["state"] == "its own & state"
    assert "access_token" not in reply.headers["Location"]
    thief = await exchange(server, answer["code"], verifier="another-verifier-of-somebody-who-saw-the-code")
    assert (thief.status_code, code_of(thief)) == (401, "AUTHENTICATION_FAILED")
    # A try with a wrong verifier spends it: somebody else has seen it.
    assert (await exchange(server, answer["code"])).status_code == 401
    answer = arrived(await travel(server, to=to))
    tokens = await exchange(server, answer["code"])
    assert tokens.status_code == 200, tokens.text
    assert tokens.json()["data"]["user"]["email"] == "artist@example.com"
    assert (await exchange(server, answer["code"])).status_code == 401


async def test_a_code_ends_after_a_minute(server: Server, clock: FakeClock) -> None:
    answer = arrived(await travel(server, to=LOOPBACK))
    clock.advance(timedelta(minutes=1))
    assert (await exchange(server, answer["code"])).status_code == 401


async def test_an_account_of_the_same_confirmed_address_is_the_same(server: Server) -> None:
    user = await server.register()
    data = (await travel(server)).json()["data"]
    assert (data["user"]["id"], data["is_new_user"]) == (str(user.id), False)
    # And its password still opens it.
    await server.sign_in(email=user.email)


async def test_an_account_that_was_made_on_a_strangers_address_is_not_handed_over(server: Server) -> None:
    """Else whoever registers an address first would share the account of its owner."""
    await server.register(verified=False)
    reply = await travel(server)
    assert (reply.status_code, code_of(reply)) == (409, "EMAIL_EXISTS")
    answer = arrived(await travel(server, to=LOOPBACK))
    assert answer["error"] == "EMAIL_EXISTS"
    assert "never confirmed" in answer["error_description"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("email", ["artist@example.com", None])
async def test_an_address_that_the_provider_never_confirmed_opens_nothing(
    server: Server, simulator: OAuthSimulator, provider: ProviderName, email: str | None
) -> None:
    await server.register()
    simulator.person.email, simulator.person.verified = email, False
    reply = await travel(server, provider)
    assert (reply.status_code, code_of(reply)) == (422, "UNPROCESSABLE")


async def test_a_changed_address_at_the_provider_changes_nothing(
    server: Server, simulator: OAuthSimulator
) -> None:
    first = (await travel(server)).json()["data"]["user"]
    victim = await server.register(email="victim@example.com")
    simulator.person.email = victim.email
    assert (await travel(server)).json()["data"]["user"]["id"] == first["id"] != str(victim.id)


class TestConnections:
    async def test_connect_sign_in_and_disconnect(self, server: Server, simulator: OAuthSimulator) -> None:
        simulator.person.email = "elsewhere@example.com"
        user = await server.register()
        reply = await connect(server, user)
        assert reply.status_code == 200, reply.text
        assert reply.json()["data"]["provider"] == "google"
        assert (await travel(server)).json()["data"]["user"]["id"] == str(user.id)
        path = f"{API}/oauth/google/disconnect"
        assert (await server.client.delete(path, headers=user.headers)).status_code == 200
        assert (await server.client.delete(path, headers=user.headers)).status_code == 404
        assert (await travel(server)).json()["data"]["user"]["id"] != str(user.id)

    async def test_the_last_way_in_stays(self, server: Server) -> None:
        data = (await travel(server)).json()["data"]
        headers = {"Authorization": f"Bearer {data['access_token']}"}
        path = f"{API}/oauth/google/disconnect"
        reply = await server.client.delete(path, headers=headers)
        assert (reply.status_code, code_of(reply)) == (409, "CONFLICT")
        password = {"new_password": PASSWORD}
        await server.client.put(f"{API}/me/settings/security", json=password, headers=headers)
        assert (await server.client.delete(path, headers=headers)).status_code == 200
        await server.sign_in(email="artist@example.com")

    async def test_one_account_there_opens_one_account_here(self, server: Server) -> None:
        first = await server.register(email="first@example.com")
        second = await server.register(email="second@example.com")
        assert (await connect(server, first)).status_code == 200
        assert (await connect(server, first)).status_code == 200  # the same once more
        refused = await connect(server, second)
        assert (refused.status_code, code_of(refused)) == (409, "CONFLICT")

    async def test_a_second_account_of_one_provider_is_refused(
        self, server: Server, simulator: OAuthSimulator
    ) -> None:
        user = await server.register()
        await connect(server, user)
        simulator.person.subject = "2002"
        assert (await connect(server, user)).status_code == 409

    async def test_a_code_to_sign_in_connects_nothing_and_the_other_way_round(self, server: Server) -> None:
        user = await server.register()
        signing_in = arrived(await travel(server, to=LOOPBACK))["code"]
        body = {"provider": "google", "authorization_code": signing_in, "code_verifier": VERIFIER}
        reply = await server.client.post(f"{API}/oauth/connect", json=body, headers=user.headers)
        assert (reply.status_code, code_of(reply)) == (401, "AUTHENTICATION_FAILED")
        connecting = arrived(await travel(server, to=LOOPBACK, intent="connect"))["code"]
        assert (await exchange(server, connecting)).status_code == 401

    async def test_an_attackers_code_is_not_connected_to_a_victim(self, server: Server) -> None:
        """The victim's program was made to open the attacker's redirect; its own verifier does not fit."""
        victim = await server.register(email="victim@example.com")
        code = arrived(await travel(server, to=LOOPBACK, intent="connect"))["code"]
        body = {
            "provider": "google",
            "authorization_code": code,
            "code_verifier": "the-victims-own-verifier-0123456789-0123456789",
        }
        reply = await server.client.post(f"{API}/oauth/connect", json=body, headers=victim.headers)
        assert reply.status_code == 401


class TestAttacks:
    @pytest.mark.parametrize(
        "to",
        [
            "https://evil.example.com/",
            "https://studio.example.com/signed-in",
            f"{LISTED}&more=1",
            "https://studio.example.com.evil.example/signed-in",
            "http://127.0.0.1/signed-in",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:80@evil.example.com/",
            "http://127.0.0.1:80.evil.example.com/",
            "http://localhost:49152/",
            "https://127.0.0.1:49152/",
            "http://127.0.0.1:49152/?next=http://evil.example.com",
            "http://127.0.0.1:49152/#x",
            "http://127.0.0.1:49152/\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "//evil.example.com",
        ],
    )
    async def test_nobody_is_sent_where_nobody_listed(self, server: Server, to: str) -> None:
        reply = await depart(server, to=to)
        assert (reply.status_code, code_of(reply)) == (400, "INVALID_PARAMETERS")

    async def test_a_redirect_without_a_challenge_is_refused(self, server: Server) -> None:
        for challenge in ("", "short", "x" * 44, VERIFIER):
            reply = await server.client.get(
                f"{API}/oauth/google/authorize",
                params={"redirect_uri": LOOPBACK, "code_challenge": challenge},
            )
            assert (reply.status_code, code_of(reply)) == (400, "INVALID_PARAMETERS"), challenge

    async def test_a_way_back_that_another_browser_began(self, server: Server) -> None:
        """Sign-in CSRF: the attacker's finished way is opened in the victim's browser."""
        address = await at_provider(await depart(server))
        server.client.cookies.clear()
        without = await server.client.get(address)
        assert (without.status_code, code_of(without)) == (401, "INVALID_TOKEN")
        await depart(server)  # the victim has begun one of its own
        assert code_of(await server.client.get(address)) == "INVALID_TOKEN"

    async def test_a_forged_changed_or_old_state(self, server: Server, clock: FakeClock) -> None:
        address = await at_provider(await depart(server))
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        head, body, signature = query["state"].split(".")
        for state in ("", "x", f"{head}.{body[:-4]}AAAA.{signature}", f"{head}.{body}."):
            reply = await server.client.get(parts.path, params=query | {"state": state})
            assert (reply.status_code, code_of(reply)) == (401, "INVALID_TOKEN"), state
        clock.advance(timedelta(minutes=10))
        reply = await server.client.get(parts.path, params=query)
        assert code_of(reply) == "TOKEN_EXPIRED"

    async def test_the_state_of_one_provider_is_none_of_anothers(self, server: Server) -> None:
        """Mix-up: a code of one provider is never shown to another."""
        parts = urlsplit(await at_provider(await depart(server, "google")))
        reply = await server.client.get(
            parts.path.replace("google", "github"), params=dict(parse_qsl(parts.query))
        )
        assert (reply.status_code, code_of(reply)) == (401, "INVALID_TOKEN")

    async def test_an_access_token_is_no_state(self, server: Server) -> None:
        user = await server.register()
        await depart(server)
        reply = await server.client.get(
            f"{API}/oauth/google/callback", params={"state": user.access_token, "code": "x"}
        )
        assert (reply.status_code, code_of(reply)) == (401, "INVALID_TOKEN")

    async def test_a_code_is_injected_into_a_way_of_ones_own(self, server: Server) -> None:
        """The victim's code, caught on its way, under the attacker's state and cookie: PKCE at the provider."""
        victims = dict(parse_qsl(urlsplit(await at_provider(await depart(server))).query))
        server.client.cookies.clear()
        parts = urlsplit(await at_provider(await depart(server)))
        mine = dict(parse_qsl(parts.query))
        reply = await server.client.get(parts.path, params=mine | {"code": victims["code"]})
        assert (reply.status_code, code_of(reply)) == (401, "AUTHENTICATION_FAILED")

    async def test_the_cookie_is_for_this_way_alone(self, server: Server) -> None:
        cookie = (await depart(server)).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/api/v1/users/oauth" in cookie


class TestRefusals:
    async def test_somebody_who_turns_back_at_the_provider(
        self, server: Server, simulator: OAuthSimulator
    ) -> None:
        simulator.refuses = True
        reply = await travel(server)
        assert (reply.status_code, code_of(reply)) == (401, "AUTHENTICATION_FAILED")
        assert arrived(await travel(server, to=LOOPBACK, state="s"))["error"] == "AUTHENTICATION_FAILED"

    async def test_a_provider_that_is_down(self, server: Server, simulator: OAuthSimulator) -> None:
        simulator.down = True
        reply = await depart(server, "google")
        assert (reply.status_code, code_of(reply)) == (503, "SERVICE_UNAVAILABLE")
        reply = await travel(server, "github")
        assert reply.status_code == 503, reply.text

    async def test_a_suspended_account(self, server: Server) -> None:
        await travel(server)
        async with server.container.transactions.begin() as work:
            await work.session.execute(text("UPDATE users SET state = 'suspended'"))
        reply = await travel(server)
        assert (reply.status_code, code_of(reply)) == (403, "ACCOUNT_SUSPENDED")

    async def test_a_second_factor_is_asked_for(self, server: Server, clock: FakeClock) -> None:
        user = await server.register()
        body = {"current_password": PASSWORD, "two_factor_enabled": True}
        reply = await server.client.put(f"{API}/me/settings/security", json=body, headers=user.headers)
        totp = pyotp.TOTP(reply.json()["data"]["two_factor_setup"]["secret"])
        code = {"code": totp.at(clock())}
        await server.client.post(f"{API}/me/two-factor/confirm", json=code, headers=user.headers)
        assert code_of(await travel(server)) == "TWO_FACTOR_REQUIRED"
        answer = arrived(await travel(server, to=LOOPBACK))
        assert code_of(await exchange(server, answer["code"])) == "TWO_FACTOR_REQUIRED"
