"""The whole window over an engine that answers at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.app.container import World
from desktop.canvas.tools.base import ToolName
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.theme import DARK, LIGHT, theme_of
from desktop.widgets.translations import install_language, read_texts
from shared.contracts.errors import ErrorReport, OutOfMemoryError
from shared.contracts.generation import Placement
from tests.conftest import QtRun
from tests.desktop.app.conftest import Life
from tests.desktop.generation.studio import text_request
from tests.support.fake_engine import FakeEngine
from tests.support.window import Window, until


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    yield
    install_language(qapp, "en")


def test_opens_on_an_empty_canvas_and_pages_switch(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            studio = window.studio
            assert studio.window.page == "canvas"
            for page in ("gallery", "models", "account", "canvas"):
                QTest.mouseClick(studio.window.top_bar.buttons[page], Qt.MouseButton.LeftButton)
                assert studio.window.page == page
                assert studio.window.pages.widget(page).isVisible()
            assert studio.viewmodels.editor.model is not None

    qt_run(story(), timeout=60)


def test_prompt_to_layer_to_file_and_back(life: Life, qt_run: QtRun, tmp_path: Path) -> None:
    async def paint() -> None:
        async with life as window:
            await window.type_prompt("a red house")
            await window.press_generate()
            await window.take()
            assert window.layer_names[-1] == "a red house"
            assert window.studio.viewmodels.staging.candidates == ()
            await window.studio.viewmodels.canvas.files.save_as(tmp_path / "house.ora")
            await until(lambda: not window.studio.viewmodels.canvas.files.modified)
            assert window.studio.window.windowTitle() == "house - Pentimento"
            assert len(await window.container.library.page(limit=10)) == 1

    async def come_back() -> None:
        async with life as window:
            assert window.layer_names[-1] == "a red house"
            assert window.studio.viewmodels.editor.state.prompt == "a red house"
            assert window.studio.viewmodels.canvas.files.file == tmp_path / "house.ora"

    qt_run(paint(), timeout=60)
    qt_run(come_back(), timeout=60)


def test_unsaved_work_and_staged_results_are_there_again(life: Life, qt_run: QtRun) -> None:
    async def paint() -> None:
        async with life as window:
            window.studio.viewmodels.editor.change(count=2)
            await window.type_prompt("a lake")
            await window.press_generate(results=2)
            await window.take()

    async def come_back() -> None:
        async with life as window:
            assert window.layer_names[-1] == "a lake"
            assert len(window.studio.viewmodels.staging.candidates) == 1

    qt_run(paint(), timeout=60)
    qt_run(come_back(), timeout=60)


def test_a_result_lands_in_the_middle_of_a_document_that_it_was_not_made_for(
    life: Life, qt_run: QtRun
) -> None:
    async def story() -> None:
        async with life as window:
            canvas = window.studio.viewmodels.canvas
            await window.type_prompt("a lake")
            await window.press_generate()
            await canvas.files.new(164, 84)
            await window.take()
            assert canvas.current.document is not None
            layer = canvas.current.document.layers[-1]
            assert (layer.offset.x(), layer.offset.y()) == (50, 10)

    qt_run(story(), timeout=60)


def test_the_gallery_opens_pictures_and_gives_its_settings_back(
    life: Life, qt_run: QtRun, tmp_path: Path
) -> None:
    async def story() -> None:
        async with life as window:
            studio = window.studio
            await window.type_prompt("a boat")
            await window.press_generate()
            (picture,) = await window.container.library.page(limit=10)
            studio.viewmodels.editor.change(prompt="")
            studio.window.show_page("gallery")
            studio.viewmodels.gallery.use_recipe(picture)
            assert studio.window.page == "canvas"
            assert studio.viewmodels.editor.state.prompt == "a boat"
            assert studio.viewmodels.editor.state.seed == picture.seed
            studio.window.show_page("gallery")
            studio.viewmodels.gallery.open_on_canvas(picture)
            await until(lambda: window.layer_names)
            assert studio.window.page == "canvas"
            assert studio.viewmodels.canvas.situation().has_picture

    qt_run(story(), timeout=60)


def test_a_layers_recipe_opens_in_the_editor(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            await window.type_prompt("a boat")
            await window.press_generate()
            await window.take()
            views = window.studio.viewmodels
            views.canvas.open_recipe(views.canvas.layers.active_row)
            assert views.editor.opened is not None
            assert window.button_text == "Render again"

    qt_run(story(), timeout=60)


def test_a_failed_job_says_so_and_can_be_tried_again(
    qapp: QApplication, root: Path, world: World, qt_run: QtRun
) -> None:
    report = OutOfMemoryError(
        "There is not enough memory to make this picture.", advice="Choose a smaller size."
    ).report
    failing = World(
        clock=world.clock,
        new_id=world.new_id,
        new_seed=world.new_seed,
        starter_model=world.starter_model,
        engine=lambda blobs: FakeEngine(blobs, fail_with=report),
    )

    async def story() -> None:
        async with Life(qapp, root, failing) as window:
            studio = window.studio
            await window.type_prompt("a boat")
            studio.window.pages.generate_panel.generate.click()
            await until(lambda: studio.window.errors.report is not None)
            assert studio.window.errors.report == report
            again = next(
                button
                for button in studio.window.errors.findChildren(QAbstractButton)
                if button.text() == "Try again"
            )
            again.click()
            await until(lambda: len(studio.viewmodels.staging.candidates) == 1)
            assert studio.window.errors.isHidden()

    qt_run(story(), timeout=60)


def test_tab_hides_the_panels_and_brings_the_same_ones_back(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            pages = window.studio.window.pages
            workspace = pages.workspace
            workspace.toggle_panel("history")
            before = {name: dock.isHidden() for name, dock in workspace.docks.items()}
            assert before["history"]
            pages.canvas_page.view.setFocus()
            QTest.keyClick(pages.canvas_page.view, Qt.Key.Key_Tab)
            assert all(dock.isHidden() for dock in workspace.docks.values())
            QTest.keyClick(pages.canvas_page.view, Qt.Key.Key_Tab)
            assert {name: dock.isHidden() for name, dock in workspace.docks.items()} == before
            workspace.reset_layout()
            assert not any(dock.isHidden() for dock in workspace.docks.values())

    qt_run(story(), timeout=60)


def test_the_layout_and_the_look_come_back_as_they_were(life: Life, qt_run: QtRun) -> None:
    async def change() -> None:
        async with life as window:
            studio = window.studio
            studio.window.pages.workspace.toggle_panel("generate")
            studio.window.choose_theme("light")
            assert theme_of(studio.window) == LIGHT
            studio.window.pages.workspace.toggle_panels()

    async def come_back() -> None:
        async with life as window:
            docks = window.studio.window.pages.workspace.docks
            assert docks["generate"].isHidden()
            assert not docks["layers"].isHidden()
            assert window.studio.window.theme == "light"
            window.studio.window.choose_theme("dark")
            assert theme_of() == DARK

    qt_run(change(), timeout=60)
    qt_run(come_back(), timeout=60)


class TestKeys:
    def test_single_keys_choose_tools_on_the_canvas_but_not_in_the_prompt(
        self, life: Life, qt_run: QtRun
    ) -> None:
        async def story() -> None:
            async with life as window:
                pages, tools = window.studio.window.pages, window.studio.viewmodels.canvas.tools
                pages.canvas_page.view.setFocus()
                QTest.keyClick(pages.canvas_page.view, Qt.Key.Key_E)
                assert tools.tool is ToolName.ERASER
                await window.type_prompt("b")
                assert tools.tool is ToolName.ERASER
                assert window.studio.viewmodels.editor.state.prompt == "b"

        qt_run(story(), timeout=60)

    def test_a_key_works_again_once_its_command_can_be_done(self, life: Life, qt_run: QtRun) -> None:
        async def story() -> None:
            async with life as window:
                canvas, view = window.studio.viewmodels.canvas, window.studio.window.pages.canvas_page.view
                await canvas.files.new(64, 64)
                canvas.layer_actions.add()
                view.setFocus()
                control = Qt.KeyboardModifier.ControlModifier
                QTest.keyClick(view, Qt.Key.Key_Z, control)
                assert len(window.layer_names) == 1
                QTest.keyClick(view, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
                assert len(window.layer_names) == 2

        qt_run(story(), timeout=60)


def test_every_command_stands_in_one_menu_and_speaks_korean(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            main = window.studio.window
            in_menus = [
                action.objectName()
                for menu in main.menus.menus()
                for action in menu.actions()
                if not action.isSeparator()
            ]
            commands = list(main.registry)
            assert sorted(in_menus) == sorted(command.id for command in commands)
            assert len(commands) > 50
            korean = read_texts("ko")
            assert [command.text for command in commands if command.text not in korean] == []

    qt_run(story(), timeout=60)


def test_the_language_changes_while_the_window_is_open(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            main = window.studio.window
            main.choose_language("ko")
            await until(lambda: window.button_text == "생성")
            assert main.top_bar.buttons["gallery"].text() == "갤러리"
            undo = next(
                action for action in main.findChildren(QAction) if action.objectName() == "canvas.undo"
            )
            assert undo.text() == "실행 취소"
            main.choose_language("en")
            await until(lambda: window.button_text == "Generate")

    qt_run(story(), timeout=60)


QT_OWN = ("qt_", "Scroll")
"""Buttons that Qt makes inside its own widgets."""


def is_named_elsewhere(widget: QWidget) -> bool:
    """Its buttons are named when it is shown; those within a text field are Qt's own."""
    parent = widget.parentWidget()
    return isinstance(parent, QLineEdit) or (isinstance(parent, ErrorLine) and parent.isHidden())


