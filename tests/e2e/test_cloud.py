"""The cloud through the real window and the real server: sign in, generate, cancel one, see the refund."""

from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app.container import World
from desktop.app.settings import Settings, SettingsFile
from desktop.generation.jobs import Job
from desktop.library.folders import DataFolders
from tests.conftest import QtRun
from tests.support.fake_engine import FakeEngine
from tests.support.live_cloud import CREDITS, PASSWORD, LiveCloud
from tests.support.network import Network
from tests.support.window import Window, until

START = CREDITS + 100


def test_sign_in_generate_in_the_cloud_cancel_one_and_see_the_refund(
    qapp: QApplication, qt_run: QtRun, live: LiveCloud, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    root.mkdir()

    async def story() -> None:
        network = Network(live.url)
        await network.start()
        SettingsFile(DataFolders(root).settings_file).save(Settings(server=network.url, language="en"))
        who = await live.register()
        window = Window(application=qapp, root=root, world=World(engine=FakeEngine))
        await window.open()
        try:
            await sign_in(window, who.user.email)
            await paint(window, who.user.id)
            await cancel_one(window, who.user.id)
        finally:
            await window.close()
            await network.stop()

    async def sign_in(window: Window, email: str) -> None:
        main = window.studio.window
        await until(lambda: window.studio.viewmodels.account.state.is_known)
        QTest.mouseClick(main.top_bar.buttons["account"], Qt.MouseButton.LeftButton)
        page = main.pages.account_view.sign_in
        assert page.isVisible()
        page.password_fold.set_open(is_open=True)
        QTest.keyClicks(page.email, email)
        QTest.keyClicks(page.password, PASSWORD)
        QTest.mouseClick(page.use_password, Qt.MouseButton.LeftButton)
        await until(lambda: window.studio.viewmodels.account.state.profile is not None)
        assert not page.isVisible()
        assert main.top_bar.buttons["account"].text() == f"cloud: {START:,} credits"

    async def paint(window: Window, user_id: UUID) -> None:
        main, views = window.studio.window, window.studio.viewmodels
        main.show_page("canvas")
        panel = main.pages.generate_panel
        views.editor.change(steps=4, seed=7, seed_fixed=True)
        await window.type_prompt("the sea at night")
        assert panel.generate.text() == "Generate"
        panel.place.choices["cloud"].trigger()
        await until(panel.generate.isEnabled)
        price = views.editor.decision.price if views.editor.decision else None
        assert price
        assert panel.generate.text() == f"Generate  ·  {price} credit{'' if price == 1 else 's'}"
        await window.press_generate()
        (job,) = window.container.queue.jobs
        assert (job.place, job.price_credits) == ("cloud", price)
        await window.take()
        await until(lambda: credits_shown(window) == START - price)
        assert await live.credits_of(user_id) == (START - price, 0)
        assert (await window.flattened()).std() > 5

    async def cancel_one(window: Window, user_id: UUID) -> None:
        main, views = window.studio.window, window.studio.viewmodels
        before = credits_shown(window)
        views.editor.change(steps=100, count=4, seed=8)
        await until(main.pages.generate_panel.generate.isEnabled)
        QTest.mouseClick(main.pages.generate_panel.generate, Qt.MouseButton.LeftButton)
        await until(lambda: views.overview.progress is not None and views.overview.progress.step >= 60)
        job = views.overview.in_hand
        assert job is not None
        assert job.price_credits is not None
        QTest.mouseClick(main.queue_bar.cancel, Qt.MouseButton.LeftButton)
        await until(lambda: state_of(window, job) == "cancelled")
        await until(lambda: reserved_shown(window) == 0 and credits_shown(window) < before)
        paid = before - credits_shown(window)
        assert 0 < paid < job.price_credits
        main.show_page("account")
        main.pages.account_view.show_section("credits")
        ledger = main.pages.account_view.ledger_page
        await until(lambda: ledger.lines.rowCount() > 0)
        assert ledger.lines.item(0, 3).text() == f"−{paid}"
        assert ledger.lines.item(0, 4).text() == f"{credits_shown(window):,}"
        assert await live.credits_of(user_id) == (before - paid, 0)
        assert await live.audit() == []
        main.pages.account_view.show_section("usage")
        charts = main.pages.account_view.usage_page
        await until(lambda: sum(bar.value for bar in charts.credits.bars) == START - credits_shown(window))
        assert sum(bar.value for bar in charts.images.bars) >= 1

    qt_run(story(), timeout=200)


def credits_shown(window: Window) -> int:
    profile = window.studio.viewmodels.account.state.profile
    assert profile is not None
    return profile.credits.available


def reserved_shown(window: Window) -> int:
    profile = window.studio.viewmodels.account.state.profile
    assert profile is not None
    return profile.credits.reserved


def state_of(window: Window, job: Job) -> str:
    return next(each.state for each in window.container.queue.jobs if each.id == job.id)
