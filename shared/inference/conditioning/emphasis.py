"""A1111's prompt syntax: which words count how much."""

import re
from dataclasses import dataclass

from shared.contracts.generation import PromptSyntax

ROUND_FACTOR = 1.1
SQUARE_FACTOR = 1 / 1.1

_TOKEN = re.compile(
    r"\\(?P<escaped>[()\[\]\\])"
    r"|:\s*(?P<weight>[+-]?(?:\d+\.?\d*|\.\d+))\s*\)"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<break>\bBREAK\b)"
    r"|(?P<text>[^\\()\[\]:B]+|.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Words:
    """A run of text of one weight; `starts_chunk` where BREAK stood before it."""

    text: str
    weight: float = 1.0
    starts_chunk: bool = False


@dataclass
class _Open:
    bracket: str
    start: int


def parse_prompt(prompt: str, syntax: PromptSyntax) -> list[Words]:
    r"""`(x)` counts 1.1 times, `[x]` 1/1.1, `(x:1.3)` 1.3 times, nested ones multiply; `\(` is a bracket.

    An unclosed bracket holds to the end; an unopened one is text.
    """
    if syntax == "plain":
        return [Words(prompt)]
    runs: list[Words] = []
    opened: list[_Open] = []
    for match in _TOKEN.finditer(prompt):
        if match["weight"] is not None and _is_open(opened, "("):
            _close(runs, opened, "(", float(match["weight"]))
        elif match["bracket"] in {"(", "["}:
            opened.append(_Open(match["bracket"], len(runs)))
        elif match["bracket"] == ")" and _is_open(opened, "("):
            _close(runs, opened, "(", ROUND_FACTOR)
        elif match["bracket"] == "]" and _is_open(opened, "["):
            _close(runs, opened, "[", SQUARE_FACTOR)
        elif match["break"]:
            runs.append(Words("", starts_chunk=True))
        else:
            runs.append(Words(match["escaped"] or match[0]))
    for place in opened:
        _multiply(runs, place.start, ROUND_FACTOR if place.bracket == "(" else SQUARE_FACTOR)
    return _merged(runs)


def _is_open(opened: list[_Open], bracket: str) -> bool:
    return any(place.bracket == bracket for place in opened)


def _close(runs: list[Words], opened: list[_Open], bracket: str, factor: float) -> None:
    last = max(index for index, place in enumerate(opened) if place.bracket == bracket)
    _multiply(runs, opened.pop(last).start, factor)


def _multiply(runs: list[Words], start: int, factor: float) -> None:
    runs[start:] = [Words(run.text, run.weight * factor, run.starts_chunk) for run in runs[start:]]


def _merged(runs: list[Words]) -> list[Words]:
    """Neighbours of one weight become one run, so that words aren't cut into other tokens."""
    merged: list[Words] = []
    for run in runs:
        if merged and not run.starts_chunk and (merged[-1].weight == run.weight or not merged[-1].text):
            merged[-1] = Words(merged[-1].text + run.text, run.weight, merged[-1].starts_chunk)
        else:
            merged.append(run)
    return merged or [Words("")]
