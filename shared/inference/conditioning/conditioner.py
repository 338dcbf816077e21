"""Prompts as the numbers that a UNet attends to, for each seed and step of a job."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from shared.contracts.generation import GenerationSettings
from shared.inference.conditioning.encoders import TextEncoder, count_rows, encode_parts
from shared.inference.conditioning.prompts import (
    ResolvedPrompts,
    StepPrompts,
    prompts_of_steps,
    prompts_vary,
    resolve,
)
from shared.inference.conditioning.words import Part


@dataclass(frozen=True)
class Conditioning:
    """States of shape (1, tokens, width), pooled (1, width), float32; without negative ones nothing is guided away."""

    positive: torch.Tensor
    negative: torch.Tensor | None
    pooled_positive: torch.Tensor | None = None
    pooled_negative: torch.Tensor | None = None


class Conditioner:
    """`silent_negative`: an empty negative prompt is zeros, as SDXL was trained."""

    def __init__(
        self, *, encoders: Sequence[TextEncoder], request: GenerationSettings, silent_negative: bool = False
    ) -> None:
        self._encoders = tuple(encoders)
        self._request = request
        self._silent_negative = silent_negative
        self._known: dict[StepPrompts, Conditioning] = {}
        self._of: ResolvedPrompts | None = None

    @property
    def varies(self) -> bool:
        """Whether another seed may mean other prompts."""
        return prompts_vary(self._request)

    def prompts(self, seed: int) -> ResolvedPrompts:
        return resolve(self._request, seed)

    def conditionings(self, seed: int, steps: int) -> list[Conditioning]:
        """For each of the steps that a pass runs. Positive and negative prompts have equally many rows at every
        step, since the UNet sees them in one batch.
        """
        prompts = self.prompts(seed)
        if prompts != self._of:
            self._known.clear()
            self._of = prompts
        of_steps = list(prompts_of_steps(prompts, steps))
        rows = [
            max(count_rows(encoder, parts) for step in set(of_steps) for parts in self._wanted(step))
            for encoder in self._encoders
        ]
        most = max(rows)
        for step in of_steps:
            if step not in self._known:
                self._known[step] = self._encode(step, most)
        return [self._known[step] for step in of_steps]

    def _wanted(self, step: StepPrompts) -> list[tuple[Part, ...]]:
        return [step.positive] if self._request.guidance_scale <= 1 else [step.positive, step.negative]

    def _encode(self, step: StepPrompts, rows: int) -> Conditioning:
        positive, *negatives = (self._embed(parts, rows) for parts in self._wanted(step))
        if not negatives:
            return Conditioning(positive[0], None, positive[1])
        negative, pooled = negatives[0]
        if self._silent_negative and not any(words.text for part in step.negative for words in part.words):
            negative = torch.zeros_like(negative)
            pooled = None if pooled is None else torch.zeros_like(pooled)
        return Conditioning(positive[0], negative, positive[1], pooled)

    def _embed(self, parts: tuple[Part, ...], rows: int) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Every encoder's states side by side, and the last one's projection."""
        request = self._request
        embeddings = [
            encode_parts(encoder, parts, rows=rows, clip_skip=request.clip_skip, syntax=request.prompt_syntax)
            for encoder in self._encoders
        ]
        states = torch.cat([embedding.states for embedding in embeddings], dim=-1)
        return states, embeddings[-1].pooled
