import itertools

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.theme import (
    CONTROL_HEIGHT,
    DARK,
    DENSE_HEIGHT,
    ICON_FOLDER,
    LIGHT,
    Theme,
    apply_theme,
    contrast,
    set_dense,
    set_role,
    theme_of,
)

GROUNDS = ("surround", "window", "panel", "raised", "hover", "field", "selected")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
class TestContrast:
    def test_text_can_be_read_on_every_ground(self, theme: Theme) -> None:
        for ground in GROUNDS:
            assert contrast(theme.text, getattr(theme, ground)) >= 4.5, ground

    @pytest.mark.parametrize("role", ["quiet_text", "danger", "warning", "success"])
    def test_quiet_and_speaking_text_can_be_read_where_it_stands(self, theme: Theme, role: str) -> None:
        for ground in ("window", "panel", "raised", "field"):
            assert contrast(getattr(theme, role), getattr(theme, ground)) >= 4.5, ground

    def test_the_button_can_be_read(self, theme: Theme) -> None:
        assert contrast(theme.on_accent, theme.accent) >= 4.5
        assert contrast(theme.on_accent, theme.accent_hover) >= 4.5

    def test_focus_rings_and_progress_are_seen(self, theme: Theme) -> None:
        for ground in ("surround", "window", "panel", "raised", "field"):
            assert contrast(theme.ring, getattr(theme, ground)) >= 3, ground

    def test_greys_have_no_cast(self, theme: Theme) -> None:
        for role in (*GROUNDS, "line", "text", "quiet_text", "track"):
            colour = theme.colour(role)
            assert colour.red() == colour.green() == colour.blue(), role

    def test_glyphs_of_the_stylesheet_are_seen(self, theme: Theme) -> None:
        chevron = (ICON_FOLDER / "stylesheet" / "chevron.svg").read_text()
        colour = chevron.split('stroke="')[1][:7]
        assert contrast(colour, theme.raised) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QEvent.Type] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.seen.append(event.type())
        return False


def test_a_change_reaches_open_widgets(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, DARK)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    listener = Listener()
    widget.installEventFilter(listener)
    apply_theme(qapp, LIGHT)
    qapp.processEvents()
    assert theme_of(widget) == LIGHT
    assert widget.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window
    assert {QEvent.Type.PaletteChange, QEvent.Type.StyleChange} & set(listener.seen)
    apply_theme(qapp, DARK)
    assert theme_of(widget) == DARK


@pytest.mark.parametrize("role", ["plain", "primary", "flat"])
def test_controls_are_28_high_and_24_in_dense_rows(qapp: QApplication, qtbot: QtBot, role: str) -> None:
    apply_theme(qapp, DARK)
    button = QPushButton("Generate")
    qtbot.addWidget(button)
    set_role(button, role)  # type: ignore[arg-type]  # the parametrised names are roles
    assert button.sizeHint().height() == CONTROL_HEIGHT
    set_dense(button)
    assert button.sizeHint().height() == DENSE_HEIGHT


def test_the_focus_ring_moves_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, DARK)
    button = QPushButton("Generate")
    qtbot.addWidget(button)
    button.show()
    before = button.sizeHint()
    button.setFocus()
    assert button.sizeHint() == before


def test_both_themes_name_the_same_roles_differently() -> None:
    same = [role for role, value in DARK.values().items() if LIGHT.values()[role] == value]
    labels = {role for role in same if role.startswith("label_")}
    assert set(same) - labels <= {
        "accent", "on_accent", "checker_light", "checker_dark", "marker_light", "marker_dark", "shade",
    }  # fmt: skip
    assert all(len(value) == 7 for value in itertools.islice(DARK.values().values(), 1, None))
