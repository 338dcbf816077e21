r"""Choices and wildcards: `{a|b}`, `{2$$a|b|c}`, `{0.3::a|b}` and `__name__`; a seed always chooses the same."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from shared.contracts.errors import InvalidRequestError

Wildcards = Mapping[str, Sequence[str]]

_WILDCARD = re.compile(r"__([\w/ .\-]+?)__")
_AMOUNT = re.compile(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*\$\$(?:([^$|{}]*)\$\$)?")
_SHARE = re.compile(r"\s*(\d+\.?\d*|\.\d+)::")
_DEEPEST = 12
_LONGEST = 100_000
"""Characters that a prompt may grow to: a wildcard may name others, and so itself."""


@dataclass(frozen=True)
class _Option:
    text: str
    share: float


def has_choices(prompt: str) -> bool:
    return bool(_WILDCARD.search(prompt)) or any(_is_choice(inside) for inside in _braces(prompt))


def choose(prompt: str, seed: str, wildcards: Wildcards) -> str:
    """Raises InvalidRequestError for a wildcard that isn't there, or that names itself without end."""
    return _Chooser(Random(seed), wildcards).resolved(prompt, depth=0)  # pictures, not secrets


class _Chooser:
    def __init__(self, random: Random, wildcards: Wildcards) -> None:
        self._random = random
        self._wildcards = wildcards

    def resolved(self, text: str, *, depth: int) -> str:
        if depth > _DEEPEST or len(text) > _LONGEST:
            raise InvalidRequestError(
                "The prompt's choices name each other without end.",
                advice="Take out the wildcard that leads back to itself.",
            )
        text = _WILDCARD.sub(lambda match: self.resolved(self._line(match[1]), depth=depth + 1), text)
        pieces: list[str] = []
        position = 0
        while (opening := _next_brace(text, position)) is not None:
            closing = _closing(text, opening)
            if closing is None:
                break
            inside = text[opening + 1 : closing]
            pieces.append(text[position:opening])
            if _is_choice(inside):
                pieces.append(self.resolved(self._picked(inside), depth=depth + 1))
            else:
                pieces += ["{", self.resolved(inside, depth=depth + 1), "}"]
            position = closing + 1
        return "".join([*pieces, text[position:]])

    def _line(self, name: str) -> str:
        lines = [line.strip() for line in self._wildcards.get(name, ())]
        lines = [line for line in lines if line and not line.startswith("#")]
        if not lines:
            raise InvalidRequestError(
                "There is no wildcard {name}.",
                advice="Put a text file of that name into the wildcards folder, or take it out of the prompt.",
                name=f"__{name}__",
            )
        return lines[self._below(len(lines))]

    def _picked(self, inside: str) -> str:
        amount = _AMOUNT.match(inside)
        options = [_option(text) for text in _split(inside[amount.end() :] if amount else inside)]
        if amount is None:
            return self._take(options).text
        least = int(amount[1])
        most = max(int(amount[2] or least), least)
        count = min(least + self._below(most - least + 1), len(options))
        separator = ", " if amount[3] is None else amount[3]
        return separator.join(self._take(options).text.strip() for _ in range(count))

    def _take(self, options: list[_Option]) -> _Option:
        """Takes one out of the list. `Random.random` alone gives the same numbers in every Python."""
        place = self._random.random() * sum(option.share for option in options)
        for number, option in enumerate(options):
            place -= option.share
            if place < 0:
                return options.pop(number)
        return options.pop()

    def _below(self, count: int) -> int:
        return min(int(self._random.random() * count), count - 1)


def _option(text: str) -> _Option:
    share = _SHARE.match(text)
    return _Option(text[share.end() :], float(share[1])) if share else _Option(text, 1.0)


def _is_choice(inside: str) -> bool:
    return len(_split(inside)) > 1 or bool(_AMOUNT.match(inside))


def _braces(text: str) -> list[str]:
    """What stands in each pair of braces, the inner ones too."""
    found = []
    position = 0
    while (opening := _next_brace(text, position)) is not None:
        closing = _closing(text, opening)
        if closing is not None:
            found.append(text[opening + 1 : closing])
        position = opening + 1
    return found


def _next_brace(text: str, position: int) -> int | None:
    while (found := text.find("{", position)) >= 0:
        if found == 0 or text[found - 1] != "\\":
            return found
        position = found + 1
    return None


def _closing(text: str, opening: int) -> int | None:
    depth = 0
    for place in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return None


def _split(text: str) -> list[str]:
    """At each `|` that stands in no braces and no square brackets of its own."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
