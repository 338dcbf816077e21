"""What a LoRA file changes in each layer, in any of the forms that trainers write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from shared.inference.add_ons.weights import Weights

_LOW_RANK_NAMES = {
    "lora_down.weight": "down", "lora_up.weight": "up", "lora_mid.weight": "mid",
    "lora_A.weight": "down", "lora_B.weight": "up",
    "lora_A.default.weight": "down", "lora_B.default.weight": "up",
    "lora.down.weight": "down", "lora.up.weight": "up",
    "lora_magnitude_vector.weight": "lora_magnitude_vector",
    "lora_magnitude_vector.default.weight": "lora_magnitude_vector",
    "lora_linear_layer.down.weight": "down", "lora_linear_layer.up.weight": "up",
}  # fmt: skip
_OTHER_NAMES = (
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2",
    "diff", "alpha", "dora_scale", "lora_magnitude_vector",
)  # fmt: skip
_ENDINGS = {**_LOW_RANK_NAMES, **{name: name for name in _OTHER_NAMES}}
_OLD_PROCESSOR = ("_lora.down.weight", "_lora.up.weight")


@dataclass(frozen=True)
class LoraLayer:
    """The tensors of one layer by their role."""

    parts: Mapping[str, torch.Tensor]

    @property
    def is_known(self) -> bool:
        return any(needed <= self.parts.keys() for needed, _ in _FORMS)

    def change(self, own: torch.Tensor) -> torch.Tensor:
        """What is added to the model's `own` weight at a weight of 1, float32. Raises ValueError where none fits."""
        change = self._summand(own.shape, own.device)
        for name in ("dora_scale", "lora_magnitude_vector"):
            if name in self.parts:
                outputs = name == "lora_magnitude_vector" or self.parts[name].shape[0] == own.shape[0]
                change = _turned(own, change, self.parts[name].float(), along=0 if outputs else 1)
        return change

    def _summand(self, shape: torch.Size, device: torch.device) -> torch.Tensor:
        parts = {name: value.to(device, torch.float32) for name, value in self.parts.items()}
        for needed, make in _FORMS:
            if needed <= parts.keys():
                made = make(parts)
                if made.numel() != shape.numel() or made.shape[0] != shape[0]:
                    msg = f"a change of {tuple(made.shape)} for a weight of {tuple(shape)}"
                    raise ValueError(msg)
                return made.reshape(shape)
        msg = f"a layer of {sorted(parts)}"
        raise ValueError(msg)


def layers_of(weights: Weights) -> dict[str, LoraLayer]:
    """By the layer's name as the file writes it."""
    found: dict[str, dict[str, torch.Tensor]] = {}
    for name, value in weights.items():
        layer, role = _split(name)
        if role:
            found.setdefault(layer, {})[role] = value
    return {layer: LoraLayer(parts) for layer, parts in found.items() if parts.keys() != {"alpha"}}


def _turned(own: torch.Tensor, change: torch.Tensor, lengths: torch.Tensor, *, along: int) -> torch.Tensor:
    """DoRA (Liu et al. 2024): the sum gives each output's (or input's) direction alone, and `lengths` how long it is."""
    own = own.float()
    turned = own + change
    others = [dimension for dimension in range(own.dim()) if dimension != along]
    length = torch.linalg.vector_norm(turned, dim=others, keepdim=True).clamp(
        min=torch.finfo(torch.float32).eps
    )
    return turned * (lengths.to(own.device).reshape(length.shape) / length) - own


def _split(name: str) -> tuple[str, str]:
    for ending, role in _ENDINGS.items():
        if name.endswith(f".{ending}"):
            return name.removesuffix(f".{ending}"), role
    for ending, role in zip(_OLD_PROCESSOR, ("down", "up"), strict=True):
        if name.endswith(ending):  # `...attn1.processor.to_q_lora.down.weight`
            return name.removesuffix(ending).replace(".processor.", "."), role
    return name, ""


def _scale(parts: Mapping[str, torch.Tensor], rank: int) -> float:
    return float(parts["alpha"]) / rank if "alpha" in parts else 1.0


def _low_rank(parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
    up, down = parts["up"], parts["down"]
    scale = _scale(parts, down.shape[0])
    if "mid" in parts:
        mixed = torch.einsum("or,rskl,si->oikl", up.flatten(1), parts["mid"], down.flatten(1))
        return mixed * scale
    return (up.flatten(1) @ down.flatten(1)) * scale


def _hadamard(parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
    products = []
    for number in "12":
        first, second = parts[f"hada_w{number}_a"], parts[f"hada_w{number}_b"]
        core = parts.get(f"hada_t{number}")
        products.append(first @ second if core is None else _tucker(core, first, second))
    return products[0] * products[1] * _scale(parts, parts["hada_w1_b"].shape[0])


def _kronecker(parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
    rank = None
    factors = []
    for number in "12":
        whole = parts.get(f"lokr_w{number}")
        if whole is None:
            first, second = parts[f"lokr_w{number}_a"], parts[f"lokr_w{number}_b"]
            rank = second.shape[0]
            core = parts.get("lokr_t2") if number == "2" else None
            whole = first @ second if core is None else _tucker(core, first, second)
        factors.append(whole)
    left, right = factors
    left = left.reshape(*left.shape, *[1] * (right.dim() - left.dim()))
    return torch.kron(left, right) * (_scale(parts, rank) if rank else 1.0)


def _tucker(core: torch.Tensor, outer: torch.Tensor, inner: torch.Tensor) -> torch.Tensor:
    return torch.einsum("ijkl,ip,jr->prkl", core, outer, inner)


def _plain(parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
    return parts["diff"]


_FORMS: tuple[tuple[frozenset[str], Callable[[Mapping[str, torch.Tensor]], torch.Tensor]], ...] = (
    (frozenset({"up", "down"}), _low_rank),
    (frozenset({"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"}), _hadamard),
    (frozenset({"lokr_w1", "lokr_w2"}), _kronecker),
    (frozenset({"lokr_w1", "lokr_w2_a", "lokr_w2_b"}), _kronecker),
    (frozenset({"lokr_w1_a", "lokr_w1_b", "lokr_w2"}), _kronecker),
    (frozenset({"lokr_w1_a", "lokr_w1_b", "lokr_w2_a", "lokr_w2_b"}), _kronecker),
    (frozenset({"diff"}), _plain),
)
"""LoRA and LoCon, LoHa, LoKr, and whole differences; each may be a DoRA besides."""
