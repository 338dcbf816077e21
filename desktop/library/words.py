"""How a search reads words: alike for what is stored and for what is asked."""

import re
import unicodedata
from dataclasses import dataclass

WRITTEN_WITHOUT_SPACES = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f"
    "\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese join their words, Korean joins particles to them."""

LONGEST_TAG = 60


def fold(text: str) -> str:
    """Composed and without case: macOS types Korean decomposed, and nobody searches by case."""
    return unicodedata.normalize("NFC", text).casefold()


def indexed(text: str) -> str:
    """As the index keeps it: each sign of a joined script is a word, so that any run of them is a phrase."""
    return WRITTEN_WITHOUT_SPACES.sub(r" \1 ", fold(text))


def tidy_name(text: str) -> str:
    """A tag as it is kept: one line, not too long."""
    return " ".join(text.split())[:LONGEST_TAG].strip()


@dataclass(frozen=True)
class Search:
    """All of it must hold: `match` in FTS5's syntax (empty for none), and each of `parts` as a substring."""

    match: str
    parts: tuple[str, ...]


def read_search(text: str) -> Search:
    """Words match from their beginning; runs of a script that doesn't part its words match anywhere."""
    match: list[str] = []
    parts: list[str] = []
    for word in fold(text).split():
        if any(character.isalnum() for character in word):
            signs = indexed(word).split()
            ends_open = WRITTEN_WITHOUT_SPACES.search(signs[-1]) is None
            match.append('"' + " ".join(signs).replace('"', '""') + '"' + ("*" if ends_open else ""))
        else:
            parts.append(word)
    return Search(match=" ".join(match), parts=tuple(parts))
