"""Every way in and out, against the real server; the browser is played by a plain HTTP client."""

import asyncio
import html
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from desktop.account.browser_sign_in import BrowserSignIn, PageTexts
from desktop.account.client import CloudClient
from desktop.account.errors import BrowserSignInError, CloudError, NotSignedInError, SecondFactorNeededError
from desktop.account.service import Account
from desktop.account.tokens import TokenStore
from desktop.account.wire import Question
from shared.contracts.profiles import Profile
from shared.contracts.ways_in import RecoveryCodes
from tests.desktop.cloud_fixtures import MakeClient
from tests.support.live_cloud import CREDITS, PASSWORD, LiveCloud
from tests.support.network import Network

TEXTS = PageTexts(done="Done.", refused="Refused.", close="Close it.")


def account_of(client: CloudClient, browse: Callable[[str], object] = lambda _: None) -> Account:
    browser = BrowserSignIn(
        open_browser=browse, new_secret=lambda: secrets.token_urlsafe(48), texts=lambda: TEXTS
    )
    return Account(client=client, browser=browser, new_key=lambda: secrets.token_hex(16))


def profile_of(account: Account) -> Profile:
    assert account.state.problem is None
    assert account.state.profile is not None
    return account.state.profile


@pytest.fixture
async def account(network: Network, make_client: MakeClient) -> Account:
    account = account_of(make_client(network.url))
    await account.load()
    return account


async def test_a_password_signs_in_and_what_there_is_is_shown(live: LiveCloud, account: Account) -> None:
    assert account.state.is_known
    assert not account.state.is_signed_in
    who = await live.register()
    with pytest.raises(CloudError) as wrong:
        await account.sign_in_with_password(who.user.email, "wrong")
    assert wrong.value.name == "AUTHENTICATION_FAILED"
    await account.sign_in_with_password(who.user.email, PASSWORD)
    profile = profile_of(account)
    assert (profile.email, profile.credits.available) == (who.user.email, CREDITS + 100)
    ledger = await account.ledger()
    assert {line.transaction_type for line in ledger.lines} >= {"bonus"}
    assert ledger.lines[0].balance_after == CREDITS + 100
    assert (await account.pricing()).packages
    assert (await account.usage("30d")).summary.total_generations == 0


async def test_a_code_by_mail_makes_an_account(live: LiveCloud, account: Account) -> None:
    address = f"{secrets.token_hex(6)}@example.com"
    await account.ask_for_code(address)
    code = await _code_in_the_mail(live.mails, address)
    await account.sign_in_with_code(address, code)
    assert account.state.email == address
    assert account.state.profile is not None
    assert account.state.profile.email_verified


async def test_the_browser_comes_back_with_a_code(
    live: LiveCloud, network: Network, make_client: MakeClient
) -> None:
    who = await live.register()
    pages: list[str] = []

    def browse(url: str) -> None:
        """In a thread, as the system's browser is another program."""
        with httpx.Client(follow_redirects=False) as browser:
            form = browser.get(url)
            fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.text))
            sent = {name: html.unescape(value) for name, value in fields.items()}
            page = browser.post(
                f"{network.url}/sign-in", data={**sent, "email": who.user.email, "password": PASSWORD}
            )
            address = html.unescape(re.search(r'(http://127\.0\.0\.1:\d+/signed-in\?[^"\']+)', page.text)[1])  # type: ignore[index]
            strangers = browser.get(address.partition("?")[0], params={"code": "stolen", "state": "guess"})
            assert strangers.status_code == 400
            assert browser.get(address.replace("/signed-in", "/other")).status_code == 404
            pages.append(browser.get(address).text)

    account = account_of(make_client(network.url), browse)
    await account.sign_in_in_browser()
    assert account.state.email == who.user.email
    assert "Done." in pages[0]


