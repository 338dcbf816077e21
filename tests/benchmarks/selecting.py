"""Selections of a 4096x4096 document: how long the loop of the window stands still while they are computed.

Beside it stands how long the same takes when it is computed at once, as a window that stands still would do it.
"""

import asyncio
import math
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QPointF

from desktop.app.event_loop import SWITCH_INTERVAL_SECONDS
from desktop.canvas import selection_changes as changes
from desktop.canvas.document import Document
from desktop.canvas.selection import SelectionMode
from desktop.canvas.selection_changes import Sampling, SelectionChange
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner
from tests.benchmarks.painting import _Opened
from tests.desktop.canvas.builders import counting_ids, noise_tiles

SIDE = 4096
BEAT_SECONDS = 0.001


def around(radius: float) -> list[QPointF]:
    """A hand's way around the middle."""
    return [
        QPointF(SIDE / 2 + radius * math.cos(step / 100), SIDE / 2 + radius * math.sin(step / 100))
        for step in range(628)
    ]


def prepared() -> Document:
    document = Document(width=SIDE, height=SIDE, new_id=counting_ids())
    document.add_layer("noise", tiles=noise_tiles(1, SIDE, SIDE))
    return document


Make = Callable[[Document], SelectionChange]
MAKERS: dict[str, Make] = {
    "lasso": lambda document: changes.polygon(document.snapshot(), around(1900), SelectionMode.REPLACE),
    "lasso, taken away": lambda document: changes.polygon(
        document.snapshot(), around(900), SelectionMode.SUBTRACT
    ),
    "invert": lambda document: changes.inverted(document.snapshot()),
    "feather by 20": lambda document: changes.grown(document.snapshot(), "Feather selection", 20),
    "grow by 20": lambda document: changes.grown(document.snapshot(), "Grow selection", 20),
    "wand": lambda document: changes.by_wand(
        document.snapshot(), QPointF(2000, 2000).toPoint(), SelectionMode.REPLACE, Sampling(tolerance=90)
    ),
}


async def longest_turn(selecting: Selecting, change: SelectionChange) -> tuple[float, float]:
    """Milliseconds of the longest turn of the loop, and until all was done."""
    start = last = time.perf_counter()
    selecting.apply(change)
    longest = time.perf_counter() - start
    while selecting.busy:
        await asyncio.sleep(BEAT_SECONDS)
        now = time.perf_counter()
        longest = max(longest, now - last - BEAT_SECONDS)
        last = now
    return longest * 1000, (time.perf_counter() - start) * 1000


async def measure() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    document = prepared()
    current = CurrentDocument()
    current._opened = _Opened(document)  # type: ignore[assignment]
    selecting = Selecting(current=current, tools=ToolsViewModel(), tasks=TaskOwner())
    for name, make in MAKERS.items():
        change = make(document)
        start = time.perf_counter()
        change.compute(document.snapshot())
        at_once = (time.perf_counter() - start) * 1000
        turn, done = await longest_turn(selecting, change)
        print(
            f"{name:20s} longest turn {turn:6.1f} ms, done after {done:6.0f}; computed at once {at_once:6.0f} "
            f"({turn / at_once:.2f} of it)"
        )


if __name__ == "__main__":
    application = QCoreApplication([])
    asyncio.run(measure())
