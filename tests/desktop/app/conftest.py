"""A studio whose pictures come from a gradient, at once, and whose time and ids can be foretold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.app.container import Container, World
from desktop.library.folders import DataFolders
from tests.support.fake_engine import FakeEngine
from tests.support.model_files import write_model_folder
from tests.support.window import Window

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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data"


class Life:
    """`async with`: one start of the app to its end."""

    def __init__(self, qapp: QApplication, root: Path, world: World) -> None:
        self._arguments = (qapp, root, world)

    async def __aenter__(self) -> Window:
        application, root, world = self._arguments
        self._window = Window(application=application, root=root, world=world)
        self._window.container.settings = self._window.container.settings.changed(language="en")
        await self._window.open()
        return self._window

    async def __aexit__(self, *_error: object) -> None:
        await self._window.close()


@pytest.fixture
def life(qapp: QApplication, root: Path, world: World) -> Life:
    return Life(qapp, root, world)
