"""The public pages in a real Chromium without scripts, on a phone and on a desktop, in light and dark.

With PENTIMENTO_SCREENSHOTS set to a folder, what it looked like lies there.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import psycopg
import pytest
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from tests.support.server import PASSWORD
from tests.support.server_process import ServerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="Install Debian's packages chromium and chromium-driver.",
    ),
]
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
TITLES = (
    "Dawn over the fjord",
    "노을이 지는 바다",
    "Old town",
    "Fox",
    "A very long title that does not fit on one line of a small tile",
)


@pytest.fixture
def server(postgres_folder: Path, database_url: str) -> Iterator[ServerProcess]:
    process = ServerProcess(
        environment={
            "DATABASE_URL": database_url,
            "DATA_FOLDER": str(postgres_folder / "data"),
            "MODERATION": "off",
        },
        log=postgres_folder / "log",
    )
    process.start()
    process.wait_until_ready()
    yield process
    process.stop()


@pytest.fixture(params=["light", "dark"])
def browser(postgres_folder: Path, request: pytest.FixtureRequest) -> Iterator[Chrome]:
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
        "--hide-scrollbars",
        f"--user-data-dir={postgres_folder / 'profile'}",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": request.param}]},
    )
    yield driver
    driver.quit()


class Author:
    def __init__(self, server: ServerProcess) -> None:
        self.client = httpx.Client(base_url=f"{server.url}/api/v1", timeout=60)
        body = {"email": "ann@example.com", "password": PASSWORD, "username": "ann", "full_name": "Ann Lee"}
        reply = self.client.post("/users/auth/register", json=body)
        assert reply.status_code == 201, reply.text
        self.client.headers["Authorization"] = f"Bearer {reply.json()['data']['access_token']}"

    def publish(self, data: bytes, title: str) -> str:
        added = self.client.post(
            "/gallery/images", files={"image": ("a.png", data, "image/png")}, data={"title": title}
        )
        assert added.status_code == 201, added.text
        item_id: str = added.json()["data"]["id"]
        change = {
            "is_public": True,
            "tags": ["sea", "evening"],
            "prompt": "oil on canvas, warm light",
            "description": "From my window.",
        }
        changed = self.client.patch(f"/gallery/images/{item_id}", json=change)
        assert changed.status_code == 200, changed.text
        return item_id

    def ask(self, path: str, **body: object) -> dict[str, str]:
        reply = self.client.post(f"/gallery{path}", json=body)
        assert reply.status_code in {200, 201}, reply.text
        found: dict[str, str] = reply.json()["data"]
        return found


def painted(number: int, size: tuple[int, int]) -> bytes:
    """Something with colours to look at."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    turn = number * 0.9
    sky = 0.5 + 0.5 * np.sin(3 * down + turn)
    hills = (down > 0.62 + 0.1 * np.sin(9 * across + turn)).astype(float)
    red = sky * (1 - hills) + 0.15 * hills + 0.1 * across
    green = 0.55 * sky * (1 - hills) + (0.25 + 0.2 * np.cos(turn)) * hills
    blue = (1 - 0.7 * sky) * (1 - hills) + 0.3 * hills * across
    pixels = np.clip(np.dstack([red, green, blue]) * 255, 0, 255).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def fill(author: Author) -> tuple[list[str], str, str]:
    """Pictures, a board, and a link to one of them."""
    shapes = ((900, 600), (600, 900), (800, 800), (1400, 500), (500, 700))
    ids = [author.publish(painted(number, shapes[number % 5]), TITLES[number % 5]) for number in range(14)]
    board = author.ask("/boards", name="Evenings", is_private=False)
    author.ask(f"/boards/{board['id']}/images", image_ids=ids[:6])
    link = author.ask(f"/images/{ids[1]}/share")["share_token"]
    return ids, board["id"], link


def trust(database_url: str) -> None:
    """A confirmed address, and a plan without limits."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE users SET email_verified_at = now(), tier = 'enterprise'")


def look(browser: Chrome, address: str, name: str) -> None:
    """On every size: nothing to scroll sideways, every picture came, no complaint of the browser's."""
    browser.get(address)
    scheme = "dark" if _dark(browser) else "light"
    for size, (width, height) in SIZES.items():
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width,
                "height": height,
                "deviceScaleFactor": 2 if size == "phone" else 1,
                "mobile": size == "phone",
            },
        )
        browser.get(address)
        page = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        assert page["width"] <= width, (name, size, page)
        for picture in browser.find_elements(By.TAG_NAME, "img"):
            loading = picture.get_attribute("loading")
            assert loading == "lazy" or picture.get_property("naturalWidth"), picture.get_attribute("src")
        folder = os.environ.get("PENTIMENTO_SCREENSHOTS")
        if folder:
            browser.save_screenshot(str(Path(folder) / f"{name}-{size}-{scheme}.png"))
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def _dark(browser: Chrome) -> bool:
    colour = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    return colour.startswith(("rgba(30,", "rgb(30,"))


def test_every_page_without_scripts(server: ServerProcess, browser: Chrome, database_url: str) -> None:
    author = Author(server)
    trust(database_url)
    with closing(author.client):
        ids, board_id, link = fill(author)
    look(browser, f"{server.url}/explore", "explore")
    look(browser, f"{server.url}/i/{ids[0]}", "picture")
    look(browser, f"{server.url}/i/{ids[1]}", "tall-picture")
    look(browser, f"{server.url}/u/ann", "author")
    look(browser, f"{server.url}/b/{board_id}", "board")
    look(browser, f"{server.url}/s/{link}", "link")
    look(browser, f"{server.url}/explore?q=elephant", "nothing")
    browser.get(f"{server.url}/explore")
    field = browser.find_element(By.NAME, "q")
    field.send_keys("노을")
    field.submit()
    assert len(browser.find_elements(By.CSS_SELECTOR, ".grid li")) == 3
    browser.find_element(By.CSS_SELECTOR, ".grid a").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "노을이 지는 바다"
    browser.find_element(By.CSS_SELECTOR, ".author a").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "Ann Lee"