def test_every_control_has_a_name_and_a_tooltip(life: Life, qt_run: QtRun) -> None:
    def nameless(widget: QWidget) -> bool:
        named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
        return not (named and widget.toolTip())

    async def story() -> None:
        async with life as window:
            window.studio.window.queue_bar.jobs.refresh()  # named when it is opened
            controls = [
                control
                for control in window.studio.window.findChildren(QAbstractButton)
                if not control.objectName().startswith(QT_OWN) and not is_named_elsewhere(control)
            ]
            assert len(controls) > 40
            assert [
                f"{type(one).__name__} {one.text()!r} in {type(one.parent()).__name__}"
                for one in controls
                if nameless(one)
            ] == []

    qt_run(story(), timeout=60)


def test_a_crash_before_is_told_with_the_way_to_the_other_pictures(
    life: Life, qt_run: QtRun, qapp: QApplication, root: Path, world: World
) -> None:
    async def leave_two_pictures() -> None:
        async with life as window:
            await window.studio.viewmodels.canvas.files.new(32, 32)
            window.studio.viewmodels.canvas.layer_actions.add()
            await window.studio.viewmodels.canvas.files.new(48, 48)
            window.studio.viewmodels.canvas.layer_actions.add()

    async def come_back_after_a_crash() -> None:
        window = Window(application=qapp, root=root, world=world)
        starting = window.studio.start(crashed_before=True)
        await starting
        errors = window.studio.window.errors
        assert errors.report is not None
        assert errors.report.code == "RECOVERED"
        assert window.studio.viewmodels.canvas.situation().width == 48
        button = next(
            one for one in errors.findChildren(QAbstractButton) if one.text() == "Open the one before"
        )
        button.click()
        await until(lambda: window.studio.viewmodels.canvas.situation().width == 32)
        await window.close()

    qt_run(leave_two_pictures(), timeout=60)
    qt_run(come_back_after_a_crash(), timeout=60)


