"""Saving and loading the state of a training run; a kill at any moment leaves the last whole state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch


def save(state: dict[str, Any], path: Path) -> None:
    """Writes beside the target first, then takes its place in one move."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    Path(beside).replace(path)


def load(path: Path, device: torch.device | str = "cpu") -> dict[str, Any] | None:
    """The state saved last, or None where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state
