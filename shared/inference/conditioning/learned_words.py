"""Textual inversions: words of a prompt that stand for vectors out of a file, in the text encoders' place for words."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

FIRST_NUMBER = 1 << 20
"""Tokens from here on are learned ones; no vocabulary is so large."""


@dataclass(frozen=True)
class LearnedWords:
    """Of one text encoder: for each word its numbers, and for each number its vector."""

    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    vectors: Mapping[int, torch.Tensor] = field(default_factory=dict)

    def pieces(self, text: str) -> Iterator[str | tuple[int, ...]]:
        """Plain text, and the numbers of each learned word in it, whatever its capitals."""
        if not self.numbers:
            yield text
            return
        by_length = sorted(self.numbers, key=len, reverse=True)
        words = "|".join(re.escape(word) for word in by_length)
        position = 0
        for match in re.finditer(rf"(?<!\w)(?:embedding:)?({words})(?!\w)", text, re.IGNORECASE):
            yield text[position : match.start()]
            yield self.numbers[match[1].casefold()]
            position = match.end()
        yield text[position:]

    @contextmanager
    def in_place(self, encoder: Any, tokens: torch.Tensor) -> Iterator[torch.Tensor]:
        """`tokens` that the encoder knows; while this is open it sees the learned vectors where they belong."""
        learned = tokens >= FIRST_NUMBER
        if not bool(learned.any()):
            yield tokens
            return
        places = [(row, place) for row, place in learned.nonzero().tolist()]
        vectors = [self.vectors[int(tokens[row, place])] for row, place in places]

        def put_in(_module: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
            changed = output.clone()
            for (row, place), vector in zip(places, vectors, strict=True):
                changed[row, place] = vector.to(changed.device, changed.dtype)
            return changed

        hook = encoder.get_input_embeddings().register_forward_hook(put_in)
        try:
            yield torch.where(learned, torch.zeros_like(tokens), tokens)
        finally:
            hook.remove()


NO_WORDS = LearnedWords()
