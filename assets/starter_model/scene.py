"""What a landscape holds, with no picture yet.

Places are fractions of the picture's width (x) and height (y); sizes are fractions of its shorter side.
A scene is therefore the same composition at every size.
"""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass, field
from typing import Any

HOURS = ("day", "sunset", "night", "dawn", "storm", "fog")
GROUNDS = ("meadow", "snow", "sea", "desert", "lake", "hills", "forest")
STYLES = ("flat", "watercolour", "ink", "pixel")
WATERS = ("sea", "lake")
KINDS = ("house", "boat", "balloon", "tree", "bridge")
TREE_KINDS = ("pine", "round", "palm", "autumn", "cherry")
HOUSE_COLOURS = ("red", "white", "blue", "yellow", "brown", "pink")
ROOF_COLOURS = ("grey", "red", "brown", "blue")
SAIL_COLOURS = ("white", "red", "yellow", "orange", "blue", "green")
BALLOON_COLOURS = ("red", "yellow", "blue", "orange", "purple", "green")
BRIDGE_COLOURS = ("grey", "red", "brown", "white")
MOUNTAIN_COLOURS = ("blue", "purple", "grey")
BIRD_COLOURS = ("black", "white")
COLOURS = {
    "house": HOUSE_COLOURS,
    "boat": SAIL_COLOURS,
    "balloon": BALLOON_COLOURS,
    "tree": TREE_KINDS,
    "bridge": BRIDGE_COLOURS,
}


@dataclass(frozen=True)
class Thing:
    """One thing; `y` is where it touches ground or water (a balloon's middle). A tree's colour is its kind."""

    kind: str
    colour: str
    x: float
    y: float
    size: float
    second_colour: str = ""
    mirrored: bool = False


@dataclass(frozen=True)
class Scene:
    """Everything a picture and its captions depend on."""

    seed: int
    hour: str
    ground: str
    style: str
    horizon: float
    light_x: float
    light_y: float
    light_shown: bool
    crescent: bool
    stars: int
    lightning: bool
    clouds: tuple[tuple[float, float, float], ...]
    mountain_colour: str
    snowy_peaks: bool
    ridges: tuple[float, ...]
    hill_layers: int
    bird_colour: str
    birds: tuple[tuple[float, float, float], ...]
    things: tuple[Thing, ...] = field(default_factory=tuple)

    def of_kind(self, kind: str) -> list[Thing]:
        """The things of one kind, farthest first."""
        return [thing for thing in self.things if thing.kind == kind]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for comparing and for storing."""
        return asdict(self)


def ridge_line(seed: int, layer: int, x: float) -> float:
    """Height of a rolling outline at x, in -1..1: three sines whose phases come from the seed."""
    chance = random.Random(seed * 31 + layer)
    return sum(
        weight * math.sin(math.tau * frequency * x + chance.uniform(0, math.tau))
        for weight, frequency in ((0.6, 0.7), (0.3, 1.6), (0.1, 3.4))
    )
