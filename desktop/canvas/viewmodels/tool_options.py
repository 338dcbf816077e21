"""How the tools that cover much at once, and the picker, are set."""

from dataclasses import dataclass

from desktop.canvas.gradients import GradientColours, GradientKind

SAMPLE_SIDES = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class GradientOptions:
    kind: GradientKind = GradientKind.LINEAR
    colours: GradientColours = GradientColours.TO_BACKGROUND
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class PickerOptions:
    """`side` of the square that is averaged: 1, 3 or 5 pixels."""

    side: int = 1
    all_layers: bool = True
