"""A1111's prompt syntax: which words count how much."""

import re
from dataclasses import dataclass

from shared.inference.conditioning.words import Words, merged, multiplied

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


@dataclass
class _Open:
    bracket: str
    start: int


def parse_emphasis(prompt: str) -> list[Words]:
    r"""`(x)` counts 1.1 times, `[x]` 1/1.1, `(x:1.3)` 1.3 times, nested ones multiply; `\(` is a bracket.

    An unclosed bracket holds to the end; an unopened one is text.
    """
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
    return merged(runs)


def _is_open(opened: list[_Open], bracket: str) -> bool:
    return any(place.bracket == bracket for place in opened)


def _close(runs: list[Words], opened: list[_Open], bracket: str, factor: float) -> None:
    last = max(index for index, place in enumerate(opened) if place.bracket == bracket)
    _multiply(runs, opened.pop(last).start, factor)


def _multiply(runs: list[Words], start: int, factor: float) -> None:
    runs[start:] = multiplied(runs[start:], factor)
