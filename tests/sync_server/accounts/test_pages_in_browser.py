"""The sign-in page in a real Chromium, as the desktop's sign-in uses it: system browser, loopback redirect, code."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from sync_server.accounts.service.sign_in_codes import s256_challenge
from tests.support.server import PASSWORD
from tests.support.server_process import ServerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="Install Debian's packages chromium and chromium-driver.",
    ),
]
VERIFIER = "a-verifier-that-only-the-asking-program-knows-1"


@pytest.fixture
def server(postgres_folder: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(
        environment={"DATA_FOLDER": str(postgres_folder / "data")}, log=postgres_folder / "log"
    )
    process.start()
    process.wait_until_ready()
    yield process
    process.stop()


@pytest.fixture
def browser(postgres_folder: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={postgres_folder / 'profile'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


class Program:
    """The program that waits on a loopback address for its code."""

    def __init__(self) -> None:
        self.answer: dict[str, str] = {}
        self.arrived = threading.Event()
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if "?" in self.path:
                    program.answer = dict(parse_qsl(urlsplit(self.path).query))
                    program.arrived.set()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"Back in the program.")

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
                """Not into the test's output."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/signed-in"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    yield program
    program.close()


def test_a_program_is_signed_in(server: ServerProcess, browser: Chrome, program: Program) -> None:
    api = f"{server.url}/api/v1"
    account = {"email": "artist@example.com", "password": PASSWORD}
    assert httpx.post(f"{api}/users/auth/register", json=account).status_code == 201
    asked = {
        "redirect_uri": program.address,
        "code_challenge": s256_challenge(VERIFIER),
        "state": "its own & state",
    }
    browser.get(f"{server.url}/sign-in?{urlencode(asked)}")
    browser.find_element(By.ID, "email").send_keys(account["email"])
    browser.find_element(By.ID, "password").send_keys("not-the-one")
    browser.find_element(By.TAG_NAME, "button").click()
    assert "is wrong" in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    # The address is kept, so that only the password is typed again.
    browser.find_element(By.ID, "password").send_keys(PASSWORD)
    browser.find_element(By.TAG_NAME, "button").click()
    assert program.arrived.wait(20)
    assert program.answer["state"] == asked["state"]
    tokens = httpx.post(
        f"{api}/users/auth/token", json={"code": program.answer["code"], "code_verifier": VERIFIER}
    )
    assert tokens.json()["data"]["user"]["email"] == account["email"]
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium types it not
    assert [entry for entry in log if "Content Security" in entry["message"]] == []