def test_errors_of_no_room_come_to_the_window(life: Life, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with life as window:

            async def fail() -> None:
                raise ZeroDivisionError

            report: ErrorReport | None = None
            task = window.studio.viewmodels.tasks.start(fail())
            with pytest.raises(ZeroDivisionError):
                await task
            report = window.studio.window.errors.report
            assert report is not None
            assert "ZeroDivisionError" in report.text

    qt_run(story(), timeout=60)


def test_dropped_pictures_become_layers(life: Life, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with life as window:
            Image.new("RGB", (40, 30), "red").save(tmp_path / "red.png")
            canvas = window.studio.viewmodels.canvas
            await canvas.files.new(80, 60)
            assert await canvas.add_result(
                tmp_path / "red.png", placement=Placement(x=3, y=4), recipe=None, name="red"
            )
            assert window.layer_names[-1] == "red"

    qt_run(story(), timeout=60)


def test_a_job_for_the_cloud_without_a_sign_in_leads_to_the_account(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            studio = window.studio
            await window.container.queue.add(text_request("there"), place="cloud")
            await until(lambda: studio.window.errors.report is not None)
            report = studio.window.errors.report
            assert report is not None
            assert report.code == "NOT_SIGNED_IN"
            (button,) = [
                one
                for one in studio.window.errors.findChildren(QAbstractButton)
                if one.isVisible() and one.text() == "Account"
            ]
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            assert studio.window.page == "account"
            assert studio.window.pages.account_view.sign_in.isVisible()

    qt_run(story(), timeout=60)
