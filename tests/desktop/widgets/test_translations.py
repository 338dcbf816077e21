from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.widgets.translations import install_language, read_texts, tr, tr_advice, tr_error, tr_message
from shared.contracts.errors import ErrorReport, StorageError


@pytest.fixture(autouse=True)
def english_again(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    yield
    install_language(qapp, "en")
    QLocale.setDefault(before)


def test_english_is_its_own_translation(qapp: QApplication) -> None:
    install_language(qapp, "en")
    assert tr("All commands") == "All commands"


def test_fields_are_filled_after_the_translation(qapp: QApplication) -> None:
    install_language(qapp, "ko")
    assert tr("{title} (not saved)", title="집") == "집 (저장 안 됨)"


def test_a_missing_text_stays_english(qapp: QApplication) -> None:
    install_language(qapp, "ko")
    assert tr("This stands in no file.") == "This stands in no file."


def test_going_back_to_english(qapp: QApplication) -> None:
    install_language(qapp, "ko")
    install_language(qapp, "ko")
    assert tr("Quit") == "종료"
    install_language(qapp, "en")
    assert tr("Quit") == "Quit"


def test_errors_say_what_happened_and_what_to_do(qapp: QApplication) -> None:
    install_language(qapp, "ko")
    report = StorageError(
        "The settings could not be written to {file}: {reason}.",
        advice="Check that the disk has room and that the folder may be written.",
        file="a.json",
        reason="full",
    ).report
    assert tr_message(report) == "설정을 a.json에 저장할 수 없습니다: full."
    assert tr_error(report) == f"{tr_message(report)} {tr_advice(report)}"
    assert tr_advice(ErrorReport(code="X", message="No advice.")) == ""


def test_a_value_may_hold_braces(qapp: QApplication) -> None:
    report = StorageError("It is {name}.", name="{weird}").report
    assert tr_message(report) == "It is {weird}."


def test_open_widgets_are_told(qapp: QApplication, qtbot: QtBot) -> None:
    class Label(QLabel):
        def changeEvent(self, event: object) -> None:
            self.setText(tr("Quit"))

    label = Label()
    qtbot.addWidget(label)
    label.show()
    install_language(qapp, "ko")
    qapp.processEvents()
    assert label.text() == "종료"


def test_every_file_is_read() -> None:
    texts = read_texts("ko")
    assert texts["Quit"] == "종료"
    assert len(texts) > 250
