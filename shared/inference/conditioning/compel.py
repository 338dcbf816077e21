"""The prompt syntax of InvokeAI (Compel): `word++`, `(some words)1.2`, `("a", "b").blend(1, 0.5)`, `.and()`."""

import re
from collections.abc import Sequence

from shared.contracts.errors import InvalidRequestError
from shared.inference.conditioning.words import Part, Words, merged, multiplied

PLUS_FACTOR = 1.1
MINUS_FACTOR = 0.9

_NUMBERS = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*"
_STRING = r'"(?:\\.|[^"\\])*+"'
_JOINED = re.compile(
    rf"\s*\(\s*(?P<strings>{_STRING}(?:\s*,\s*{_STRING})*+)\s*\)"
    rf"\s*\.(?P<verb>blend|and)\(\s*(?P<numbers>(?:{_NUMBERS}(?:,{_NUMBERS})*)?)\)\s*",
    re.DOTALL,
)
_SUFFIX = re.compile(r"(?P<signs>\++|-+)(?=$|[\s,.;:!?)\"])|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))")
_TOKEN = re.compile(
    rf"\\(?P<escaped>.)|(?P<string>{_STRING})(?=[+\-\d.])|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[^\s()\\\"]+?)(?P<signs>\++|-+)(?=$|[\s,.;:!?)\"])|(?P<text>[^\s()\\\"]+|\s+|.)",
    re.DOTALL,
)


def parse_compel(prompt: str) -> list[Part]:
    """Blended prompts are parts; those joined by `and` get rows of their own in one part."""
    joined = _JOINED.fullmatch(prompt)
    if joined is None:
        return [Part(tuple(_words(prompt)))]
    texts = [_unquoted(text) for text in re.findall(_STRING, joined["strings"], re.DOTALL)]
    numbers = [float(number) for number in joined["numbers"].split(",") if number.strip()]
    if numbers and len(numbers) != len(texts):
        raise InvalidRequestError(
            "The prompt joins {texts} texts with {numbers} weights.",
            advice="Give one weight for each text, or none.",
            texts=len(texts),
            numbers=len(numbers),
        )
    numbers = numbers or [1.0] * len(texts)
    if joined["verb"] == "blend":
        return [Part(tuple(_words(text)), share) for text, share in zip(texts, _shares(numbers), strict=True)]
    runs: list[Words] = []
    for text, number in zip(texts, numbers, strict=True):
        first, *others = multiplied(_words(text), number)
        runs += [Words(first.text, first.weight, starts_chunk=bool(runs)), *others]
    return [Part(tuple(runs))]


def _shares(numbers: Sequence[float]) -> list[float]:
    total = sum(numbers)
    if abs(total) < 1e-6:
        raise InvalidRequestError(
            "The weights of the prompt's blend add up to nothing.",
            advice="Give at least one text a weight above 0.",
        )
    return [number / total for number in numbers]


def _words(text: str) -> list[Words]:
    runs: list[Words] = []
    opened: list[int] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # noqa: S101  # the last alternative takes any letter
        position = match.end()
        if match["open"]:
            opened.append(len(runs))
        elif match["close"] and opened:
            factor, position = _factor(text, position)
            start = opened.pop()
            runs[start:] = multiplied(runs[start:], factor)
        elif match["string"]:
            factor, position = _factor(text, position)
            runs += multiplied(_words(_unquoted(match["string"])), factor)
        elif match["word"]:
            runs.append(Words(match["word"], _power(match["signs"])))
        else:
            runs.append(Words(match["escaped"] or match[0]))
    return merged(runs)


def _factor(text: str, position: int) -> tuple[float, int]:
    """What stands behind a bracket or a quoted text, and where it ends."""
    suffix = _SUFFIX.match(text, position)
    if suffix is None:
        return 1.0, position
    return _power(suffix["signs"]) if suffix["signs"] else float(suffix["number"]), suffix.end()


def _power(signs: str) -> float:
    return float((PLUS_FACTOR if signs[0] == "+" else MINUS_FACTOR) ** len(signs))


def _unquoted(text: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])
