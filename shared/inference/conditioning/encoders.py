"""A model's text encoders, and what its UNet reads of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from shared.contracts.generation import PromptSyntax
from shared.inference.conditioning.chunks import Chunk, split_into_chunks, whole_row
from shared.inference.conditioning.learned_words import NO_WORDS, LearnedWords
from shared.inference.conditioning.words import Part

EncoderLayer = Literal["last", "penultimate"]


@dataclass(frozen=True)
class TextEncoder:
    """`layer`: the last one goes through the final norm; SDXL was trained with the one before, without it."""

    model: Any
    tokenizer: Any
    layer: EncoderLayer = "last"
    slot: str = "text_encoder"
    """Its place in diffusers' layout."""
    learned: LearnedWords = NO_WORDS

    @property
    def chunk_length(self) -> int:
        return int(self.model.config.max_position_embeddings) - 2


@dataclass(frozen=True)
class Embedding:
    """`states` (1, tokens, width) and, where the encoder has a projection, `pooled` (1, width); float32."""

    states: torch.Tensor
    pooled: torch.Tensor | None


def count_rows(encoder: TextEncoder, parts: Sequence[Part]) -> int:
    return max(len(_chunks(encoder, part)) for part in parts)


def encode_parts(
    encoder: TextEncoder, parts: Sequence[Part], *, rows: int, clip_skip: int, syntax: PromptSyntax
) -> Embedding:
    """With empty rows at the end up to `rows`; several parts are blended."""
    embeddings = [_embed(encoder, part, rows=rows, clip_skip=clip_skip, syntax=syntax) for part in parts]
    if len(parts) == 1:
        return embeddings[0]
    pooled = [embedding.pooled * part.share for embedding, part in zip(embeddings, parts, strict=True)
              if embedding.pooled is not None]  # fmt: skip
    return Embedding(
        torch.stack([each.states * part.share for each, part in zip(embeddings, parts, strict=True)]).sum(0),
        torch.stack(pooled).sum(0) if pooled else None,
    )


def _chunks(encoder: TextEncoder, part: Part) -> list[Chunk]:
    return split_into_chunks(part.words, encoder.tokenizer, encoder.chunk_length, encoder.learned)


def _embed(encoder: TextEncoder, part: Part, *, rows: int, clip_skip: int, syntax: PromptSyntax) -> Embedding:
    chunks = _chunks(encoder, part)
    chunks += [Chunk() for _ in range(rows - len(chunks))]
    states, pooled = _run(encoder, chunks, clip_skip)
    weights = torch.tensor(
        [whole_row(chunk, encoder.tokenizer, encoder.chunk_length).weights for chunk in chunks],
        device=states.device,
    )[:, :, None]
    if bool((weights != 1).any()):
        if syntax == "compel":
            nothing, _ = _run(encoder, [Chunk()], clip_skip)
            states = torch.where(weights == 1, states, nothing + (states - nothing) * weights)
        else:
            states = _emphasised(states, weights)
    return Embedding(states.reshape(1, -1, states.shape[-1]), pooled)


def _run(
    encoder: TextEncoder, chunks: Sequence[Chunk], clip_skip: int
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The states of each row, and the first row's projection."""
    model = encoder.model
    rows = [whole_row(chunk, encoder.tokenizer, encoder.chunk_length) for chunk in chunks]
    tokens = torch.tensor([row.tokens for row in rows], device=model.device)
    with encoder.learned.in_place(model, tokens) as known:
        output = model(known, output_hidden_states=clip_skip > 1 or encoder.layer == "penultimate")
    pooled = getattr(output, "text_embeds", None)
    if encoder.layer == "penultimate":
        layers = output.hidden_states
        states = layers[-min(clip_skip + 1, len(layers))]
    elif clip_skip > 1:
        layers = output.hidden_states[1:]
        states = _final_norm(model)(layers[-min(clip_skip, len(layers))])
    else:
        states = output.last_hidden_state
    return states.float(), None if pooled is None else pooled[:1].float()


def _final_norm(model: Any) -> Any:
    return getattr(model, "text_model", model).final_layer_norm


def _emphasised(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """A1111's way: scale each token, then bring each row back to the mean that it had.

    Where the mean is next to nothing it says nothing about the size, so the correction is kept within two.
    """
    scaled = states * weights
    before, after = (values.mean(dim=(1, 2), keepdim=True) for values in (states, scaled))
    return scaled * (before / after).nan_to_num(1.0).clamp(0.5, 2.0)
