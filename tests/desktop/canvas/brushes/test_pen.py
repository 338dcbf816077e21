"""The hand's way, made smooth without trailing behind."""

import math
from itertools import pairwise

import numpy as np
import pytest

from desktop.canvas.brushes.pen import PenSample, Rounding, Steadying


def shaky(points: int = 120) -> list[PenSample]:
    noise = np.random.default_rng(3).normal(0, 3, points)
    return [PenSample(4.0 * number, 100 + float(noise[number])) for number in range(points)]


def roughness(samples: list[PenSample]) -> float:
    heights = np.array([sample.y for sample in samples])
    return float(np.abs(np.diff(heights)).mean())


@pytest.mark.parametrize(("smoothing", "string"), [(0.5, 0.0), (1.0, 0.0), (0.0, 40.0)])
def test_steadying_calms_a_shaking_hand_and_ends_where_the_pen_was_lifted(
    smoothing: float, string: float
) -> None:
    hand = shaky()
    steadying = Steadying(smoothing=smoothing, string=string)
    way = [sample for each in hand if (sample := steadying.add(each)) is not None]
    assert roughness(way) < roughness(hand) / 2
    assert steadying.finish() == hand[-1]
    assert steadying.finish() is None


def test_the_brush_hangs_on_its_string() -> None:
    steadying = Steadying(smoothing=0, string=30)
    steadying.add(PenSample(0, 0))
    assert steadying.add(PenSample(29, 0)) is None
    assert steadying.add(PenSample(50, 0)) == PenSample(20, 0)
    assert steadying.add(PenSample(25, 0)) is None


def test_without_steadying_the_way_is_the_hands_own() -> None:
    steadying = Steadying(smoothing=0, string=0)
    assert [steadying.add(sample) for sample in shaky(5)] == shaky(5)
    assert steadying.finish() is None


def test_corners_between_events_become_curves() -> None:
    circle = [
        PenSample(100 * math.cos(turn), 100 * math.sin(turn)) for turn in np.linspace(0, 2 * math.pi, 13)
    ]
    rounding = Rounding()
    way = [sample for each in circle for sample in rounding.add(each)] + rounding.finish()
    assert (way[0], way[-1]) == (circle[0], circle[-1])
    headings = [math.atan2(b.y - a.y, b.x - a.x) for a, b in pairwise(way[2:-1])]
    turns = [abs(math.remainder(b - a, 2 * math.pi)) for a, b in pairwise(headings)]
    # The events turn by 30 degrees at once.
    assert max(turns) < math.radians(8)
