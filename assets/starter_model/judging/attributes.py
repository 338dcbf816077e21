"""What a picture can be judged by, as numbers: hour, ground, style, which things of which colours, how many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assets.starter_model.scene import COLOURS, GROUNDS, HOURS, KINDS, STYLES, Scene

PAIRS = tuple((kind, colour) for kind in KINDS for colour in COLOURS[kind])
"""Every kind with each of its colours."""


def general_targets(scene: Scene) -> NDArray[np.int64]:
    """The numbers of hour, ground and style."""
    return np.array([HOURS.index(scene.hour), GROUNDS.index(scene.ground), STYLES.index(scene.style)])


def pair_targets(scene: Scene) -> NDArray[np.float32]:
    """For each pair 1 where the scene has such a thing, else 0."""
    there = {(thing.kind, thing.colour) for thing in scene.things}
    return np.array([float(pair in there) for pair in PAIRS], np.float32)


def count_targets(scene: Scene) -> NDArray[np.float32]:
    """How many there are of each kind."""
    return np.array([len(scene.of_kind(kind)) for kind in KINDS], np.float32)


def place_targets(scene: Scene, cells: int) -> NDArray[np.float32]:
    """For each pair, where the middles of its things are: (pairs, cells, cells), 1 there, else 0."""
    places = np.zeros((len(PAIRS), cells, cells), np.float32)
    for thing in scene.things:
        x, y = middle(thing.kind, thing.x, thing.y, thing.size)
        row, column = (min(cells - 1, max(0, int(value * cells))) for value in (y, x))
        places[PAIRS.index((thing.kind, thing.colour)), row, column] = 1.0
    return places


def middle(kind: str, x: float, y: float, size: float) -> tuple[float, float]:
    """The middle of a thing in a square picture."""
    return x, y - {"house": 0.4, "tree": 0.55, "boat": 0.45, "bridge": 0.15, "balloon": 0.0}[kind] * size
