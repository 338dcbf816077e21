"""Finds places for the things of a scene: none on another, near ones larger."""

from __future__ import annotations

import random

from assets.starter_model.scene import ROOF_COLOURS, Thing

# Half the width of a thing whose size is 1.
HALF_WIDTHS = {"house": 0.62, "boat": 0.5, "balloon": 0.42, "tree": 0.3, "bridge": 0.0}
SIZES = {"house": 0.31, "boat": 0.35, "balloon": 0.31, "tree": 0.35}
# One thing alone may be larger than three that must all find room.
CROWDED = {1: 1.12, 2: 0.96, 3: 0.82, 5: 0.86, 8: 0.78}


class Placing:
    """Places groups of one kind, each thing apart from those before it."""

    def __init__(self, chance: random.Random, horizon: float) -> None:
        self.chance = chance
        self.horizon = horizon
        self.taken: list[tuple[float, float]] = []

    def group(self, kind: str, colours: list[str]) -> list[Thing]:
        """Things of these colours; fewer where a crowd leaves no room."""
        if kind == "bridge":
            return [self._bridge(colours[0])]
        if kind == "balloon":
            self.taken.clear()
        things = (self._one(kind, colour, len(colours)) for colour in colours)
        return [thing for thing in things if thing is not None]

    def _one(self, kind: str, colour: str, count: int) -> Thing | None:
        chance = self.chance
        size = SIZES[kind] * CROWDED[count] * chance.uniform(0.92, 1.08)
        if kind == "balloon":
            y = chance.uniform(0.2, 0.36)
        else:
            nearness = chance.uniform(0.16, 0.62)
            y = self.horizon + (1.0 - self.horizon) * nearness
            size *= 0.78 + 0.45 * nearness
        half = HALF_WIDTHS[kind] * size
        x = self._free_x(half)
        if x is None:
            return None
        roof = chance.choice([roof for roof in ROOF_COLOURS if roof != colour]) if kind == "house" else ""
        return Thing(kind, colour, x, y, size, roof, chance.random() < 0.5)

    def _bridge(self, colour: str) -> Thing:
        y = self.horizon + (1.0 - self.horizon) * self.chance.uniform(0.12, 0.3)
        return Thing("bridge", colour, self.chance.uniform(0.42, 0.58), y, self.chance.uniform(0.85, 1.05))

    def _free_x(self, half: float) -> float | None:
        """A place apart from every other and within the sides, if some tries find one."""
        for _ in range(24):
            x = self.chance.uniform(half + 0.02, 0.98 - half)
            if all(abs(x - other) > (half + other_half) * 0.92 for other, other_half in self.taken):
                self.taken.append((x, half))
                return x
        return None
