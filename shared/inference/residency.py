"""Where a model's parts lie: all on the device, or the one at work there and the others out of its way."""

from collections.abc import Sequence
from typing import Any

import torch

_ELSEWHERE = torch.device("cpu")


class Residency:
    """Shared by all parts that one job uses; parts are torch modules."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._here: list[Any] = []
        self.offloads = False
        """Whether a part leaves the device when another comes."""

    def use(self, *parts: Any) -> None:
        """Brings parts to the device before they work; together, they never send each other away."""
        with torch.inference_mode():  # in which the parts were made
            if self.offloads:
                self._send_away(keep=parts)
            for part in parts:
                if not any(part is other for other in self._here):
                    part.to(self._device)
                    self._here.append(part)

    def forget(self, parts: Sequence[Any]) -> None:
        """They are given up altogether."""
        self._here = [part for part in self._here if not any(part is gone for gone in parts)]

    def _send_away(self, keep: Sequence[Any]) -> None:
        for part in self._here:
            if not any(part is kept for kept in keep):
                part.to(_ELSEWHERE)
        self._here = [part for part in self._here if any(part is kept for kept in keep)]
