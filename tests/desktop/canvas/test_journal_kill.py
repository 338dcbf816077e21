"""kill -9 at any moment costs at most the stroke in hand."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.canvas.journal import read_journal
from tests.desktop.canvas.builders import blank, fingerprint
from tests.desktop.canvas.journal_painter import paint_step

ROOT = Path(__file__).resolve().parents[3]


def _paint_until_killed(folder: Path, moment: random.Random) -> int:
    """The number of the last stroke that was told to be kept."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.desktop.canvas.journal_painter", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    with process.stdout as lines:
        told = [lines.readline() for _ in range(moment.randint(1, 15))]
        try:
            process.wait(timeout=moment.random() * 0.03)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        told += lines.read().splitlines(keepends=True)
    process.wait()
    # A line that the kill cut short tells nothing.
    return max(int(line) for line in told if line.endswith(b"\n"))


def _states(count: int) -> list[str]:
    """Fingerprints of the document after 0, 1, 2 ... steps."""
    document = blank()
    found = [fingerprint(document.snapshot())]
    for number in range(1, count + 1):
        paint_step(document, number)
        found.append(fingerprint(document.snapshot()))
    return found


def _kill_and_recover(folder: Path, moment: random.Random) -> None:
    kept = _paint_until_killed(folder, moment)
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
