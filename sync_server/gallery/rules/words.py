"""The words by which a picture is found, whatever script they are written in.

Words of scripts that write spaces are taken whole, and found by their beginnings. Chinese, Japanese, Korean and Thai
write no spaces, or put endings on their words: their runs are taken in pairs of signs, so that 노을 is found in 노을이.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_WORDS = 400
LONGEST_WORD = 60
# Hangul, kana, Han and Thai, in the blocks that are in use.
_UNSPACED = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:[\u0300-\u036f]|[^\W_{_UNSPACED}])*")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def words_of(texts: Iterable[str]) -> list[str]:
    """Each once, as they stand in the `search` column."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _runs(text):
            pairs = _pairs(run) if _IS_UNSPACED.match(run) else [run[:LONGEST_WORD]]
            for word in pairs:
                found.setdefault(word)
            if len(found) >= MOST_WORDS:
                return list(found)[:MOST_WORDS]
    return list(found)


def query_of(asked: str) -> str | None:
    """A tsquery of all the words of a search; None where it has none."""
    terms: dict[str, None] = {}
    for run in _runs(asked):
        if not _IS_UNSPACED.match(run):
            terms.setdefault(f"{_quoted(run[:LONGEST_WORD])}:*")
        elif len(run) == 1:
            terms.setdefault(f"{_quoted(run)}:*")
        else:
            for start in range(len(run) - 1):
                terms.setdefault(_quoted(run[start : start + 2]))
    return " & ".join(list(terms)[:32]) or None


def _runs(text: str) -> Iterator[str]:
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield match.group()


def _pairs(run: str) -> list[str]:
    """The last sign once more by itself, so that a single sign finds it too."""
    return [run[start : start + 2] for start in range(len(run))]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
