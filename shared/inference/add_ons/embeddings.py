"""Textual inversions out of files: what they teach each text encoder."""

from collections.abc import Sequence
from typing import Any

import torch

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.inference.add_ons.weights import Weights
from shared.inference.conditioning.learned_words import FIRST_NUMBER, LearnedWords

_LARGE, _BIG = "clip_l", "clip_g"
_NAMES = {"text_encoder": (_LARGE, "emb_params", "*"), "text_encoder_2": (_BIG,)}


def learn(
    files: Sequence[tuple[ModelFile, Weights]], *, slot: str, encoder: Any, model_name: str
) -> LearnedWords:
    """What the files teach the text encoder in this slot. Raises InvalidModelError where one is for other encoders."""
    width = int(encoder.get_input_embeddings().weight.shape[1])
    numbers: dict[str, tuple[int, ...]] = {}
    vectors: dict[int, torch.Tensor] = {}
    for file, weights in files:
        taught = _vectors(weights, slot)
        if taught is None:
            continue
        if taught.shape[-1] != width:
            raise InvalidModelError(
                "The embedding {embedding} is made for another kind of model than {model}.",
                advice="Choose an embedding for this model's family, or take its name out of the prompt.",
                embedding=file.name,
                model=model_name,
            )
        first = FIRST_NUMBER + len(vectors)
        numbers[file.name.casefold()] = tuple(range(first, first + taught.shape[0]))
        vectors |= {first + place: vector for place, vector in enumerate(taught)}
    return LearnedWords(numbers, vectors)


def _vectors(weights: Weights, slot: str) -> torch.Tensor | None:
    """(count, width). A file of one tensor is for the first encoder, whatever its tensor's name."""
    found = next((weights[name] for name in _NAMES[slot] if name in weights), None)
    if found is None and len(weights) == 1 and slot == "text_encoder" and _BIG not in weights:
        (found,) = weights.values()
    return None if found is None else found.reshape(-1, found.shape[-1]).float()
