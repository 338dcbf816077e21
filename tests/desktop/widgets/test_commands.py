from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.command_palette import CommandPalette
from desktop.widgets.commands import Command, CommandRegistry, action_for, refresh_action


class Desk:
    """Counts what was done, and may forbid it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.allowed = True

    def command(self, name: str, *, shortcut: str = "") -> Command:
        return Command(
            id=name.lower().replace(" ", "."),
            text=name,
            shortcut=shortcut,
            run=lambda: self.done.append(name),
            enabled=lambda: self.allowed,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def registry(desk: Desk) -> CommandRegistry:
    registry = CommandRegistry()
    registry.add(
        desk.command("Undo", shortcut="Ctrl+Z"),
        desk.command("Zoom in", shortcut="Ctrl+="),
        desk.command("Make the zoom wide"),
    )
    return registry


def test_an_id_and_a_shortcut_belong_to_one_command(registry: CommandRegistry, desk: Desk) -> None:
    with pytest.raises(ValueError, match="two commands"):
        registry.add(desk.command("Undo"))
    with pytest.raises(ValueError, match=r"Ctrl\+Z belongs to undo"):
        registry.add(desk.command("Other", shortcut="Ctrl+Z"))


def test_runs_only_what_is_enabled(registry: CommandRegistry, desk: Desk) -> None:
    assert registry.run("undo")
    desk.allowed = False
    assert not registry.run("undo")
    assert desk.done == ["Undo"]


def test_finds_by_words_in_any_order_with_the_beginning_first(registry: CommandRegistry) -> None:
    assert [command.id for command in registry.find("zoom")] == ["zoom.in", "make.the.zoom.wide"]
    assert [command.id for command in registry.find("WIDE zoom")] == ["make.the.zoom.wide"]
    assert len(registry.find("")) == 3
    assert registry.find("nothing like it") == []


def test_an_action_shows_and_runs_its_command(
    registry: CommandRegistry, desk: Desk, qtbot: QtBot, qapp: QApplication
) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    action = action_for(registry, "undo", owner)
    assert action.text() == "Undo"
    assert "Ctrl+Z" in action.toolTip()
    action.trigger()
    assert desk.done == ["Undo"]
    desk.allowed = False
    refresh_action(action, registry["undo"])
    assert not action.isEnabled()


@pytest.fixture
def palette(registry: CommandRegistry, qtbot: QtBot) -> Iterator[CommandPalette]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    palette = CommandPalette(registry, window)
    palette.show_over(window)
    yield palette
    palette.close()


class TestPalette:
    def test_lists_everything_with_its_shortcut(self, palette: CommandPalette) -> None:
        assert [command.text for command in palette.shown_commands()] == [
            "Undo",
            "Zoom in",
            "Make the zoom wide",
        ]
        item = palette.list.topLevelItem(0)
        assert item is not None
        assert item.text(1) == "Ctrl+Z"

    def test_typing_and_enter_run_what_was_searched(self, palette: CommandPalette, desk: Desk) -> None:
        QTest.keyClicks(palette.search, "zoom")
        QTest.keyClick(palette.search, Qt.Key.Key_Down)
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        assert desk.done == ["Make the zoom wide"]
        assert not palette.isVisible()

    def test_what_cannot_be_done_now_does_not_run(self, palette: CommandPalette, desk: Desk) -> None:
        desk.allowed = False
        QTest.keyClicks(palette.search, "undo")
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        assert desk.done == []
        assert palette.isVisible()
