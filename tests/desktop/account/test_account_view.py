"""The account's page as somebody uses it, over the real server and a shop that takes no money."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from desktop.account.client import CloudClient
from desktop.account.tokens import TokenStore
from desktop.account.viewmodel import AccountOverview
from desktop.account.views.account_view import AccountView
from desktop.widgets.choices import LanguageChoice
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import THEMES, apply_theme
from desktop.widgets.translations import install_language
from shared.contracts.accounts import SignedIn
from shared.contracts.errors import ErrorReport
from tests.conftest import QtRun
from tests.desktop.account.test_account import account_of
from tests.support.live_cloud import CREDITS, PASSWORD, LiveCloud
from tests.support.network import Network
from tests.support.window import until

START = CREDITS + 100


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> None:
    install_language(qapp, "en")


@pytest.fixture
def in_language(qapp: QCoreApplication) -> Iterator[Callable[[LanguageChoice], None]]:
    def switch(language: LanguageChoice) -> None:
        install_language(qapp, language)
        for _ in ("the application hears of it", "its windows hear of it"):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LanguageChange.value)

    yield switch
    switch("en")


class Shown:
    def __init__(self, *, server: str, root: Path) -> None:
        self.opened: list[str] = []
        self.errors: list[ErrorReport] = []
        self.tasks = TaskOwner(on_error=self.errors.append)
        client = CloudClient(
            server=server, store=TokenStore(file=root / "kept.json"), language=lambda: "en", agent="test"
        )
        self.account = account_of(client)
        self.overview = AccountOverview(
            account=self.account, tasks=self.tasks, open_page=self.opened.append, pause=0.2
        )
        self.view = AccountView(overview=self.overview)
        self.view.resize(1100, 700)
        self.view.show()

    @property
    def texts(self) -> str:
        labels = [label.text() for label in self.view.findChildren(QLabel) if label.isVisible()]
        buttons = [button.text() for button in self.view.findChildren(QAbstractButton) if button.isVisible()]
        return "\n".join(labels + buttons)

    async def section(self, name: str) -> None:
        QTest.mouseClick(self.view.sections[name], Qt.MouseButton.LeftButton)
        await asyncio.sleep(0)


@asynccontextmanager
async def shown(live: LiveCloud, root: Path, *, who: SignedIn | None = None) -> AsyncIterator[Shown]:
    network = Network(live.url)
    await network.start()
    page = Shown(server=network.url, root=root)
    if who is not None:
        await page.account.client.session.begin(who)
    await page.account.load()
    try:
        yield page
    finally:
        await page.tasks.close()
        page.overview.close()
        await page.account.close()
        page.view.close()
        page.view.deleteLater()
        await network.stop()


def test_signing_in_says_what_was_wrong_and_then_shows_who_it_is(
    qt_run: QtRun, live: LiveCloud, tmp_path: Path
) -> None:
    async def story() -> None:
        who = await live.register(tier="pro")
        async with shown(live, tmp_path) as page:
            form = page.view.sign_in
            assert "Paint in the cloud" in page.texts
            form.password_fold.set_open(is_open=True)
            QTest.keyClicks(form.email, who.user.email)
            QTest.keyClicks(form.password, "not this one")
            QTest.keyClick(form.password, Qt.Key.Key_Return)
            await until(lambda: page.view.error.report is not None)
            assert form.password.text() == ""
            assert form.use_password.isEnabled()
            QTest.keyClicks(form.password, PASSWORD)
            QTest.keyClick(form.password, Qt.Key.Key_Return)
            await until(lambda: page.overview.state.profile is not None)
            assert page.view.error.isHidden()
            assert form.isHidden()
            facts = page.view.overview_page
            assert "only you may read" in page.texts  # the tests have no keyring
            QTest.mouseClick(facts.sign_out, Qt.MouseButton.LeftButton)
            await until(form.isVisible)
            assert not (tmp_path / "kept.json").exists()

    qt_run(story())


def test_a_package_is_paid_in_the_browser_and_its_credits_arrive(
    qt_run: QtRun, live: LiveCloud, tmp_path: Path
) -> None:
    async def story() -> None:
        who = await live.register(tier="free")
        async with shown(live, tmp_path, who=who) as page:
            await page.section("plans")
            await until(lambda: "package:credits_500" in page.view.plans_page.buttons)
            QTest.mouseClick(page.view.plans_page.buttons["package:credits_500"], Qt.MouseButton.LeftButton)
            await until(lambda: bool(page.opened))
            assert "open in your browser" in page.texts
            await asyncio.to_thread(live.pay, page.opened[0])
            await until(lambda: page.overview.payment == "arrived", seconds=30)
            profile = page.overview.state.profile
            assert profile is not None
            assert profile.credits.available == START + 575
            assert page.view.error.report is not None
            assert page.view.error.report.code == "PAYMENT_ARRIVED"
            await page.section("credits")
            ledger = page.view.ledger_page
            await until(lambda: ledger.lines.rowCount() >= 2)
            amounts = [ledger.lines.item(row, 3).text() for row in range(ledger.lines.rowCount())]
            assert "+500" in amounts or "+575" in amounts
            assert ledger.lines.item(0, 4).text() == f"{START + 575:,}"

    qt_run(story(), timeout=60)


def test_a_plan_is_bought_and_becomes_the_own_one(qt_run: QtRun, live: LiveCloud, tmp_path: Path) -> None:
    async def story() -> None:
        who = await live.register(tier="free")
        async with shown(live, tmp_path, who=who) as page:
            await page.section("plans")
            plans = page.view.plans_page
            await until(lambda: "plan:pro" in plans.buttons)
            assert not plans.buttons["plan:free"].isEnabled()
            assert not plans.buttons["plan:enterprise"].isEnabled()
            QTest.mouseClick(plans.buttons["plan:pro"], Qt.MouseButton.LeftButton)
            await until(lambda: bool(page.opened))
            await asyncio.to_thread(live.pay, page.opened[0])
            await until(lambda: page.overview.payment == "arrived", seconds=30)
            assert page.overview.state.profile is not None
            assert page.overview.state.profile.tier == "pro"
            assert plans.buttons["plan:pro"].text() == "Your plan"

    qt_run(story(), timeout=60)


def test_usage_and_an_empty_ledger_teach(qt_run: QtRun, live: LiveCloud, tmp_path: Path) -> None:
    async def story() -> None:
        who = await live.register()
        async with shown(live, tmp_path, who=who) as page:
            await page.section("usage")
            await until(lambda: page.overview.usage is not None)
            assert "Nothing was painted in the cloud" in page.texts
            page.view.usage_page.ensurePolished()
            page.overview.load_usage("7d")
            await until(lambda: page.overview.usage is not None and page.overview.usage.period == "7d")

    qt_run(story())


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_is_named_in_both_languages_and_themes(
    qapp: QApplication,
    qt_run: QtRun,
    live: LiveCloud,
    tmp_path: Path,
    in_language: Callable[[LanguageChoice], None],
    language: LanguageChoice,
    theme: str,
) -> None:
    async def story() -> None:
        who = await live.register()
        apply_theme(qapp, THEMES[theme])
        async with shown(live, tmp_path) as page:
            in_language(language)
            _all_named(page.view)
            await page.account.client.session.begin(who)
            await page.account.load()
            for section in page.view.sections:
                await page.section(section)
                await until(lambda: page.overview.state.profile is not None)
                _all_named(page.view)
                assert not page.view.grab().isNull()

    try:
        qt_run(story())
    finally:
        apply_theme(qapp, THEMES["dark"])


def _all_named(view: AccountView) -> None:
    controls = [*view.findChildren(QAbstractButton), *view.findChildren(QLineEdit)]
    unnamed = [
        control.objectName() or type(control).__name__
        for control in controls
        if control.isVisible() and not control.accessibleName()
    ]
    assert len(controls) > 5
    assert not unnamed
