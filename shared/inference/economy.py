"""Where a picture is made with less work than the model was trained for, and what that changes in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.contracts.generation import Speed
from shared.inference.conditioning import Conditioning


@dataclass(frozen=True, kw_only=True)
class Economy:
    """`inner_every`: the UNet's inner levels are evaluated once in so many evaluations (see `InnerReuse`).

    `guided_share`: of a pass's steps, from the first, so many are guided; by then it is decided what is where, and
    the rest is painted by the prompt alone, in half the time (Castillo et al. 2023, "Adaptive guidance").
    `half_decoder`: the autoencoder's decoder works in the UNet's precision where that has float32's range.
    `compiled`: the UNet's parts are compiled, where the device has a compiler.
    """

    inner_every: int = 1
    guided_share: float = 1.0
    half_decoder: bool = False
    compiled: bool = False


ECONOMIES: dict[Speed, Economy] = {
    "exact": Economy(),
    "fast": Economy(inner_every=2, guided_share=0.6, half_decoder=True),
    "fastest": Economy(inner_every=3, guided_share=0.5, half_decoder=True, compiled=True),
}


def guided_at_first(conditionings: Sequence[Conditioning], share: float) -> list[Conditioning]:
    """Of a pass's steps the later ones without what is guided away from."""
    guided = round(len(conditionings) * share)
    alone = {id(each): replace(each, negative=None, pooled_negative=None) for each in conditionings[guided:]}
    return [*conditionings[:guided], *(alone[id(each)] for each in conditionings[guided:])]
