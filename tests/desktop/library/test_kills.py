"""A library killed at any moment: what was told to be done is done, and files and rows agree."""

import asyncio
import json
import random
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.library.boards import Boards
from desktop.library.picture import LibraryPicture
from desktop.library.picture_files import list_pictures
from desktop.library.query import Query
from tests.desktop.library.shelf import Shelf

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Known:
    """What was told of each picture, and of the change under way when the program was killed."""

    pictures: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    under_way: dict[str, Any] = field(default_factory=dict)

    def hear(self, line: str) -> None:
        told = json.loads(line)
        if "begin" in told:
            self.under_way = told
            return
        self.under_way = {}
        for picture_id in told.get("emptied", ()):
            self.gone.add(picture_id)
            self.pictures.pop(picture_id, None)
        if "done" in told:
            picture = self.pictures.setdefault(told.pop("done"), {"tags": set()})
            if "tag" in told:
                picture["tags"].add(told.pop("tag"))
            picture.update(told)


def change_until_killed(folder: Path, start: int, lines: int, known: Known) -> None:
    command = [sys.executable, "-m", "tests.desktop.library.changing", str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for _ in range(lines):
            known.hear(process.stdout.readline())
        killer = threading.Timer(random.Random(start).uniform(0, 0.05), process.kill)
        killer.start()
        for line in process.stdout:
            if line.endswith("\n"):
                known.hear(line)
        killer.join()


async def check(folder: Path, known: Known, start: int) -> None:
    with Shelf(folder, prefix=f"adopted-{start}") as shelf:
        assert await shelf.database.is_sound()
        report = await shelf.library.adopt_strays()  # as at each start
        await shelf.library.empty_trash()
        assert report.unreadable == ()
        shown = await shelf.library.page(limit=1_000_000)
        trashed = await shelf.library.page(Query(place="trash"), limit=1_000_000)
        found = {picture.id: picture for picture in shown + trashed}
        assert {picture.file for picture in found.values()} == set(list_pictures(shelf.folders.pictures))
        (board,) = await Boards(database=shelf.database, new_id=shelf.new_id).all()
        on_board = {
            picture.id for picture in await shelf.library.page(Query(board=board.id), limit=1_000_000)
        }
        assert not known.gone & found.keys()
        emptying = set(known.under_way.get("ids", ()))
        for picture_id, told in known.pictures.items():
            if picture_id not in found:
                assert picture_id in emptying, f"{picture_id} is lost"
                continue
            compare(found[picture_id], told, known.under_way, on_board=picture_id in on_board)
        known.pictures = {key: told for key, told in known.pictures.items() if key in found}
        settle(known, found, on_board)


def compare(
    picture: LibraryPicture, told: dict[str, Any], under_way: dict[str, Any], *, on_board: bool
) -> None:
    """As it was told, or as the change under way would have it."""
    maybe = under_way if under_way.get("id") == picture.id else {}
    present = {
        "rating": picture.rating,
        "label": picture.label,
        "trashed": picture.trashed_at is not None,
        "board": on_board or picture.trashed_at is not None,
    }
    for name, value in present.items():
        default = {"rating": 0, "label": "", "trashed": False, "board": False}[name]
        expected = {told.get(name, default), maybe.get(name, told.get(name, default))}
        if name == "board" and value and picture.trashed_at is not None:
            continue  # what lies in the trash is not counted on its board
        assert value in expected, (picture.id, name, value, expected)
    assert told["tags"] <= set(picture.tags) <= told["tags"] | {maybe.get("tag")}
    titles = [str(each["title"]) for each in (told, maybe) if each.get("title")]
    if told.get("title"):
        assert any(title in picture.file.stem for title in titles), picture.file


def settle(known: Known, found: dict[str, LibraryPicture], on_board: set[str]) -> None:
    """The change under way took place or not, and a picture may have come in untold: from here on it is known."""
    under_way, known.under_way = known.under_way, {}
    for picture_id, picture in found.items():
        if picture_id in known.pictures and picture_id != under_way.get("id"):
            continue
        told = known.pictures.setdefault(picture_id, {})
        told.update(rating=picture.rating, label=picture.label, trashed=picture.trashed_at is not None)
        told["tags"] = set(picture.tags)
        told["board"] = picture_id in on_board or told.get("board", False)
        if str(under_way.get("title", "\0")) in picture.file.stem:
            told["title"] = under_way["title"]


def kill_often(folder: Path, times: int) -> None:
    known = Known()
    for start in range(times):
        change_until_killed(folder, start, 4 + start % 12, known)
        asyncio.run(check(folder, known, start))
    assert known.pictures


def test_nothing_told_is_lost_by_twenty_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 20)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_nothing_told_is_lost_by_a_thousand_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 1000)
