"""What becomes of a prompt's words: the content policy, styles and figure-drawing filters. Pure; all data in files."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shared.contracts.base import Contract
from shared.contracts.jobs import FigureFilters
from sync_server.platform.errors import InvalidParametersError, InvalidPromptError

_DATA = Path(__file__).parent.parent / "data"
_EMPHASIS = re.compile(r"[\s()\[\]{}_*+:|,.\-\"'/\\]+")


class Style(Contract):
    words: str
    negative: str


class PolicyRule(Contract):
    """Broken where a word of each group stands in the text."""

    all_of: tuple[str, ...]
    reason: str


class PromptPolicy(Contract):
    version: str
    groups: Mapping[str, tuple[str, ...]]
    rules: tuple[PolicyRule, ...]

    def check(self, *texts: str) -> None:
        """Raises InvalidPromptError. Emphasis, signs and widths of letters hide nothing."""
        plain = f" {_EMPHASIS.sub(' ', ' '.join(map(_plain, texts)))} "
        for rule in self.rules:
            if all(any(_stands_in(word, plain) for word in self.groups[name]) for name in rule.all_of):
                raise InvalidPromptError(
                    "This prompt is against the content policy: {reason}",
                    advice="Change the prompt.",
                    details={"policy": self.version},
                    reason=rule.reason,
                )


@dataclass(frozen=True, kw_only=True)
class Words:
    prompt: str
    negative_prompt: str


class PromptData:
    """The files of `folder`, read once."""

    def __init__(self, folder: Path = _DATA) -> None:
        self._folder = folder

    @cached_property
    def policy(self) -> PromptPolicy:
        return PromptPolicy.model_validate(self._read("policy.json"))

    @cached_property
    def styles(self) -> dict[str, Style]:
        return {name: Style.model_validate(style) for name, style in self._read("styles.json").items()}

    @cached_property
    def filters(self) -> dict[str, dict[str, str]]:
        return {str(kind): dict(values) for kind, values in self._read("filters.json").items()}

    def compile(
        self,
        prompt: str,
        negative_prompt: str,
        *,
        style: str | None,
        filters: FigureFilters | None,
        enhance: bool = False,
    ) -> Words:
        """With the words of filters and style. Raises InvalidParametersError for a style that is not there."""
        parts = [prompt.strip(), *self._filter_words(filters)]
        negative = [negative_prompt.strip()]
        chosen = style or ("photorealistic" if enhance else None)
        if chosen is not None:
            found = self.style(chosen)
            parts.append(found.words)
            negative.append(found.negative)
        return Words(prompt=_joined(parts), negative_prompt=_joined(negative))

    def style(self, name: str) -> Style:
        found = self.styles.get(name.lower().replace(" ", "-"))
        if found is None:
            raise InvalidParametersError(
                "There is no style {name}.",
                advice="Choose one of: {styles}.",
                details={"fields": [{"path": "style", "message": "unknown"}], "styles": sorted(self.styles)},
                name=name,
                styles=", ".join(sorted(self.styles)),
            )
        return found

    def _filter_words(self, filters: FigureFilters | None) -> Sequence[str]:
        if filters is None:
            return []
        chosen = filters.model_dump(exclude_none=True)
        return [self.filters[kind].get(value.lower(), value) for kind, value in chosen.items()]

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        return found


def _joined(parts: Sequence[str]) -> str:
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Letters of one width and case, without what does not show."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")


def _stands_in(word: str, plain: str) -> bool:
    """A whole word; Korean ones also with a particle at their end."""
    if word.isascii():
        return f" {word} " in plain
    return f" {word}" in plain
