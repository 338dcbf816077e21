"""What the model is asked for: combinations that training never showed, in plain words."""

from __future__ import annotations

import random
from dataclasses import dataclass

from assets.starter_model.composing import possible_colours
from assets.starter_model.held_out import is_held_out
from assets.starter_model.scene import GROUNDS, HOURS, KINDS, STYLES, WATERS

HOUR_WORDS = {
    "day": "on a sunny day",
    "sunset": "at sunset",
    "night": "at night",
    "dawn": "at dawn",
    "storm": "in a storm",
    "fog": "in the fog",
}
PLACE_WORDS = {
    "meadow": "in a green meadow",
    "snow": "in a snowy field",
    "sea": "on the sea",
    "desert": "in the desert",
    "lake": "on a lake",
    "hills": "in green hills",
    "forest": "in a forest",
}
TREE_WORDS = {
    "pine": "pine tree",
    "round": "green tree",
    "palm": "palm tree",
    "autumn": "autumn tree",
    "cherry": "cherry tree",
}
STYLE_WORDS = {
    "flat": "",
    "watercolour": ", watercolour painting",
    "ink": ", ink drawing",
    "pixel": ", pixel art",
}
NUMBER_WORDS = {1: "", 2: "two ", 3: "three "}
# What the first starter model knew: to compare a later one with it in its own world.
FIRST_WORLD = {
    "hours": ("day", "sunset", "night", "dawn"),
    "grounds": ("meadow", "snow", "sea", "desert", "lake", "hills"),
    "kinds": ("house", "boat", "balloon", "tree"),
    "styles": ("flat",),
}


@dataclass(frozen=True)
class Asked:
    """One combination that is asked for."""

    hour: str
    ground: str
    kind: str
    colour: str
    style: str
    count: int

    @property
    def thing(self) -> str:
        """Its thing in words."""
        plural = "s" if self.count > 1 else ""
        if self.kind == "tree":
            words = f"{TREE_WORDS[self.colour]}{plural}"
        elif self.kind == "boat" and self.count == 1:
            sail = f"{'an' if self.colour[0] in 'aeiou' else 'a'} {self.colour} sail"
            return f"a boat with {sail}"
        else:
            words = f"{self.colour} {self.kind}{plural}"
        if self.count > 1:
            return NUMBER_WORDS[self.count] + words
        return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"

    @property
    def prompt(self) -> str:
        """Everything in words."""
        place = PLACE_WORDS[self.ground]
        if self.kind == "balloon" and self.ground in WATERS:
            place = place.replace("on", "over", 1)
        return f"{self.thing} {place} {HOUR_WORDS[self.hour]}{STYLE_WORDS[self.style]}"


def held_out_combinations(*, first_world: bool) -> list[Asked]:
    """Every combination that training leaves out, as one flat thing."""
    world = FIRST_WORLD if first_world else {"hours": HOURS, "grounds": GROUNDS, "kinds": KINDS}
    return [
        Asked(hour, ground, kind, colour, "flat", 1)
        for hour in world["hours"]
        for ground in world["grounds"]
        for kind in world["kinds"]
        if not (kind == "boat" and ground not in WATERS)
        and not (kind == "bridge" and ground not in WATERS)
        and not (kind in ("house", "tree") and ground in WATERS)
        for colour in possible_colours(kind, ground)
        if is_held_out(hour, ground, kind, colour) and not (first_world and colour == "cherry")
    ]


def draw_questions(count: int, *, first_world: bool, seed: int = 5) -> list[Asked]:
    """`count` questions: combinations in turn, a third of them not one thing but two or three, half of them in
    a style other than flat (of the first world: all flat).
    """
    chance = random.Random(seed)
    combinations = held_out_combinations(first_world=first_world)
    chance.shuffle(combinations)
    questions = []
    for number in range(count):
        asked = combinations[number % len(combinations)]
        style = "flat" if first_world or number % 2 else STYLES[1 + number // 2 % 3]
        several = number % 3 == 2 and asked.kind != "bridge"
        how_many = chance.choice((2, 3)) if several else 1
        questions.append(Asked(asked.hour, asked.ground, asked.kind, asked.colour, style, how_many))
    return questions
