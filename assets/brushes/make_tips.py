"""Draws the tips and papers of the brushes: `python -m assets.brushes.make_tips` writes them anew, bit for bit."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
TIP_SIDE = 160
PAPER_SIDE = 256

Plane = NDArray[np.float64]


def _noise(random: np.random.Generator, side: int, *, coarse: float, slope: float = 0.0) -> Plane:
    """Periodic noise without details smaller than `coarse` pixels, ranked: every height is equally frequent."""
    spectrum = np.fft.fft2(random.normal(size=(side, side)))
    across = np.fft.fftfreq(side)
    frequency = np.hypot(across[None, :], across[:, None])
    shape = np.exp(-((frequency * coarse) ** 2)) / np.maximum(frequency, 1 / side) ** slope
    plane = np.fft.ifft2(spectrum * shape).real
    ranks = np.empty(side * side)
    ranks[np.argsort(plane, axis=None)] = np.linspace(0, 1, side * side)
    return ranks.reshape(side, side)


def _radius(side: int, *, flat: float = 1.0) -> Plane:
    """0 in the middle, 1 at the rim of the largest disc; `flat` narrows it from side to side."""
    place = (np.arange(side) + 0.5) / side * 2 - 1
    distance: Plane = np.hypot(place[None, :] / flat, place[:, None])
    return distance


def _soft_step(plane: Plane, low: float, high: float) -> Plane:
    part = np.clip((plane - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)


def _softened(plane: Plane) -> Plane:
    soft: Plane = cv2.GaussianBlur(plane, (0, 0), 0.8)
    return soft


def chalk(random: np.random.Generator) -> Plane:
    disc = 1 - _soft_step(_radius(TIP_SIDE) + 0.25 * (_noise(random, TIP_SIDE, coarse=10) - 0.5), 0.78, 0.92)
    return disc * _soft_step(_noise(random, TIP_SIDE, coarse=3.5, slope=0.6), 0.32, 0.62)


def charcoal(random: np.random.Generator) -> Plane:
    body = _radius(TIP_SIDE, flat=0.55) + 0.4 * (_noise(random, TIP_SIDE, coarse=12) - 0.5)
    return (1 - _soft_step(body, 0.6, 0.95)) * _soft_step(_noise(random, TIP_SIDE, coarse=2.2), 0.35, 0.8)


def pencil(random: np.random.Generator) -> Plane:
    lead = 1 - _soft_step(_radius(TIP_SIDE), 0.35, 1.0)
    return lead * (0.35 + 0.65 * _noise(random, TIP_SIDE, coarse=6))


def bristles(random: np.random.Generator) -> Plane:
    """A flat row of hairs across the stroke; some carry much paint and some little."""
    plane = np.zeros((TIP_SIDE, TIP_SIDE))
    for _ in range(150):
        x = TIP_SIDE * (0.5 + 0.09 * random.normal())
        y = TIP_SIDE * (0.06 + 0.88 * random.random())
        size = random.uniform(1.0, 3.2)
        hair = np.zeros_like(plane)
        cv2.ellipse(hair, ((x, y), (2.6 * size, 2 * size), 0.0), random.uniform(0.25, 1.0), -1, cv2.LINE_AA)
        plane = np.maximum(plane, hair)
    return _softened(plane)


def wash(random: np.random.Generator) -> Plane:
    body = _radius(TIP_SIDE) + 0.2 * (_noise(random, TIP_SIDE, coarse=34) - 0.5)
    return (1 - _soft_step(body, 0.6, 0.88)) * (0.75 + 0.25 * _noise(random, TIP_SIDE, coarse=16))


def spatter(random: np.random.Generator) -> Plane:
    plane = np.zeros((TIP_SIDE, TIP_SIDE))
    for _ in range(34):
        angle, reach = random.uniform(0, 2 * np.pi), 0.46 * TIP_SIDE * np.sqrt(random.random())
        centre = (TIP_SIDE / 2 + reach * np.cos(angle), TIP_SIDE / 2 + reach * np.sin(angle))
        size = 1.2 + 9 * random.random() ** 5
        width = min(size, TIP_SIDE / 2 - 2 - reach) * 2
        if width > 1:
            cv2.ellipse(plane, (centre, (width, width), 0.0), random.uniform(0.6, 1.0), -1, cv2.LINE_AA)
    return _softened(plane)


def rough(random: np.random.Generator) -> Plane:
    return _noise(random, PAPER_SIDE, coarse=3.2, slope=0.35)


def fine(random: np.random.Generator) -> Plane:
    return _noise(random, PAPER_SIDE, coarse=1.6)


def weave(random: np.random.Generator) -> Plane:
    place = np.arange(PAPER_SIDE) / PAPER_SIDE * 2 * np.pi * 32
    over = np.sin(place)[None, :] * np.cos(place / 2)[:, None]
    under = np.sin(place)[:, None] * np.cos(place / 2 + np.pi / 2)[None, :]
    plane = np.maximum(over, under) + 0.5 * _noise(random, PAPER_SIDE, coarse=3)
    low, high = plane.min(), plane.max()
    woven: Plane = (plane - low) / (high - low)
    return woven


TIPS: tuple[Callable[[np.random.Generator], Plane], ...] = (chalk, charcoal, pencil, bristles, wash, spatter)
PAPERS: tuple[Callable[[np.random.Generator], Plane], ...] = (rough, fine, weave)


def write(folder: Path) -> None:
    """The pictures of `tips` and `papers` inside `folder`."""
    for kind, makers in (("tips", TIPS), ("papers", PAPERS)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for number, maker in enumerate(makers):
            plane = np.clip(maker(np.random.default_rng(number)), 0, 1)
            cv2.imwrite(str(folder / kind / f"{maker.__name__}.png"), np.round(plane * 255).astype(np.uint8))


if __name__ == "__main__":
    write(HERE)
