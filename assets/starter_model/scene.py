"""What a landscape holds: attributes drawn at random from an integer seed, with no picture yet.

Places are fractions of the picture's width (x) and height (y); sizes are fractions of its shorter side.
A scene is therefore the same composition at every size.
"""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass, field
from typing import Any

HOURS = ("day", "sunset", "night", "dawn")
GROUNDS = ("meadow", "snow", "sea", "desert", "lake", "hills")
WATERS = ("sea", "lake")
TREE_KINDS = ("pine", "round", "palm", "autumn")
HOUSE_COLOURS = ("red", "white", "blue", "yellow", "brown", "pink")
ROOF_COLOURS = ("grey", "red", "brown", "blue")
SAIL_COLOURS = ("white", "red", "yellow", "orange", "blue", "green")
BALLOON_COLOURS = ("red", "yellow", "blue", "orange", "purple", "green")
MOUNTAIN_COLOURS = ("blue", "purple", "grey")


@dataclass(frozen=True)
class Thing:
    """One house, tree, boat or balloon; `y` is where it touches ground or water (a balloon's middle)."""

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
    horizon: float
    light_x: float
    light_y: float
    light_shown: bool
    crescent: bool
    stars: int
    clouds: tuple[tuple[float, float, float], ...]
    mountain_colour: str
    snowy_peaks: bool
    ridges: tuple[float, ...]
    hill_layers: int
    birds: tuple[tuple[float, float, float], ...]
    things: tuple[Thing, ...] = field(default_factory=tuple)

    def of_kind(self, kind: str) -> list[Thing]:
        """The things of one kind, farthest first."""
        return [thing for thing in self.things if thing.kind == kind]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for comparing and for storing."""
        return asdict(self)


def make_scene(seed: int) -> Scene:
    """The scene of a seed; the same one on every machine."""
    chance = random.Random(seed)
    hour = chance.choices(HOURS, (32, 25, 30, 13))[0]
    ground = chance.choices(GROUNDS, (19, 22, 22, 11, 12, 14))[0]
    horizon = chance.uniform(0.50, 0.64) if ground != "sea" else chance.uniform(0.46, 0.60)
    low = hour in ("sunset", "dawn")
    light_y = horizon - (chance.uniform(0.01, 0.14) if low else chance.uniform(0.24, 0.38))
    mountains = chance.random() < (0.18 if ground == "sea" else 0.42)
    if mountains and low:
        light_y -= 0.10
    cloud_count = chance.choice((0, 1, 2, 3, 4)) if hour != "night" else chance.choice((0, 0, 0, 1, 2))
    bird_count = chance.choice((0, 0, 0, 2, 3, 5)) if hour != "night" else 0
    flock_x, flock_y = chance.uniform(0.2, 0.8), chance.uniform(0.12, 0.3)
    return Scene(
        seed=seed,
        hour=hour,
        ground=ground,
        horizon=horizon,
        light_x=chance.uniform(0.15, 0.85),
        light_y=light_y,
        light_shown=chance.random() < 0.72,
        crescent=chance.random() < 0.4,
        stars=chance.randint(30, 60) if hour == "night" else 0,
        clouds=tuple(
            (chance.uniform(0.05, 0.95), chance.uniform(0.08, horizon - 0.2), chance.uniform(0.16, 0.34))
            for _ in range(cloud_count)
        ),
        mountain_colour=chance.choice(MOUNTAIN_COLOURS) if mountains else "",
        snowy_peaks=mountains and chance.random() < 0.6,
        ridges=tuple(chance.uniform(0.4, 1.0) for _ in range(chance.randint(3, 6))) if mountains else (),
        hill_layers=chance.randint(3, 4) if ground == "hills" else chance.choice((0, 1, 1)),
        birds=tuple(
            (
                flock_x + chance.uniform(-0.12, 0.12),
                flock_y + chance.uniform(-0.07, 0.07),
                chance.uniform(0.03, 0.05),
            )
            for _ in range(bird_count)
        ),
        things=_make_things(chance, hour, ground, horizon),
    )


def _make_things(chance: random.Random, hour: str, ground: str, horizon: float) -> tuple[Thing, ...]:
    """Houses and trees on land, boats on water, balloons in the sky; few and large, none on another."""
    placing = _Placing(chance, horizon)
    things = placing.boats() if ground in WATERS else placing.houses() + placing.trees(ground)
    if hour != "night" or chance.random() < 0.3:
        things += placing.balloons()
    return tuple(sorted(things, key=lambda thing: (thing.kind != "balloon", thing.y)))


class _Placing:
    """Finds places for things, each apart from those before it."""

    def __init__(self, chance: random.Random, horizon: float) -> None:
        self.chance = chance
        self.horizon = horizon
        self.taken: list[float] = []

    def free_x(self, width: float, margin: float = 0.17) -> float | None:
        """A place at least `width` from every other and `margin` from the sides, if a few tries find one."""
        for _ in range(12):
            x = self.chance.uniform(margin, 1.0 - margin)
            if all(abs(x - other) > width for other in self.taken):
                self.taken.append(x)
                return x
        return None

    def depth(self, nearest: float) -> tuple[float, float]:
        """Where a thing stands and how large its distance makes it."""
        nearness = self.chance.uniform(0.12, nearest)
        return self.horizon + (1.0 - self.horizon) * nearness, 0.62 + 0.6 * nearness

    def boats(self) -> list[Thing]:
        chance, things = self.chance, []
        for _ in range(chance.choices((0, 1, 2, 3), (30, 45, 17, 8))[0]):
            y, scale = self.depth(0.6)
            x = self.free_x(0.22)
            if x is not None:
                colour = chance.choice(SAIL_COLOURS)
                things.append(Thing("boat", colour, x, y, 0.27 * scale, mirrored=chance.random() < 0.5))
        return things

    def houses(self) -> list[Thing]:
        chance, things = self.chance, []
        for _ in range(chance.choices((0, 1, 2), (40, 48, 12))[0]):
            y, scale = self.depth(0.6)
            x = self.free_x(0.3)
            if x is not None:
                wall = chance.choice(HOUSE_COLOURS)
                roof = chance.choice([colour for colour in ROOF_COLOURS if colour != wall])
                things.append(Thing("house", wall, x, y, 0.27 * scale, roof, chance.random() < 0.5))
        return things

    def trees(self, ground: str) -> list[Thing]:
        """Trees of one kind: palms in the desert only, pines alone in the snow."""
        chance, things = self.chance, []
        kinds = {"desert": ("palm",), "snow": ("pine",)}.get(ground, TREE_KINDS)
        kind = chance.choice([kind for kind in kinds if kind != "palm" or ground == "desert"])
        for _ in range(chance.choices((0, 1, 2, 3, 5, 8), (25, 20, 18, 15, 12, 10))[0]):
            y, scale = self.depth(0.7)
            x = self.free_x(0.1, 0.07)
            if x is not None:
                size = 0.30 * scale * chance.uniform(0.8, 1.15)
                things.append(Thing("tree", kind, x, y, size, mirrored=chance.random() < 0.5))
        return things

    def balloons(self) -> list[Thing]:
        chance, things = self.chance, []
        self.taken.clear()
        for _ in range(chance.choices((0, 1, 2, 3), (74, 16, 6, 4))[0]):
            x = self.free_x(0.22)
            if x is not None:
                y, size = chance.uniform(0.16, 0.34), chance.uniform(0.2, 0.3)
                things.append(Thing("balloon", chance.choice(BALLOON_COLOURS), x, y, size))
        return things


def ridge_line(seed: int, layer: int, x: float) -> float:
    """Height of a rolling outline at x, in -1..1: three sines whose phases come from the seed."""
    chance = random.Random(seed * 31 + layer)
    return sum(
        weight * math.sin(math.tau * frequency * x + chance.uniform(0, math.tau))
        for weight, frequency in ((0.6, 0.7), (0.3, 1.6), (0.1, 3.4))
    )
