"""The two languages that the server speaks. English templates are the keys; other languages stand in texts/."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import PlainSerializer

Language = Literal["en", "ko"]

LANGUAGES: tuple[Language, ...] = ("en", "ko")

_TEXTS = Path(__file__).parent / "texts"

current_language: ContextVar[Language] = ContextVar("current_language", default="en")
"""The language of the request being answered; the middleware sets it from Accept-Language."""


def preferred_language(header: str) -> Language:
    """The best of ours for an Accept-Language header; English where it asks for none of them."""
    best: Language = "en"
    best_quality = 0.0
    for part in header[:1000].split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        primary = tag.strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if primary in {language, "*"} and quality > best_quality:
                best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Every translation of `language`, from all the files of texts/."""
    found: dict[str, str] = {}
    for path in sorted(_TEXTS.glob(f"*.{language}.json")):
        found.update(json.loads(path.read_text(encoding="utf-8")))
    return found


def translate(template: str, language: Language, values: Mapping[str, object]) -> str:
    """The template in `language`, else in English, with its fields filled."""
    translated = texts(language).get(template, template)
    return translated.format_map(values) if values else _unfilled(translated)


def _unfilled(text: str) -> str:
    return text.format() if "{{" in text or "}}" in text else text


def _in_current_language(text: str) -> str:
    return translate(text, current_language.get(), {})


TranslatedText = Annotated[str, PlainSerializer(_in_current_language, return_type=str)]
"""An English text of a reply that is translated as the reply is written."""
