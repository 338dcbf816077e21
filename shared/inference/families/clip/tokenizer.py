"""CLIP's tokenizer, built from its one vendored vocabulary."""

import gzip
from pathlib import Path
from typing import Any

VOCABULARY = Path(__file__).parent / "vocabulary" / "bpe_simple_vocab_16e6.txt.gz"
END_OF_TEXT = "<|endoftext|>"
_MERGES = 49_152 - 256 - 2
"""What OpenAI's CLIP uses of the file's lines, after the first."""


def make_clip_tokenizer(pad_token: str = END_OF_TEXT) -> Any:
    """49,408 tokens: bytes, bytes that end a word, one for each merge, and the two that begin and end a text."""
    from transformers import CLIPTokenizer

    lines = gzip.decompress(VOCABULARY.read_bytes()).decode().split("\n")
    merges = [tuple(line.split()) for line in lines[1 : _MERGES + 1]]
    letters = _letters_of_bytes()
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in merges)]
    words += ["<|startoftext|>", END_OF_TEXT]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=merges,
        model_max_length=77,
        pad_token=pad_token,
    )


def _letters_of_bytes() -> list[str]:
    """A printable letter for each of the 256 bytes: printable ones stand for themselves and come first."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = 256 - len(printable)
    return [chr(byte) for byte in printable] + [chr(256 + number) for number in range(others)]
