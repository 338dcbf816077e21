"""The panel as an artist uses it: typing, choosing, pressing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider

from desktop.generation.views.generate_panel import GeneratePanel
from desktop.widgets.choices import LanguageChoice
from desktop.widgets.theme import PANEL_WIDTH, SPACE
from desktop.widgets.translations import install_language
from shared.contracts.generation import Inpaint, TextToImage
from tests.conftest import QtRun
from tests.desktop.generation.room import NEW_SEED, Room, opened
from tests.desktop.generation.studio import MODEL

"""The offscreen platform says so whenever a window shows."""

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QSlider)


@pytest.fixture
def in_language(qapp: QCoreApplication) -> Iterator[Callable[[LanguageChoice], None]]:
    """English again afterwards, whatever the test does."""

    def switch(language: LanguageChoice) -> None:
        install_language(qapp, language)
        for _ in ("the application hears of it", "its windows hear of it"):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LanguageChange.value)

    yield switch
    switch("en")


def shown(room: Room) -> GeneratePanel:
    panel = GeneratePanel(editor=room.editor, tasks=room.tasks)
    panel.resize(PANEL_WIDTH, 700)
    panel.show()
    return panel


def test_typing_a_prompt_and_pressing_the_button_yields_a_staged_picture(
    qt_run: QtRun, tmp_path: Path
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            assert not panel.generate.isEnabled()
            assert panel.reason.text() == "Write what the picture should show."
            QTest.keyClicks(panel.prompt, "a red house in the snow")
            assert panel.generate.text() == "Generate"
            assert panel.reason.isHidden()
            QTest.mouseClick(panel.generate, Qt.MouseButton.LeftButton)
            await room.studio.until(lambda: bool(room.studio.queue.jobs))
            await room.studio.until_idle()
            (candidate,) = room.staging.candidates
            (picture,) = await room.studio.library.page()
            assert picture.id == candidate.picture_id
            assert picture.prompt == "a red house in the snow"
            assert picture.seed == NEW_SEED
            panel.close()

    qt_run(story())


def test_every_control_reaches_the_request(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            panel.prompt.setPlainText("a lake")
            panel.negative_fold.set_open(is_open=True)
            QTest.keyClicks(panel.negative_prompt, "people")
            basics, advanced = panel.basics, panel.advanced
            basics.preset.setCurrentIndex(1)
            basics.preset.activated.emit(1)
            QTest.keyClicks(basics.seed, "12")
            basics.count.setValue(2)
            advanced.steps.setValue(3)
            advanced.guidance.setValue(4.5)
            advanced.clip_skip.setValue(2)
            advanced.sampler.setCurrentText("Euler a")
            advanced.sampler.activated.emit(advanced.sampler.currentIndex())
            advanced.speed.setCurrentText("Fast")
            advanced.speed.activated.emit(advanced.speed.currentIndex())
            advanced.schedule.setCurrentText("Karras")
            advanced.schedule.activated.emit(advanced.schedule.currentIndex())
            QTest.keyClick(panel.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            await room.studio.until(lambda: bool(room.studio.queue.jobs))
            await room.studio.until_idle()
            (request,) = room.studio.engine.requests
            assert request == TextToImage(
                model=request.model,
                prompt="a lake",
                negative_prompt="people",
                width=192,
                height=128,
                seed=12,
                count=2,
                steps=3,
                guidance_scale=4.5,
                clip_skip=2,
                sampler="euler_a",
                schedule="karras",
                speed="fast",
            )
            panel.close()

    qt_run(story())


def test_the_button_follows_the_canvas_and_the_strength(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            panel.prompt.setPlainText("a boat")
            room.canvas.select(8, 8, 40, 40)
            room.editor.canvas_changed()
            assert panel.generate.text() == "Fill selection"
            assert not panel.basics.width_field.isEnabled()
            panel.basics.strength_slider.setValue(60)
            assert panel.generate.text() == "Refine"
            assert panel.basics.strength.value() == 60
            panel.advanced.feather.setValue(0)
            panel.advanced.intent.setCurrentText("Remove")
            panel.advanced.intent.activated.emit(panel.advanced.intent.currentIndex())
            panel.submit()
            await room.studio.until(lambda: bool(room.studio.queue.jobs))
            await room.studio.until_idle()
            (request,) = room.studio.engine.requests
            assert isinstance(request, Inpaint)
            assert (request.strength, request.feather, request.grow) == (0.6, 0, None)
            assert request.intent == "remove"
            panel.close()

    qt_run(story())


def test_a_size_that_the_model_cannot_paint_is_said_at_the_size(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            panel.prompt.setPlainText("a boat")
            panel.basics.width_field.setValue(1024)
            assert not panel.generate.isEnabled()
            notes = [label.text() for label in panel.basics.findChildren(type(panel.reason))]
            assert "This model paints sides of 64 to 256 pixels." in notes
            assert panel.generate.accessibleDescription() == "This model paints sides of 64 to 256 pixels."
            panel.basics.width_field.setValue(128)
            assert panel.generate.isEnabled()
            panel.close()

    qt_run(story())


def test_an_error_while_sending_is_shown_where_it_happened(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            panel.prompt.setPlainText("a boat")
            room.canvas.select(8, 8, 40, 40)
            room.editor.canvas_changed()
            room.studio.folders.blobs.rename(tmp_path / "moved")
            room.studio.folders.blobs.write_text("in the way")
            await room.editor.submit()
            assert panel.error.isVisible()
            assert panel.error.report is not None
            room.studio.folders.blobs.unlink()
            (tmp_path / "moved").rename(room.studio.folders.blobs)
            await room.editor.submit()
            assert panel.error.isHidden()
            await room.studio.until_idle()
            panel.close()

    qt_run(story())


def test_the_seed_of_the_last_picture_and_earlier_prompts(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            for prompt in ("a boat", "a mill"):
                panel.prompt.setPlainText(prompt)
                await room.editor.submit()
            panel.basics.last_seed.click()
            assert panel.basics.seed.text() == str(NEW_SEED)
            panel.basics.random_seed.click()
            assert panel.basics.seed.text() == ""
            QTest.keyClick(panel.prompt, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
            QTest.keyClick(panel.prompt, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
            assert room.editor.state.prompt == "a boat"
            await room.studio.until_idle()
            panel.close()

    qt_run(story())


def test_the_prompt_grows_with_its_text(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            before = panel.prompt.sizeHint().height()
            panel.prompt.setPlainText("\n".join(["a line"] * 8))
            eight = panel.prompt.sizeHint().height()
            panel.prompt.setPlainText("\n".join(["a line"] * 40))
            assert before < eight < panel.prompt.sizeHint().height() < panel.height()
            panel.close()

    qt_run(story())


def test_nothing_is_cut_off_at_the_panels_width(
    qt_run: QtRun, tmp_path: Path, in_language: Callable[[LanguageChoice], None]
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            long_name = MODEL.model_copy(update={"name": "A model with a name that never seems to end " * 3})
            room.models.models = (long_name,)
            room.models.changed.tell(room.models.models)
            panel = shown(room)
            panel.advanced_fold.set_open(is_open=True)
            languages: tuple[LanguageChoice, ...] = ("en", "ko")
            for language in languages:
                in_language(language)
                for part in (panel.prompt, panel.basics, panel.advanced):
                    assert part.minimumSizeHint().width() <= PANEL_WIDTH - 6 * SPACE
            panel.close()

    qt_run(story())


def test_an_opened_recipe_shows_and_closes(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            panel.prompt.setPlainText("a boat")
            await room.editor.submit()
            await room.studio.until_idle()
            room.editor.open_recipe(room.staging.candidates[0].recipe)
            assert panel.generate.text() == "Render again"
            assert panel.close_recipe.isVisible()
            panel.close_recipe.click()
            assert panel.generate.text() == "Generate"
            panel.close()

    qt_run(story())


def test_every_control_has_a_name_and_a_tooltip_in_both_languages(
    qt_run: QtRun, tmp_path: Path, in_language: Callable[[LanguageChoice], None]
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            languages: tuple[LanguageChoice, ...] = ("en", "ko")
            for language in languages:
                in_language(language)
                controls = [
                    control
                    for kind in CONTROLS
                    for control in panel.findChildren(kind)
                    if not control.objectName().startswith("qt_") and control.parent() is not panel.error
                ]
                assert len(controls) > 20
                nameless = [control for control in controls if not control.accessibleName()]
                assert nameless == []
                assert [control for control in controls if not control.toolTip()] == []
            assert panel.generate.text() == "생성"
            panel.close()

    qt_run(story())


def test_a_frame_on_the_canvas_is_the_area_and_leaves_nothing_to_choose(
    qt_run: QtRun, tmp_path: Path
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            panel = shown(room)
            area = panel.advanced.area
            room.editor.change(area="selection")
            room.canvas.frame(0, 0, 128, 64)
            room.editor.canvas_changed()
            assert (area.currentText(), area.count(), area.isEnabled()) == ("Frame on the canvas", 1, False)
            assert room.editor.state.area == "selection"
            room.canvas.paint()
            room.editor.canvas_changed()
            assert (area.currentData(), area.isEnabled()) == ("selection", True)
            panel.close()
            panel.deleteLater()

    qt_run(story())
