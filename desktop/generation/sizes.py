"""Sizes that a model paints well."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.models import ModelDescription

Shape = Literal["square", "landscape", "portrait", "canvas"]

LONGER_TO_SHORTER = 1.5


@dataclass(frozen=True)
class SizePreset:
    shape: Shape
    width: int
    height: int


def size_presets(model: ModelDescription, canvas: tuple[int, int] | None = None) -> tuple[SizePreset, ...]:
    """From the model's native side; the canvas's own size is one of them where the model can paint it."""
    side = model.native_side
    longer = min(_snapped(side * LONGER_TO_SHORTER, model.multiple), model.maximum_side)
    presets = [
        SizePreset("square", side, side),
        SizePreset("landscape", longer, side),
        SizePreset("portrait", side, longer),
    ]
    if canvas is not None and all(_fits(length, model) for length in canvas):
        presets.append(SizePreset("canvas", *canvas))
    return tuple(presets)


def _snapped(length: float, multiple: int) -> int:
    return int(length // multiple) * multiple


def _fits(length: int, model: ModelDescription) -> bool:
    return model.minimum_side <= length <= model.maximum_side and length % model.multiple == 0
