"""How long a folder of 5,000 LoRAs takes: read for the first time, looked at again, shown and searched.

The baselines are the least that anybody could do: reading each header as bytes and parsing it, and asking the file
system for every file's size and time.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.models.entries import Filter, entries_of, matching
from desktop.models.row_list import Previews, RowList
from desktop.models.views.entry_delegate import EntryDelegate
from desktop.models.views.models_view import make_list
from desktop.widgets.theme import DARK, apply_theme
from shared.contracts.models import ModelFile
from shared.engine.catalogue import Catalogue
from shared.engine.model_index import ModelIndex
from tests.support.many_loras import write_many_loras

COUNT = 5000
PAGES = 200


def milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The best of several, as other programs only ever add time."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


def parse_headers(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            with Path(place, name).open("rb") as file:
                json.loads(file.read(int.from_bytes(file.read(8), "little")))


def ask_for_times(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            Path(place, name).stat()


def scan(folder: Path, index: Path) -> list[ModelFile]:
    return Catalogue([folder], index=ModelIndex(index)).survey().files


def show(files: list[ModelFile]) -> None:
    entries = entries_of(files=files, problems=(), missing=(), hashes={})
    for words in ("lora", "lora 0432", "word 004999", "nothing of that kind"):
        taken = milliseconds(lambda words=words: matching(entries, Filter(words=words)))  # type: ignore[misc]
        print(f"search for “{words}” among {COUNT:,}: {taken:5.1f} ms   (8 asked)")
    rows, previews = RowList(), Previews()
    view = make_list(rows, previews)
    assert isinstance(view.itemDelegate(), EntryDelegate)
    view.resize(760, 700)
    view.show()
    print(
        f"{COUNT:,} rows put into the list: {milliseconds(lambda: rows.show(list(reversed(entries)))):5.1f} ms   (8 asked)"
    )
    bar = view.verticalScrollBar()
    own, wall = [], []
    for step in range(PAGES):
        bar.setValue(bar.maximum() * step // PAGES)
        began, busy = time.perf_counter(), time.thread_time()
        view.viewport().repaint()
        own.append((time.thread_time() - busy) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    print(
        f"a page of the list painted: {max(own):5.1f} ms of the thread's own time at most of {PAGES}, "
        f"median {statistics.median(own):4.1f}   (8 asked); by the clock, whatever else runs, at most {max(wall):5.1f}"
    )
    view.close()
    asyncio.run(previews.close())


def run() -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, DARK)
    with tempfile.TemporaryDirectory() as name:
        folder, index = Path(name) / "models", Path(name) / "models.sqlite"
        folder.mkdir()
        write_many_loras(folder, COUNT)
        bare = milliseconds(lambda: parse_headers(folder))
        began = time.perf_counter()
        files = scan(folder, index)
        first = (time.perf_counter() - began) * 1000
        print(
            f"{len(files):,} LoRAs read for the first time {first:6.0f} ms, headers alone {bare:6.0f}   ratio {first / bare:.2f}"
        )
        bare = milliseconds(lambda: ask_for_times(folder))
        again = milliseconds(lambda: scan(folder, index))
        print(
            f"{len(files):,} LoRAs looked at again {again:6.0f} ms, sizes and times alone {bare:6.0f}   ratio {again / bare:.2f}"
        )
        show(files)


if __name__ == "__main__":
    run()
