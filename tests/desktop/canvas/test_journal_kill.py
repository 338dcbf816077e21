"""kill -9 at any moment costs at most the stroke in hand."""

import random
from pathlib import Path

import pytest

from desktop.canvas.journal import read_journal
from tests.desktop.canvas.builders import blank, fingerprint
from tests.desktop.canvas.journal_painter import paint_step
from tests.support.killing import run_until_killed

PAINTER = "tests.desktop.canvas.journal_painter"


def _states(count: int) -> list[str]:
    """Fingerprints of the document after 0, 1, 2 ... steps."""
    document = blank()
    found = [fingerprint(document.snapshot())]
    for number in range(1, count + 1):
        paint_step(document, number)
        found.append(fingerprint(document.snapshot()))
    return found


def _kill_and_recover(folder: Path, moment: random.Random) -> None:
    kept = run_until_killed(PAINTER, folder, moment, most_lines=15, longest_wait=0.03)
    recovered = read_journal(folder)
    assert recovered is not None
    states = _states(kept + 1)
    assert fingerprint(recovered) in states[kept : kept + 2]


@pytest.mark.parametrize("seed", range(5))
def test_every_kept_stroke_is_there_after_a_kill(tmp_path: Path, seed: int) -> None:
    _kill_and_recover(tmp_path / "journal", random.Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_every_kept_stroke_is_there_after_a_hundred_kills(tmp_path: Path, seed: int) -> None:
    _kill_and_recover(tmp_path / "journal", random.Random(seed))
