"""Processes that are killed in the midst of their work, as by a power cut."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_until_killed(
    module: str, target: Path, moment: random.Random, *, most_lines: int, longest_wait: float
) -> int:
    """The number of the last deed that `module` told to be done, a line each, before it was killed with -9.

    `moment` decides after how many lines, and how many seconds later.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(target)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    with process.stdout as lines:
        told = [lines.readline() for _ in range(moment.randint(1, most_lines))]
        time.sleep(moment.random() * longest_wait)
        process.send_signal(signal.SIGKILL)
        told += lines.read().splitlines(keepends=True)
    process.wait()
    # A line that the kill cut short tells nothing.
    return max(int(line) for line in told if line.endswith(b"\n"))
