"""Run by the kill test as a process of its own: paints for ever and tells each stroke that is safely kept."""

import asyncio
import itertools
import sys
from pathlib import Path

import numpy as np

from desktop.canvas.autosave import Autosave
from desktop.canvas.document import Document
from desktop.canvas.strokes import Brush
from tests.desktop.canvas.builders import NOW, blank, paint

COMPACT_ABOVE = 20_000
"""Bytes; small, so that kills also meet a log that is just being replaced."""


def paint_step(document: Document, number: int) -> None:
    """The same for a number wherever it runs, so that the test can tell what must be there."""
    random = np.random.default_rng(number)
    points = random.integers(0, 300, (3, 2)).tolist()
    if number % 5 == 4:
        document.undo()
    elif number % 7 == 6:
        document.add_layer(f"layer {number}")
    else:
        paint(document, *[(x, y) for x, y in points], brush=Brush(size=30, size_pressure=None))


async def run(folder: Path) -> None:
    document = blank()
    autosave = Autosave(
        document=document,
        folder=folder,
        title="killed",
        file=None,
        modified=True,
        clock=lambda: NOW,
        compact_above=COMPACT_ABOVE,
    )
    await autosave.flush()
    for number in itertools.count(1):
        paint_step(document, number)
        await autosave.flush()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
