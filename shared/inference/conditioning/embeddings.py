"""Prompts as the numbers that a UNet attends to."""

from dataclasses import dataclass
from typing import Any

import torch

from shared.contracts.generation import GenerationSettings
from shared.inference.conditioning.chunks import Chunk, split_into_chunks, whole_row
from shared.inference.conditioning.emphasis import parse_prompt


@dataclass(frozen=True)
class Conditioning:
    """Each of shape (1, tokens, width), float32; `negative` is None where nothing guides away from it."""

    positive: torch.Tensor
    negative: torch.Tensor | None


def make_conditioning(text_encoder: Any, tokenizer: Any, request: GenerationSettings) -> Conditioning:
    """Both prompts get the same number of rows, since the UNet sees them in one batch."""
    length = text_encoder.config.max_position_embeddings - 2
    positive = _chunks(request.prompt, tokenizer, length, request)
    if request.guidance_scale <= 1:
        return Conditioning(_embed(text_encoder, tokenizer, positive, length, request.clip_skip), None)
    negative = _chunks(request.negative_prompt, tokenizer, length, request)
    rows = max(len(positive), len(negative))
    for chunks in (positive, negative):
        chunks += [Chunk() for _ in range(rows - len(chunks))]
    return Conditioning(
        _embed(text_encoder, tokenizer, positive, length, request.clip_skip),
        _embed(text_encoder, tokenizer, negative, length, request.clip_skip),
    )


def _chunks(prompt: str, tokenizer: Any, length: int, request: GenerationSettings) -> list[Chunk]:
    return split_into_chunks(parse_prompt(prompt, request.prompt_syntax), tokenizer, length)


def _embed(
    text_encoder: Any, tokenizer: Any, chunks: list[Chunk], length: int, clip_skip: int
) -> torch.Tensor:
    rows = [whole_row(chunk, tokenizer, length) for chunk in chunks]
    tokens = torch.tensor([row.tokens for row in rows], device=text_encoder.device)
    weights = torch.tensor([row.weights for row in rows], device=text_encoder.device)[:, :, None]
    output = text_encoder(tokens, output_hidden_states=clip_skip > 1)
    if clip_skip > 1:
        layers = output.hidden_states[1:]
        states = text_encoder.final_layer_norm(layers[-min(clip_skip, len(layers))])
    else:
        states = output.last_hidden_state
    states = states.float()
    if bool((weights != 1).any()):
        states = _emphasised(states, weights)
    return states.reshape(1, -1, states.shape[-1])


def _emphasised(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """A1111's way: scale each token, then bring the whole back to the mean that it had.

    Where the mean is next to nothing it says nothing about the size, so the correction is kept within two.
    """
    scaled = states * weights
    correction = (states.mean() / scaled.mean()).nan_to_num(1.0).clamp(0.5, 2.0)
    return scaled * correction
