"""Pictures that can be laid side by side with themselves: convolutions look around the edges."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional

from shared.contracts.generation import Seamless


@contextmanager
def wrapped_around(modules: Sequence[Any], seamless: Seamless) -> Iterator[None]:
    """While this is open; afterwards every convolution is as it was."""
    layers = [
        layer
        for module in modules
        for layer in module.modules()
        if isinstance(layer, torch.nn.Conv2d) and any(layer.padding) and seamless != "none"
    ]
    try:
        for layer in layers:
            layer._conv_forward = _Wrapped(layer, seamless)  # type: ignore[assignment]  # noqa: SLF001 - where torch itself pads
        yield
    finally:
        for layer in layers:
            layer.__dict__.pop("_conv_forward", None)


class _Wrapped:
    """Pads along one direction with the other edge, along the other with nothing, then convolves."""

    def __init__(self, layer: torch.nn.Conv2d, seamless: Seamless) -> None:
        self._stride, self._dilation, self._groups = layer.stride, layer.dilation, layer.groups
        vertical, horizontal = (int(side) for side in layer.padding)
        across, down = (horizontal, horizontal, 0, 0), (0, 0, vertical, vertical)
        self._steps = (
            (across, "circular" if seamless in {"x", "both"} else "constant"),
            (down, "circular" if seamless in {"y", "both"} else "constant"),
        )

    def __call__(self, values: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        for sides, mode in self._steps:
            if any(sides):
                values = functional.pad(values, sides, mode=mode)
        return functional.conv2d(values, weight, bias, self._stride, 0, self._dilation, self._groups)
