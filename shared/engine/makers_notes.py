"""What a LoRA's maker and other programs wrote down of it: its name, the words that call it, a picture of it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

PREVIEW_ENDINGS = (
    ".preview.png", ".preview.jpg", ".preview.jpeg", ".preview.webp", ".png", ".jpg", ".jpeg", ".webp",
)  # fmt: skip
NOTES_ENDINGS = (".pentimento.json", ".json", ".civitai.info")
"""Ours, A1111's and Civitai's."""

_MOST_WORDS = 20
_LONGEST_WORD = 200
_LARGEST_NOTES = 4_000_000
_COMMON_SHARE = 0.5


def alias_of(metadata: Mapping[str, str]) -> str:
    return (metadata.get("ss_output_name") or metadata.get("modelspec.title") or "").strip()[:_LONGEST_WORD]


def trigger_words(metadata: Mapping[str, str], beside: Iterable[Path] = ()) -> tuple[str, ...]:
    """What the artist noted comes first, then what the maker says, then what most pictures of its training had."""
    words: dict[str, None] = {}
    for word in (*_noted(beside), *_stated(metadata), *_trained(metadata)):
        if cleaned := " ".join(word.split())[:_LONGEST_WORD]:
            words.setdefault(cleaned)
    return tuple(words)[:_MOST_WORDS]


def _noted(beside: Iterable[Path]) -> Iterator[str]:
    for path in beside:
        notes = _read_object(path)
        activation = notes.get("activation text")
        if isinstance(activation, str):
            yield from activation.split(",")
        trained = notes.get("trainedWords")
        if isinstance(trained, list):
            yield from (word for word in trained if isinstance(word, str))


def _stated(metadata: Mapping[str, str]) -> Iterator[str]:
    phrase = metadata.get("modelspec.trigger_phrase", "")
    yield from phrase.split(",")


def _trained(metadata: Mapping[str, str]) -> Iterator[str]:
    """Tags of at least half as many pictures as the commonest; a dataset without captions has its folder's name."""
    counts: Counter[str] = Counter()
    for folder, tags in _object(metadata.get("ss_tag_frequency", "")).items():
        if isinstance(tags, dict):
            counts.update({str(tag).strip(): n for tag, n in tags.items() if type(n) is int and n > 0})
        if not tags:
            counts[folder.partition("_")[2] or folder] += 1
    commonest = max(counts.values(), default=0)
    yield from (tag for tag, count in counts.most_common() if count >= _COMMON_SHARE * commonest)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_NOTES:
            return {}
        return _object(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}


def _object(text: str) -> dict[str, Any]:
    """Notes that cannot be read are no notes: nothing hangs on them."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
