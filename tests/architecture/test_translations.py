"""Every text that people see has a Korean translation, with the same fields in it."""

import ast
import json
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KOREAN = ROOT / "assets" / "translations" / "ko"
FEWEST_TEXTS = 250
"""So that the search cannot pass by finding nothing."""

TRANSLATING_CALLS = {"tr"}
ERROR_TEXTS = {"message", "advice"}
NOT_SHOWN_IN_A_WINDOW = ("desktop/app/headless", "desktop/app/command_line.py")
"""The terminal speaks English."""


def sources() -> list[Path]:
    files = [*ROOT.glob("desktop/**/*.py"), *ROOT.glob("shared/**/*.py")]
    return [file for file in files if not file.relative_to(ROOT).as_posix().startswith(NOT_SHOWN_IN_A_WINDOW)]


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def shown_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals given to `tr`, as the text of a Command, and as message and advice of an error."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        keywords = {keyword.arg: literal(keyword.value) for keyword in node.keywords}
        found: list[str | None] = []
        if name in TRANSLATING_CALLS and node.args:
            found = [literal(node.args[0])]
        elif name == "Command":
            found = [keywords.get("text")]
        elif name == "ErrorReport":
            found = [keywords.get(text) for text in ERROR_TEXTS]
        elif is_our_error(name, keywords):
            found = [literal(node.args[0]) if node.args else None, keywords.get("advice")]
        for text in found:
            if text:
                yield node.lineno, text


def is_our_error(name: str, keywords: dict[str | None, str | None]) -> bool:
    """An error made, or one that passes its texts on to its base."""
    return "advice" in keywords if name == "__init__" else name in our_errors()


@cache
def our_errors() -> frozenset[str]:
    return frozenset(
        node.name
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    )


def all_shown() -> dict[str, str]:
    """Text to the first place where it stands."""
    shown: dict[str, str] = {}
    for file in sources():
        for line, text in shown_texts(ast.parse(file.read_text(encoding="utf-8"))):
            shown.setdefault(text, f"{file.relative_to(ROOT)}:{line}")
    return shown


def korean() -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in sorted(KOREAN.glob("*.json")):
        texts |= json.loads(file.read_text(encoding="utf-8"))
    return texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_translated() -> None:
    shown, translated = all_shown(), korean()
    missing = [f"{place}: {text!r}" for text, place in shown.items() if not translated.get(text)]
    assert len(shown) >= FEWEST_TEXTS
    assert not missing, "\n".join(missing)


def test_translations_have_the_fields_of_the_original() -> None:
    differing = [text for text, translation in korean().items() if fields(text) != fields(translation)]
    assert not differing


def test_rooms_agree_on_a_text_that_they_share() -> None:
    seen: dict[str, tuple[str, str]] = {}
    disagreeing = []
    for file in sorted(KOREAN.glob("*.json")):
        for text, translation in json.loads(file.read_text(encoding="utf-8")).items():
            room, known = seen.setdefault(text, (file.stem, translation))
            if known != translation:
                disagreeing.append(f"{text!r}: {room} has {known!r}, {file.stem} has {translation!r}")
    assert not disagreeing, "\n".join(disagreeing)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('tr("Undo")', ["Undo"]),
        ("tr(text)", []),
        ('Command(id="a", text="Fit", run=f)', ["Fit"]),
        ('StorageError("It failed.", advice="Try again.")', ["It failed.", "Try again."]),
    ],
)
def test_the_search_finds_what_is_shown(source: str, texts: list[str]) -> None:
    assert [text for _, text in shown_texts(ast.parse(source))] == texts
