"""A studio whose pictures come from a gradient, at once, and whose time and ids can be foretold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from desktop.app.container import Container, World
from desktop.library.folders import DataFolders
from tests.support.fake_engine import FakeEngine
from tests.support.model_files import write_model_folder

SIDE = 64

MakeContainer = Callable[[], Container]


@pytest.fixture
def world(tmp_path: Path) -> World:
    starter = tmp_path / "starter"
    write_model_folder(starter, sample_size=SIDE // 8, notes={"id": "starter", "name": "Starter"})
    ids, minutes, seeds = count(1), count(), count(100)
    began = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return World(
        clock=lambda: began + timedelta(minutes=next(minutes)),
        new_id=lambda: f"{next(ids):032x}",
        new_seed=lambda: next(seeds),
        engine=FakeEngine,
        starter_model=starter,
    )


@pytest.fixture
def make_container(tmp_path: Path, world: World) -> MakeContainer:
    """Each call is another start of the app on the same data."""
    folders = DataFolders(tmp_path / "data")
    folders.create()
    return lambda: Container(folders=folders, world=world)
