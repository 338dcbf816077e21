"""Selections of a 4096x4096 document: how long the loop of the window stands still while they are computed and shown.

Beside it stands how long the same takes when it is computed at once, as a window that stands still would do it.
"""

import asyncio
import math
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize
from PySide6.QtWidgets import QApplication

from desktop.app.event_loop import SWITCH_INTERVAL_SECONDS
from desktop.app.garbage import collect_garbage_here
from desktop.canvas import selection_changes as changes
from desktop.canvas.document import Document
from desktop.canvas.selection import SelectionMode
from desktop.canvas.selection_changes import Sampling, SelectionChange
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.widgets.tasks import TaskOwner
from tests.support.canvas_view import SIDE, noisy_document, shown_canvas

BEAT_SECONDS = 0.001


def around(radius: float) -> list[QPointF]:
    """A hand's way around the middle."""
    return [
        QPointF(SIDE / 2 + radius * math.cos(step / 100), SIDE / 2 + radius * math.sin(step / 100))
        for step in range(628)
    ]


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


async def longest_turn(viewmodel: CanvasViewModel, change: SelectionChange) -> tuple[float, float]:
    """Milliseconds of the longest turn of the loop, and until all was done and shown."""
    start = last = time.perf_counter()
    viewmodel.selecting.apply(change)
    longest = time.perf_counter() - start
    while viewmodel.selecting.busy or viewmodel.tasks.busy:
        await asyncio.sleep(BEAT_SECONDS)
        QApplication.processEvents()
        now = time.perf_counter()
        longest = max(longest, now - last - BEAT_SECONDS)
        last = now
    return longest * 1000, (time.perf_counter() - start) * 1000


async def measure() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    document = noisy_document(1)
    with shown_canvas(document, QSize(2560, 1440), TaskOwner()) as (viewmodel, _view):
        for name, make in MAKERS.items():
            change = make(document)
            start = time.perf_counter()
            change.compute(document.snapshot())
            at_once = (time.perf_counter() - start) * 1000
            turn, done = await longest_turn(viewmodel, change)
            print(
                f"{name:20s} longest turn {turn:6.1f} ms (under 8 asked), done after {done:6.0f}; "
                f"computed at once {at_once:6.0f} ({turn / at_once:.2f} of it)",
                flush=True,
            )


if __name__ == "__main__":
    application = QApplication([])
    # As in the app, where a thread never stops all others to collect.
    collect_garbage_here(application)
    asyncio.run(measure())
