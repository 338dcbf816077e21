"""Composes a scene from an integer seed; the same one on every machine."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TypeVar

from assets.starter_model.held_out import is_held_out
from assets.starter_model.placing import Placing
from assets.starter_model.scene import (
    BIRD_COLOURS,
    COLOURS,
    GROUNDS,
    HOURS,
    MOUNTAIN_COLOURS,
    STYLES,
    TREE_KINDS,
    WATERS,
    Scene,
    Thing,
)

Choice = TypeVar("Choice")

HOUR_WEIGHTS = (22, 18, 20, 14, 13, 13)
STYLE_WEIGHTS = (46, 20, 17, 17)
# What a scene is about: most have one kind of thing, many a second, some none.
MAIN_KINDS = {
    "water": {"boat": 50, "bridge": 22, "balloon": 14, "": 14},
    "land": {"house": 42, "tree": 28, "balloon": 17, "": 13},
}
SECOND_KINDS = {
    "water": {"boat": 25, "balloon": 15, "": 60},
    "land": {"house": 18, "tree": 30, "balloon": 10, "": 42},
}
COUNTS = {"tree": {1: 34, 2: 18, 3: 18, 5: 15, 8: 15}, "bridge": {1: 1}}
FEW_COUNTS = {1: 62, 2: 20, 3: 18}


@dataclass(frozen=True)
class Wish:
    """What a scene must have; None leaves it to chance. A kind's colour and count are of its only group."""

    hour: str | None = None
    ground: str | None = None
    style: str | None = None
    kind: str | None = None
    colour: str | None = None
    count: int | None = None


def make_scene(seed: int, *, everything: bool = False, wish: Wish | None = None) -> Scene:
    """The scene of a seed. Without `everything`, none that `held_out` keeps from training."""
    chance = random.Random(seed)
    wish = wish or Wish()
    hour = wish.hour or chance.choices(HOURS, HOUR_WEIGHTS)[0]
    ground = wish.ground or chance.choice(GROUNDS)
    style = wish.style or chance.choices(STYLES, STYLE_WEIGHTS)[0]
    horizon = chance.uniform(0.50, 0.62) if ground != "sea" else chance.uniform(0.46, 0.58)
    low = hour in ("sunset", "dawn")
    light_y = horizon - (chance.uniform(0.01, 0.14) if low else chance.uniform(0.24, 0.38))
    mountains = chance.random() < (0.18 if ground in ("sea", "forest") else 0.42)
    if mountains and low:
        light_y -= 0.10
    cloud_count = {"night": chance.choice((0, 0, 0, 1, 2)), "fog": 0}.get(
        hour, chance.choice((0, 1, 2, 3, 4))
    )
    bird_count = chance.choice((0, 0, 0, 0, 2, 3, 5)) if hour in ("day", "sunset", "dawn") else 0
    flock_x, flock_y = chance.uniform(0.2, 0.8), chance.uniform(0.12, 0.3)
    light_x = chance.uniform(0.15, 0.85)
    return Scene(
        seed=seed,
        hour=hour,
        ground=ground,
        style=style,
        horizon=horizon,
        light_x=light_x,
        light_y=light_y,
        light_shown=hour != "storm" and chance.random() < (0.3 if hour == "fog" else 0.72),
        crescent=chance.random() < 0.4,
        stars=chance.randint(26, 50) if hour == "night" else 0,
        lightning=hour == "storm" and chance.random() < 0.5,
        clouds=tuple(
            (chance.uniform(0.05, 0.95), chance.uniform(0.08, horizon - 0.2), chance.uniform(0.16, 0.34))
            for _ in range(cloud_count)
        ),
        mountain_colour=chance.choice(MOUNTAIN_COLOURS) if mountains else "",
        snowy_peaks=mountains and chance.random() < 0.6,
        ridges=tuple(chance.uniform(0.4, 1.0) for _ in range(chance.randint(3, 6))) if mountains else (),
        hill_layers=chance.randint(3, 4) if ground == "hills" else chance.choice((0, 1, 1)),
        bird_colour="white" if hour == "day" and chance.random() < 0.5 else BIRD_COLOURS[0],
        birds=tuple(
            (
                flock_x + chance.uniform(-0.14, 0.14),
                flock_y + chance.uniform(-0.08, 0.08),
                chance.uniform(0.035, 0.055),
            )
            for _ in range(bird_count)
        ),
        things=_make_things(chance, hour, ground, horizon, wish, everything=everything),
    )


def _make_things(
    chance: random.Random, hour: str, ground: str, horizon: float, wish: Wish, *, everything: bool
) -> tuple[Thing, ...]:
    """Houses and trees on land, boats and bridges on water, balloons in the sky; few and large."""
    side = "water" if ground in WATERS else "land"
    main = wish.kind if wish.kind is not None else _weighted(chance, MAIN_KINDS[side])
    second = _weighted(chance, SECOND_KINDS[side])
    if (
        hour in ("storm", "night")
        and "balloon" in (main, second)
        and wish.kind is None
        and chance.random() < 0.5
    ):
        main, second = ("" if kind == "balloon" else kind for kind in (main, second))
    placing = Placing(chance, horizon)
    things: list[Thing] = []
    for kind in dict.fromkeys((main, second)):
        if not kind or (kind == second and kind != main and wish.kind == "bridge"):
            continue
        choices = [
            colour
            for colour in possible_colours(kind, ground)
            if everything or not is_held_out(hour, ground, kind, colour)
        ]
        wanted = kind == wish.kind
        if not choices and not (wanted and wish.colour):
            continue
        colour = wish.colour if wanted and wish.colour else chance.choice(choices)
        count = wish.count if wanted and wish.count else _weighted(chance, COUNTS.get(kind, FEW_COUNTS))
        mixed = count > 1 and kind not in ("tree", "bridge") and not wanted and chance.random() < 0.2
        colours = [chance.choice(choices) if mixed and index else colour for index in range(count)]
        things += placing.group(kind, colours)
    return tuple(sorted(things, key=lambda thing: (thing.kind != "balloon", thing.y)))


def _weighted(chance: random.Random, weights: dict[Choice, int]) -> Choice:
    return chance.choices(list(weights), list(weights.values()))[0]


def possible_colours(kind: str, ground: str) -> tuple[str, ...]:
    """The colours of a kind on a ground: palms in the desert only, pines alone in the snow."""
    if kind != "tree":
        return COLOURS[kind]
    if ground in ("desert", "snow"):
        return ("palm",) if ground == "desert" else ("pine",)
    return tuple(tree for tree in TREE_KINDS if tree != "palm")
