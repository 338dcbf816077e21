"""CLIP's vocabulary of 49,408 tokens, and the few rows of it that our captions use.

The list of merges comes from OpenCLIP (MIT, see tokenizer/LICENSE).
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import CLIPTokenizer

from assets.starter_model.config import DENOISER, FOLDER

MERGES = FOLDER / "tokenizer" / "bpe_simple_vocab_16e6.txt.gz"
SIZE = 49_408
START = SIZE - 2
END = SIZE - 1


def byte_letters() -> list[str]:
    """The letter that stands for each byte, in the order that CLIP numbers them."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + index) for index in range(len(others))]


def write_tokenizer(folder: Path) -> CLIPTokenizer:
    """Writes vocab.json, merges.txt and their configuration in the layout of transformers."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = gzip.decompress(MERGES.read_bytes()).decode("utf-8").split("\n")
    merges = lines[1 : SIZE - 512 - 2 + 1]
    letters = byte_letters()
    words = letters + [letter + "</w>" for letter in letters] + ["".join(line.split()) for line in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: row for row, word in enumerate(words)}), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", "utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": DENOISER.text_length,
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    special = {name: text for name, text in settings.items() if name.endswith("_token")}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n", "utf-8")
    return CLIPTokenizer.from_pretrained(str(folder))


class UsedRows:
    """The rows that occur in captions, numbered from zero, and one more for every unknown word."""

    def __init__(self, rows: NDArray[np.int64]) -> None:
        self.rows = rows
        self.unknown = len(rows)
        self.count = len(rows) + 1
        self._numbers = np.full(SIZE, self.unknown, np.int64)
        self._numbers[rows] = np.arange(len(rows))

    @property
    def end(self) -> int:
        """The number of the end of text."""
        return int(self._numbers[END])

    def number(self, tokens: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Tokens of any shape as numbers of used rows."""
        numbers: NDArray[np.int64] = self._numbers[tokens]
        return numbers