async def test_a_browser_that_refuses_is_told_and_one_that_never_comes_can_be_given_up(
    network: Network, make_client: MakeClient
) -> None:
    def refuse(url: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        httpx.get(
            asked["redirect_uri"],
            params={"error": "access_denied", "error_description": "No, thanks <b>", "state": asked["state"]},
        )

    with pytest.raises(BrowserSignInError, match="No, thanks"):
        await account_of(make_client(network.url), refuse).sign_in_in_browser()
    waiting = asyncio.create_task(account_of(make_client(network.url)).sign_in_in_browser())
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_second_factor_is_asked_for(live: LiveCloud, account: Account) -> None:
    who = await live.register()
    await account.client.session.begin(who)
    setup = await account.client.ask(
        _put("/users/me/settings/security", {"current_password": PASSWORD, "two_factor_enabled": True})
    )
    secret = setup.data["two_factor_setup"]["secret"]
    confirmed = await account.client.post(
        "/users/me/two-factor/confirm", RecoveryCodes, {"code": pyotp.TOTP(secret).now()}
    )
    recovery = confirmed.recovery_codes[0]
    await account.sign_out()
    with pytest.raises(SecondFactorNeededError) as asked:
        await account.sign_in_with_password(who.user.email, PASSWORD)
    with pytest.raises(CloudError):
        await account.confirm_second_factor(asked.value.challenge_token, "no such code")
    assert not account.state.is_signed_in
    await account.confirm_second_factor(asked.value.challenge_token, recovery)
    assert account.state.email == who.user.email


async def test_signing_out_is_known_everywhere(live: LiveCloud, account: Account) -> None:
    await account.client.session.begin(await live.register())
    account._signed_in()
    token = await account.client.session.token()
    await account.sign_out()
    assert not account.state.is_signed_in
    with pytest.raises(NotSignedInError):
        await account.client.session.token()
    with pytest.raises(CloudError):
        await account.client.wire.ask(_get("/users/me"), token=token)


async def test_the_next_start_is_signed_in_and_an_old_token_is_renewed_once_for_all(
    live: LiveCloud, network: Network, tmp_path: Path
) -> None:
    store = TokenStore(file=tmp_path / "kept.json")
    first = CloudClient(server=network.url, store=store, language=lambda: "en", agent="test")
    await first.session.begin(await live.register())
    await first.close()

    client = CloudClient(
        server=network.url, store=TokenStore(file=store._file), language=lambda: "en", agent="test"
    )
    account = account_of(client)
    await account.load()
    assert account.state.profile is not None
    assert account.state.in_file
    client.session._access_token = "spent"
    network.requests.clear()
    await asyncio.gather(*(client.get("/payments/credits/balance", dict) for _ in range(12)))
    renewed = [line for line in network.requests if line.endswith("/users/auth/refresh")]
    assert len(renewed) == 1
    await client.close()


async def test_without_a_network_who_is_signed_in_stays_so(
    live: LiveCloud, network: Network, make_client: MakeClient
) -> None:
    account = account_of(make_client(network.url))
    await account.client.session.begin(await live.register())
    await network.cut()
    await account.load()
    state = account.state
    assert state.is_signed_in
    assert state.problem is not None
    assert state.problem.code == "UNREACHABLE"
    network.mend()
    await account.refresh()
    assert profile_of(account).email == state.email


async def test_a_sign_in_that_ended_on_the_server_ends_here(live: LiveCloud, account: Account) -> None:
    who = await live.register()
    await account.client.session.begin(who)
    account._signed_in()
    await account.client.ask(_post("/users/auth/logout"))
    await account.refresh()
    assert not account.state.is_signed_in


async def test_another_server_is_another_sign_in(live: LiveCloud, network: Network, account: Account) -> None:
    await account.client.session.begin(await live.register())
    account._signed_in()
    await account.move("http://127.0.0.1:9")
    assert (account.state.server, account.state.is_signed_in) == ("http://127.0.0.1:9", False)
    await account.move(network.url)
    assert account.state.is_signed_in


async def _code_in_the_mail(folder: Path, address: str) -> str:
    async with asyncio.timeout(30):
        while True:
            for mail in folder.glob("*.eml"):
                text = mail.read_text(encoding="utf-8", errors="replace")
                if address in text and (found := re.search(r"\b(\d{6})\b", text.partition("\n\n")[2])):
                    return found[1]
            await asyncio.sleep(0.1)


def _get(path: str) -> Question:
    return Question(method="GET", path=path)


def _post(path: str) -> Question:
    return Question(method="POST", path=path)


def _put(path: str, body: dict[str, object]) -> Question:
    return Question(method="PUT", path=path, body=body)
