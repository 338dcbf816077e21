import asyncio
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.library.picture_files import list_pictures
from tests.desktop.library.shelf import Shelf

ROOT = Path(__file__).resolve().parents[3]


def add_until_killed(folder: Path, start: int, acknowledged: int) -> list[str]:
    """Ids that the program had told to be safe when it was killed, some time after the last of them."""
    command = [sys.executable, "-m", "tests.desktop.library.adding", str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        ids = [process.stdout.readline().strip() for _ in range(acknowledged)]
        killer = threading.Timer(random.Random(start).uniform(0, 0.02), process.kill)
        killer.start()
        ids += [line.strip() for line in process.stdout if line.endswith("\n")]
        killer.join()
    return ids


async def check(folder: Path, acknowledged: set[str], start: int) -> None:
    with Shelf(folder, prefix=f"adopted-{start}") as shelf:
        assert await shelf.database.is_sound()
        before = {picture.id: picture for picture in await shelf.library.page(limit=1_000_000)}
        assert acknowledged <= set(before)
        assert all(picture.file.exists() for picture in before.values())
        await shelf.library.adopt_strays()
        after = await shelf.library.page(limit=1_000_000)
        assert {picture.file for picture in after} == set(list_pictures(shelf.folders.pictures))
        assert all(picture.recipe is not None for picture in after)


def kill_often(folder: Path, times: int) -> None:
    acknowledged: set[str] = set()
    for start in range(times):
        acknowledged.update(add_until_killed(folder, start, 1 + start % 4))
        asyncio.run(check(folder, acknowledged, start))


def test_nothing_acknowledged_is_lost_by_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 5)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_acknowledged_is_lost_by_two_hundred_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 200)
