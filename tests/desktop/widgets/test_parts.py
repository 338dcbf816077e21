import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QPushButton, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from desktop.widgets.error_line import ErrorLine
from desktop.widgets.parts import ElidedLabel, EmptyState, Fold, LabelledSlider, icon_button
from shared.contracts.errors import ErrorReport

FULL = ErrorReport(
    code="STORAGE_FAILED",
    message="The disk {name} is full.",
    advice="Make room.",
    values={"name": "C"},
    detail="trace",
)


@pytest.fixture
def line(qtbot: QtBot) -> ErrorLine:
    line = ErrorLine()
    qtbot.addWidget(line)
    return line


class TestErrorLine:
    def test_is_hidden_until_told_and_after_it_was_closed(self, line: ErrorLine) -> None:
        assert line.isHidden()
        line.show_error(FULL)
        assert not line.isHidden()
        assert line.accessibleName() == "The disk C is full."
        line.clear()
        assert line.isHidden()
        assert line.report is None

    def test_the_button_does_what_it_says_and_the_line_goes(self, line: ErrorLine) -> None:
        done: list[str] = []
        line.show_error(FULL, button="Try again", run=lambda: done.append("again"))
        button = line.findChild(QPushButton)
        assert button is not None
        assert button.text() == "Try again"
        button.click()
        assert done == ["again"]
        assert line.isHidden()

    def test_details_can_be_copied(self, line: ErrorLine) -> None:
        line.show_error(FULL)
        copy = next(
            tool for tool in line.findChildren(QToolButton) if tool.accessibleName() == "Copy details"
        )
        copy.click()
        assert QGuiApplication.clipboard().text() == (
            "STORAGE_FAILED: The disk C is full.\nMake room.\ntrace"
        )

    def test_a_notice_is_no_danger(self, line: ErrorLine) -> None:
        line.show_error(FULL)
        assert line.property("surface") == "danger"
        line.show_notice(ErrorReport(code="NOTE", message="Welcome back."))
        assert line.property("surface") == "notice"


class TestLabelledSlider:
    @pytest.fixture
    def slider(self, qtbot: QtBot) -> LabelledSlider:
        slider = LabelledSlider("Opacity", minimum=0, maximum=1, step=0.05, decimals=2)
        qtbot.addWidget(slider)
        return slider

    def test_slider_and_number_say_the_same(self, slider: LabelledSlider, qtbot: QtBot) -> None:
        told: list[float] = []
        slider.value_changed.connect(told.append)
        inner, number = slider.findChild(QSlider), slider.findChild(QDoubleSpinBox)
        assert inner is not None
        assert number is not None
        inner.setValue(10)
        assert number.value() == pytest.approx(0.5)
        number.setValue(0.75)
        assert inner.value() == 15
        assert told == [pytest.approx(0.5), pytest.approx(0.75)]

    def test_a_value_from_outside_is_shown_but_not_told(self, slider: LabelledSlider) -> None:
        told: list[float] = []
        slider.value_changed.connect(told.append)
        slider.set_value(0.35)
        assert slider.value() == pytest.approx(0.35)
        assert told == []

    def test_both_controls_have_the_name(self, slider: LabelledSlider) -> None:
        slider.set_text("Strength", "How much")
        for control in (slider.findChild(QSlider), slider.findChild(QDoubleSpinBox)):
            assert control is not None
            assert control.accessibleName() == "Strength"
            assert control.toolTip() == "How much"


def test_a_fold_shows_and_hides(qtbot: QtBot) -> None:
    content = QLabel("more")
    fold = Fold("Advanced", content)
    qtbot.addWidget(fold)
    told: list[bool] = []
    fold.toggled.connect(told.append)
    heading = fold.findChild(QToolButton)
    assert heading is not None
    assert content.isHidden()
    heading.click()
    assert not content.isHidden()
    fold.set_open(is_open=False)
    assert told == [True, False]


def test_an_empty_state_teaches_one_thing_to_do(qtbot: QtBot) -> None:
    done: list[str] = []
    state = EmptyState(
        icon_name="image",
        title="Nothing yet",
        text="Make one.",
        button="Make",
        run=lambda: done.append("made"),
    )
    qtbot.addWidget(state)
    state.resize(400, 300)
    state.show()
    button = state.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["made"]
    assert state.accessibleName() == "Nothing yet"


def test_an_elided_label_keeps_its_whole_text(qtbot: QtBot) -> None:
    label = ElidedLabel("a very long name of a picture that has no room at all")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.minimumSizeHint().width() < 60
    assert label.toolTip() == label.text() == label.accessibleName()


def test_an_icon_button_names_itself_and_its_key(qtbot: QtBot) -> None:
    button = icon_button("brush", "Brush", shortcut="B")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Brush"
    assert button.toolTip() == "Brush (B)"
