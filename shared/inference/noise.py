"""Each picture's own noise, the same on every machine."""

from collections.abc import Sequence

import torch

from shared.contracts.generation import LARGEST_SEED, GenerationSettings


class NoiseStreams:
    """One stream for each of the pictures numbered `numbers`; `generators` also feed samplers that add noise.

    With a variation all begin from the request's own seed, each turned towards the noise of a seed of its own.
    """

    def __init__(self, request: GenerationSettings, numbers: Sequence[int]) -> None:
        variation = request.variation
        self.seeds = tuple(_following(request.seed, 0 if variation else number) for number in numbers)
        self.variation_seeds = tuple(
            _following(variation.seed, number) if variation else None for number in numbers
        )
        self.generators = [torch.Generator("cpu").manual_seed(seed) for seed in self.seeds]
        self._others = [
            torch.Generator("cpu").manual_seed(seed) for seed in self.variation_seeds if seed is not None
        ]
        self._strength = variation.strength if variation else 0.0

    def __len__(self) -> int:
        return len(self.generators)

    def draw(self, shape: tuple[int, ...]) -> torch.Tensor:
        """Of each stream one tensor of `shape` (1, ...), one after another."""
        own = [torch.randn(shape, generator=generator) for generator in self.generators]
        others = [torch.randn(shape, generator=generator) for generator in self._others]
        if self._strength and others:
            own = [turned(one, other, self._strength) for one, other in zip(own, others, strict=True)]
        return torch.cat(own)


def turned(one: torch.Tensor, other: torch.Tensor, share: float) -> torch.Tensor:
    """Along the arc from `one` to `other`, so that the mixture is noise of the same strength."""
    cosine = torch.dot(one.flatten(), other.flatten()) / (one.norm() * other.norm())
    angle = torch.acos(cosine.clamp(-1, 1))
    if float(torch.sin(angle)) < 1e-4:  # nearly the same direction: the arc is a line
        return torch.lerp(one, other, share)
    mixed: torch.Tensor = (
        torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other
    ) / torch.sin(angle)
    return mixed


def _following(seed: int, number: int) -> int:
    return (seed + number) % (LARGEST_SEED + 1)
