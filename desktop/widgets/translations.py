"""Texts in the artist's language. The English text is the key; a missing translation shows the English."""

import json
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator

import assets
from desktop.widgets.choices import LanguageChoice
from shared.contracts.errors import ErrorReport

TRANSLATION_FOLDER = Path(assets.__path__[0]) / "translations"

_CONTEXT = "pentimento"
_TRANSLATOR_NAME = "pentimento_translator"


def tr(text: str, **values: object) -> str:
    """`text` in the language in force, its `{name}` fields filled. Give a literal, so that the tests find it."""
    translated = QCoreApplication.translate(_CONTEXT, text)
    return translated.format(**values) if values else translated


def tr_error(report: ErrorReport) -> str:
    """What happened and what to do, as one text."""
    parts = [tr_message(report), tr_advice(report)]
    return " ".join(part for part in parts if part)


def tr_message(report: ErrorReport) -> str:
    return tr(report.message, **report.values)


def tr_advice(report: ErrorReport) -> str:
    return tr(report.advice, **report.values) if report.advice else ""


class DictionaryTranslator(QTranslator):
    """Looks texts up in a dictionary that was read from JSON files."""

    def __init__(self, texts: dict[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_TRANSLATOR_NAME)
        self._texts = texts

    def translate(
        self, _context: str, source: str, _disambiguation: str | None = None, _number: int = -1
    ) -> str | None:
        return self._texts.get(source)

    def isEmpty(self) -> bool:
        return not self._texts


def read_texts(language: str) -> dict[str, str]:
    """Every room's texts in `language`, merged; English needs none."""
    texts: dict[str, str] = {}
    for file in sorted((TRANSLATION_FOLDER / language).glob("*.json")):
        texts.update(json.loads(file.read_text(encoding="utf-8")))
    return texts


def resolve_language(choice: LanguageChoice) -> Literal["en", "ko"]:
    if choice != "system":
        return choice
    return "ko" if QLocale.system().language() == QLocale.Language.Korean else "en"


def install_language(application: QCoreApplication, choice: LanguageChoice) -> None:
    """Replace the language in force. Widgets that are open get a LanguageChange event."""
    for previous in application.findChildren(DictionaryTranslator, _TRANSLATOR_NAME):
        application.removeTranslator(previous)
        previous.deleteLater()
    language = resolve_language(choice)
    QLocale.setDefault(QLocale("ko_KR" if language == "ko" else "en_GB"))
    if language != "en":
        application.installTranslator(DictionaryTranslator(read_texts(language), application))
