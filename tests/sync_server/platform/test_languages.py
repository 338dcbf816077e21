"""Every word that the server says to people exists in Korean, with the same fields."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync_server
from sync_server.platform import errors
from sync_server.platform.field_messages import FIELD_MESSAGES
from sync_server.platform.languages import preferred_language, texts, translate

ROOT = Path(sync_server.__file__).parent
REPLIES = {"Reply", "Page"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en;q=0.8, ko;q=0.9", "ko"),
        ("de, fr;q=0.5", "en"),
        ("de, ko;q=0.1", "ko"),
        ("ko;q=0", "en"),
        ("ko;q=nonsense", "en"),
        ("ko;q=inf, \n;;;,,", "ko"),
        ("*", "en"),
    ],
)
def test_the_best_language_of_ours_is_chosen(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_a_translation_is_filled_and_a_missing_one_stays_english() -> None:
    assert (
        translate("Try again in {seconds} seconds.", "ko", {"seconds": 3}) == "3초 뒤에 다시 시도해 주세요."
    )
    assert translate("Not a text of ours {x}.", "ko", {"x": 1}) == "Not a text of ours 1."


def test_every_text_for_people_has_a_korean_one_with_the_same_fields() -> None:
    korean = texts("ko")
    templates = [
        *_raised_and_replied(),
        *_in_pages(),
        *(("field_messages.py", text) for text in FIELD_MESSAGES.values()),
    ]
    assert len({text for _, text in templates}) >= 60
    missing = sorted({f"{place}: {text}" for place, text in templates if text not in korean})
    assert not missing, "Add these to sync_server/platform/texts/*.ko.json:\n" + "\n".join(missing)
    differing = sorted({text for _, text in templates if _fields(text) != _fields(korean[text])})
    assert not differing


_PAGE_TEXT = re.compile(r't\("([^"]+)"')


def _in_pages() -> Iterator[tuple[str, str]]:
    for path in ROOT.rglob("pages/*.html"):
        for found in _PAGE_TEXT.finditer(path.read_text(encoding="utf-8")):
            yield path.name, found[1]


def test_korean_texts_are_korean() -> None:
    odd = {
        english
        for english, korean in texts("ko").items()
        if not any("가" <= letter <= "힣" for letter in korean) and any(c.isalpha() for c in english)
    }
    assert not odd


def test_every_error_is_raised_with_a_literal_text() -> None:
    assert not list(_not_literal())


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                yield place, name, node


def _is_error(name: str) -> bool:
    kind = getattr(errors, name, None)
    return isinstance(kind, type) and issubclass(kind, errors.ServerError)


def _said(name: str, call: ast.Call) -> Iterator[ast.expr]:
    """The expressions of a call that people read."""
    if _is_error(name):
        yield from call.args[:1]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "advice")
    if name in REPLIES:
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "message")


def _raised_and_replied() -> Iterator[tuple[str, str]]:
    for place, name, call in _calls():
        for said in _said(name, call):
            for part in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield place, part.value


def _not_literal() -> Iterator[str]:
    for place, name, call in _calls():
        for said in _said(name, call):
            parts = (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,)
            if not all(isinstance(part, ast.Constant) for part in parts):
                yield f"{place}:{call.lineno}: {ast.unparse(said)}"
