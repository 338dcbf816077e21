"""A1111's prompts that change while a picture is made: `[before:after:0.5]`, `[added:5]`, `[a|b]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*")
_PAIRS = {"(": ")", "[": "]"}


@dataclass(frozen=True)
class Changing:
    """`before` up to a step, `after` from there on. `when` is a number of steps, or with a point a share."""

    before: "Script"
    after: "Script"
    when: str

    def first_step_after(self, steps: int) -> int:
        number = float(self.when)
        return min(steps, int(number * steps if "." in self.when else number))


@dataclass(frozen=True)
class Alternating:
    turns: tuple["Script", ...]


Script = tuple[str | Changing | Alternating, ...]


def parse_script(prompt: str) -> Script:
    """What is no such sign stays as it is, emphasis too."""
    parts: list[str | Changing | Alternating] = []
    for piece in _pieces(prompt):
        parts.append(piece) if isinstance(piece, str) else parts.extend(_read_brackets(piece.inside))
    return tuple(parts)


def text_at(script: Script, step: int, steps: int) -> str:
    """The prompt of step number `step` of `steps`, from 0."""
    words = []
    for part in script:
        match part:
            case Changing():
                chosen = part.before if step < part.first_step_after(steps) else part.after
                words.append(text_at(chosen, step, steps))
            case Alternating():
                words.append(text_at(part.turns[step % len(part.turns)], step, steps))
            case _:
                words.append(part)
    return "".join(words)


@dataclass(frozen=True)
class _Brackets:
    inside: str


def _pieces(text: str) -> Iterator[str | _Brackets]:
    """Plain text, and what stands in square brackets; brackets without an end are text."""
    position = start = 0
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        end = _end(text, position) if text[position] == "[" else None
        if end is None:
            position += 1
            continue
        yield text[start:position]
        yield _Brackets(text[position + 1 : end])
        position = start = end + 1
    yield text[start:]


def _end(text: str, opening: int) -> int | None:
    depth, position = 0, opening
    while position < len(text):
        match text[position]:
            case "\\":
                position += 1
            case "[":
                depth += 1
            case "]":
                depth -= 1
                if depth == 0:
                    return position
        position += 1
    return None


def _read_brackets(inside: str) -> Script:
    turns = _split(inside, "|")
    if len(turns) > 1:
        return (Alternating(tuple(parse_script(turn) for turn in turns)),)
    parts = _split(inside, ":")
    when = _NUMBER.fullmatch(parts[-1])
    if when is None or len(parts) not in {2, 3}:
        return ("[", *parse_script(inside), "]")
    before = parse_script(parts[0]) if len(parts) == 3 else ()
    return (Changing(before, parse_script(parts[-2]), when[1]),)


def _split(text: str, sign: str) -> list[str]:
    """At each `sign` that stands in no brackets of its own and is not escaped."""
    parts, open_brackets, escaped = [""], list[str](), False
    for letter in text:
        if not escaped and letter in _PAIRS:
            open_brackets.append(_PAIRS[letter])
        elif not escaped and open_brackets and letter == open_brackets[-1]:
            open_brackets.pop()
        if letter == sign and not open_brackets and not escaped:
            parts.append("")
        else:
            parts[-1] += letter
        escaped = letter == "\\" and not escaped
    return parts
