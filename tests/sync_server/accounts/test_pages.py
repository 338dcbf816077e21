"""The pages of accounts, read and filled in as a browser without scripts does."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sync_server.accounts.service.sign_in_codes import s256_challenge
from sync_server.app.settings import Settings
from tests.support.server import PASSWORD, Server

LOOPBACK = "http://127.0.0.1:49152/signed-in"
VERIFIER = "a-verifier-that-only-the-asking-program-knows-1"
ASKED = {"redirect_uri": LOOPBACK, "code_challenge": s256_challenge(VERIFIER), "state": 'its "own" <state>'}
NEW_PASSWORD = "another-7-battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_folder=tmp_path / "data",
        public_url="http://test",
        github_client_id="client",
        google_client_id="client",
    )


class Form(HTMLParser):
    """The page's form, as it would be sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action = ""
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            assert given["method"] == "post"
            self.action = given["action"] or ""
        if tag == "input":
            self.fields[given["name"] or ""] = given.get("value") or ""
        self.scripts += tag == "script"


async def send(server: Server, page: httpx.Response, **typed: str) -> httpx.Response:
    form = Form(page.text)
    assert form.fields.keys() >= typed.keys()
    return await server.client.post(form.action, data=form.fields | typed)


async def open_sign_in(server: Server, asked: Mapping[str, str] = ASKED) -> httpx.Response:
    return await server.client.get("/sign-in", params=asked)


def link_of(server: Server) -> str:
    found = re.search(r"http://test(/\S+)", server.mails()[-1].text)
    assert found
    return found[1]


async def test_a_program_is_signed_in_through_the_page(server: Server) -> None:
    user = await server.register()
    page = await send(server, await open_sign_in(server), email=user.email, password=PASSWORD)
    assert page.status_code == 200, page.text
    (address,) = set(re.findall(r'(?:url=|href=")(http://127[^"]+)"', page.text))
    answer = dict(parse_qsl(urlsplit(address.replace("&amp;", "&").replace("&#34;", '"')).query))
    assert answer["state"] == ASKED["state"]
    tokens = await server.client.post(
        "/api/v1/users/auth/token", json={"code": answer["code"], "code_verifier": VERIFIER}
    )
    assert tokens.json()["data"]["user"]["id"] == str(user.id)


async def test_a_wrong_password_is_told_on_the_page_and_can_be_typed_again(server: Server) -> None:
    user = await server.register()
    page = await send(server, await open_sign_in(server), email=user.email, password="not-the-one")
    assert page.status_code == 401
    assert "The e-mail address or the password is wrong." in page.text
    assert "not-the-one" not in page.text
    again = await send(server, page, password=PASSWORD)
    assert again.status_code == 200
    assert "code=" in again.text


async def test_a_guesser_waits_here_too(server: Server) -> None:
    user = await server.register()
    page = await open_sign_in(server)
    replies = [await send(server, page, email=user.email, password=f"guess-{n}") for n in range(7)]
    assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 2
    assert int(replies[-1].headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "change", [{"redirect_uri": "https://evil.example.com/"}, {"code_challenge": ""}, {"redirect_uri": ""}]
)
async def test_a_page_that_would_send_the_code_elsewhere_is_not_shown(
    server: Server, change: dict[str, str]
) -> None:
    page = await open_sign_in(server, ASKED | change)
    assert page.status_code == 400
    assert "password" not in page.text.split("<main>")[1].split("</main>")[0]
    user = await server.register()
    typed = {"email": user.email, "password": PASSWORD}
    sent = await server.client.post("/sign-in", data=ASKED | change | typed)
    assert sent.status_code == 400
    assert "code=" not in sent.text


async def test_what_is_sent_along_is_text_on_the_page(server: Server) -> None:
    page = await open_sign_in(server, ASKED | {"state": '"><script>alert(1)</script>{{ 7 * 7 }}'})
    assert "<script" not in page.text
    assert "49" not in Form(page.text).fields["state"]
    failed = await send(server, page, email='"><script>alert(1)</script>', password="x")
    assert "<script" not in failed.text


async def test_the_providers_that_are_set_up_are_offered_with_the_same_destination(server: Server) -> None:
    page = await open_sign_in(server)
    links = re.findall(r'href="(/api[^"]+)"', page.text)
    assert [link.split("/")[5] for link in links] == ["google", "github"]
    query = dict(parse_qsl(urlsplit(links[0].replace("&amp;", "&")).query))
    assert query == ASKED


async def test_a_link_confirms_only_when_its_button_is_pressed(server: Server) -> None:
    user = await server.register(verified=False)
    await server.run_tasks()
    page = await server.client.get(link_of(server))
    me = await server.client.get("/api/v1/users/me", headers=user.headers)
    assert me.json()["data"]["email_verified"] is False
    done = await send(server, page)
    assert "Your address is confirmed." in done.text
    me = await server.client.get("/api/v1/users/me", headers=user.headers)
    assert me.json()["data"]["email_verified"] is True
    again = await send(server, page)
    assert again.status_code == 400
    assert "This link has expired or was used already." in again.text


async def test_a_forgotten_password_is_replaced(server: Server) -> None:
    user = await server.register()
    asked = await send(server, await server.client.get("/forgot-password"), email=user.email)
    unknown = await send(server, await server.client.get("/forgot-password"), email="nobody@example.com")
    assert asked.text == unknown.text
    await server.run_tasks()
    page = await server.client.get(link_of(server))
    weak = await send(server, page, password="password1")
    assert weak.status_code == 400
    assert "among the first that anybody would try" in weak.text
    done = await send(server, weak, password=NEW_PASSWORD)
    assert done.status_code == 200, done.text
    me = await server.client.get("/api/v1/users/me", headers=user.headers)
    assert me.status_code == 401
    await server.sign_in(email=user.email, password=NEW_PASSWORD)


@pytest.mark.parametrize("path", ["/sign-in", "/verify-email", "/reset-password", "/forgot-password"])
async def test_no_page_runs_a_script_or_asks_another_host(server: Server, path: str) -> None:
    page = await server.client.get(path, params=ASKED if path == "/sign-in" else {"token": "x"})
    assert Form(page.text).scripts == 0
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_korean_browser_reads_korean(server: Server) -> None:
    headers = {"Accept-Language": "ko-KR,ko"}
    page = await server.client.get("/sign-in", params=ASKED, headers=headers)
    assert '<html lang="ko">' in page.text
    assert "비밀번호" in page.text
    bare = await server.client.get("/sign-in", headers=headers)
    assert "프로그램이 여는 페이지입니다." in bare.text
