"""A prompt as rows of tokens that fit the text encoder, each token with its weight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.inference.conditioning.learned_words import NO_WORDS, LearnedWords
from shared.inference.conditioning.words import Words

_FARTHEST_COMMA = 20
"""Words after the row's last comma go to the next row with it, where they are no more than so many tokens."""


@dataclass
class Chunk:
    """Without the tokens that begin, end and fill a row."""

    tokens: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def split_at(self, place: int) -> "Chunk":
        """Keeps what stands before; gives the rest."""
        rest = Chunk(self.tokens[place:], self.weights[place:])
        del self.tokens[place:], self.weights[place:]
        return rest


def split_into_chunks(
    prompt: Sequence[Words], tokenizer: Any, length: int, learned: LearnedWords = NO_WORDS
) -> list[Chunk]:
    """At least one chunk of up to `length` tokens; BREAK begins a new one."""
    (comma,) = tokenizer(",", add_special_tokens=False).input_ids
    chunks = [Chunk()]
    for words in prompt:
        if words.starts_chunk and chunks[-1].tokens:
            chunks.append(Chunk())
        for token in _tokens(words.text, tokenizer, learned):
            if len(chunks[-1].tokens) == length:
                chunks.append(Chunk() if token == comma else _after_comma(chunks[-1], comma))
            chunks[-1].tokens.append(token)
            chunks[-1].weights.append(words.weight)
    return chunks


def _tokens(text: str, tokenizer: Any, learned: LearnedWords) -> Iterator[int]:
    for piece in learned.pieces(text):
        if isinstance(piece, str):
            yield from tokenizer(piece, add_special_tokens=False, verbose=False).input_ids
        else:
            yield from piece


def whole_row(chunk: Chunk, tokenizer: Any, length: int) -> Chunk:
    """Exactly `length + 2` tokens, as the text encoder wants them."""
    missing = length - len(chunk.tokens)
    return Chunk(
        [
            tokenizer.bos_token_id,
            *chunk.tokens,
            tokenizer.eos_token_id,
            *[tokenizer.pad_token_id] * missing,
        ],
        [1.0, *chunk.weights, *[1.0] * (missing + 1)],
    )


def _after_comma(full: Chunk, comma: int) -> Chunk:
    """So that no phrase is torn, as A1111 does it."""
    nearest = full.tokens[-_FARTHEST_COMMA - 1 :]
    if comma not in nearest:
        return Chunk()
    return full.split_at(len(full.tokens) - nearest[::-1].index(comma))
