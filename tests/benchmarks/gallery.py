"""The gallery on a hundred thousand pictures, and its rows alone on a million."""

import asyncio
import hashlib
import os
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyvips
import qasync
from PySide6.QtWidgets import QApplication

from desktop.gallery.viewmodel import GalleryViewModel
from desktop.gallery.views.gallery_view import GalleryView
from desktop.library.boards import Boards
from desktop.library.picture import LibraryPicture
from desktop.library.query import Query
from desktop.library.saved_searches import SavedSearches
from desktop.library.words import indexed
from desktop.widgets.theme import DARK, apply_theme
from shared.imaging.pictures import encode_png
from shared.imaging.thumbnails import make_thumbnail
from tests.desktop.library.shelf import Shelf, recipe

PICTURES, ROWS_ALONE, DISTINCT = 100_000, 1_000_000, 64
WORDS = [
    "calm",
    "lake",
    "sunset",
    "mountains",
    "snow",
    "field",
    "night",
    "moon",
    "meadow",
    "trees",
    "desert",
    "sea",
    "stars",
    "hills",
    "dawn",
    "boat",
]
KOREAN = ("눈 덮인 들판의 빨간 집", "밤바다 위의 작은 배", "새벽 안개 속 언덕")


def picture(number: int, side: int = 768) -> bytes:
    down, across = np.mgrid[0:side, 0:side] / side
    shades = np.random.default_rng(number).uniform(0, 1, (3, 3))
    waves = np.sin(12 * across + number)[..., None] * 0.1
    pixels = shades[0] * (1 - down[..., None]) + shades[1] * down[..., None] + waves * shades[2]
    return encode_png((np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def fill(shelf: Shelf, count: int, *, thumbnails: bool) -> None:
    """Rows as the library writes them; the same few files and thumbnails stand behind them all."""
    folder = shelf.folders.pictures
    made: list[Path] = []
    if thumbnails:
        for number in range(DISTINCT):
            file = folder / f"{number}.png"
            file.write_bytes(picture(number))
            small = shelf.folders.thumbnails / f"{number}.webp"
            small.write_bytes(make_thumbnail(file, 256))
            made.append(small)
    chance = random.Random(1)
    text = recipe("a calm lake", seed=1).model_dump_json()

    def row(number: int) -> tuple[object, ...]:
        blob = hashlib.sha256(number.to_bytes(8)).hexdigest()
        prompt = " ".join(chance.choices(WORDS, k=8)) + (
            f" {chance.choice(KOREAN)}" if number % 9 == 0 else ""
        )
        if made:
            kept = shelf.folders.thumbnails / "256" / blob[:2] / f"{blob}.webp"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.hardlink_to(made[number % DISTINCT])
        return (
            f"id-{number:08}",
            f"{number}.png",
            blob,
            number * 1_000_000,
            prompt,
            indexed(f"{prompt} Landscapes"),
            text,
            number % 17 == 0,
            number % 6,
        )

    with sqlite3.connect(shelf.folders.library_database) as connection:
        connection.executemany(
            "INSERT INTO pictures (id, file, blob, width, height, created_at, prompt, model_name, notes, words, recipe,"
            " starred, rating, kind) VALUES (?, ?, ?, 768, 768, ?, ?, 'Landscapes', '', ?, ?, ?, ?, 'text_to_image')",
            (row(number) for number in range(count)),
        )
    connection.close()


async def timed(act: Callable[[], Awaitable[object]], times: int = 1) -> list[float]:
    """Milliseconds of each."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]


class Heart:
    """How long the UI thread was kept from its next turn, again and again."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._task = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.002)
            self.gaps.append(max(0.0, (time.perf_counter() - began) * 1000 - 2))

    def stop(self) -> list[float]:
        self._task.cancel()
        return self.gaps


async def look(shelf: Shelf) -> None:
    boards = Boards(database=shelf.database, new_id=shelf.new_id)
    model = GalleryViewModel(
        library=shelf.library,
        boards=boards,
        searches=SavedSearches(database=shelf.database, new_id=shelf.new_id),
        thumbnails=shelf.thumbnails,
    )
    view = GalleryView(model)
    view.resize(1280, 800)
    loaded = asyncio.Event()
    model.pictures.loaded.connect(loaded.set)
    began = time.perf_counter()
    view.show()
    model.start()
    await loaded.wait()
    view.grid.viewport().repaint()
    first = (time.perf_counter() - began) * 1000
    print(f"{PICTURES:,} pictures: first paint of the gallery {first:5.0f} ms after asking   (300 asked)")
    await asyncio.sleep(2)
    bar, chance = view.grid.verticalScrollBar(), random.Random(2)
    heart = Heart()
    for _ in range(150):
        bar.setValue(chance.randrange(bar.maximum()))
        await asyncio.sleep(0.05)
    jumps = heart.stop()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    heart = Heart()
    for _ in range(600):
        bar.setValue(bar.value() + 500 if bar.value() < bar.maximum() else 0)
        await asyncio.sleep(0.012)
    scrolled = heart.stop()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - memory
    for name, gaps in (("random jumps", jumps), ("fast scrolling", scrolled)):
        print(
            f"{name}: the UI thread was busy p99 {p99(gaps):5.1f} ms, longest {max(gaps):5.1f} ms   (16.7 a frame asked)"
        )
    print(
        f"memory at its highest after the jumps {memory:,.0f} MiB, grown by {grown:,.0f} MiB while scrolling"
    )
    (busy,) = await timed(partial(shelf.library.page, Query(search="calm lake"), 100))
    print(f"one search while thumbnails of what was scrolled past still load: {busy:.0f} ms")
    await asyncio.sleep(3)
    await ask(shelf)
    ids = [picture.id for picture in await shelf.library.page(limit=5000)]
    board = await boards.make("Best")
    heart = Heart()
    (put,) = await timed(lambda: boards.add(board.id, ids))
    (rated,) = await timed(lambda: shelf.library.rate(ids, 5))
    (taken,) = await timed(lambda: boards.take_off(board.id, ids))
    gap = max(heart.stop(), default=0.0)
    print(
        f"5,000 pictures: put on a board {put:4.0f} ms, taken off {taken:4.0f} ms, rated {rated:4.0f} ms   (100 asked);"
        f" the UI thread waited {gap:.0f} ms at most"
    )
    await view.close_view()
    await model.close()
    view.close()


async def ask(shelf: Shelf) -> None:
    for name, searches in (
        ("words", [f"{word} {other}" for word in WORDS[:8] for other in WORDS[8:]]),
        ("beginnings", [word[:3] for word in WORDS]),
        ("Korean", ["들판", "빨간 집", "밤바다", "안개 속", "배"]),
    ):
        taken: list[float] = []
        for search in searches:
            query = Query(search=search)
            taken += await timed(partial(shelf.library.page, query, 100), 3)
        print(
            f"search by {name}: p50 {statistics.median(taken):5.1f} ms, p99 {p99(taken):5.1f} ms   (50 asked)"
        )


def bring_in(shelf: Shelf, count: int = 60, rounds: int = 5) -> None:
    """Import, which makes the thumbnail too, and thumbnails made anew, beside pyvips alone writing the same files.

    All on every core; in turns, and the ratio is the median of the rounds'.
    """
    folder = shelf.root / "camera"
    folder.mkdir()

    def bare(file: Path) -> None:
        small = pyvips.Image.thumbnail(str(file), 256, height=256, size="down")
        small.webpsave(str(file.with_suffix(".webp")), Q=80)

    async def imported(files: list[Path]) -> list[LibraryPicture]:
        return await asyncio.gather(*(shelf.library.import_file(file) for file in files))

    async def made_anew(pictures: list[LibraryPicture]) -> None:
        await asyncio.gather(*(shelf.thumbnails.get(picture, 256) for picture in pictures))

    rates: dict[str, list[float]] = {"bare pyvips": [], "import and thumbnail": [], "thumbnails alone": []}
    for turn in range(rounds):
        files = [folder / f"{turn} {number}.png" for number in range(count)]
        for number, file in enumerate(files):
            file.write_bytes(picture(1000 + turn * count + number, side=1024))
        began = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as every_core:
            list(every_core.map(bare, files))
        rates["bare pyvips"].append(count / (time.perf_counter() - began))
        began = time.perf_counter()
        pictures = asyncio.run(imported(files))
        rates["import and thumbnail"].append(count / (time.perf_counter() - began))
        asyncio.run(shelf.thumbnails.forget(each.blob for each in pictures))
        began = time.perf_counter()
        asyncio.run(made_anew(pictures))
        rates["thumbnails alone"].append(count / (time.perf_counter() - began))
    for name, seen in rates.items():
        ratio = statistics.median(
            ours / theirs for ours, theirs in zip(seen, rates["bare pyvips"], strict=True)
        )
        print(
            f"{name}, pictures of 1024x1024: {statistics.median(seen):5.0f} a second   ratio {ratio:.2f}   (1.0 asked)"
        )


def run() -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, DARK)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(shelf.library.count())
        fill(shelf, PICTURES, thumbnails=True)
        loop = qasync.QEventLoop(application)
        asyncio.set_event_loop(loop)
        loop.run_until_complete(look(shelf))
        loop.close()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(shelf.library.count())
        bring_in(shelf)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(shelf.library.count())
        fill(shelf, ROWS_ALONE, thumbnails=False)

        async def million() -> None:
            (found,) = await timed(shelf.library.find)
            (first,) = await timed(lambda: shelf.library.page(limit=100))
            print(f"{ROWS_ALONE:,} rows: all in order {found:,.0f} ms, the first hundred {first:,.0f} ms")
            await ask(shelf)

        asyncio.run(million())


if __name__ == "__main__":
    run()
