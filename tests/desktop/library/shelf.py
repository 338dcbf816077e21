"""A real library in a folder, with a clock that moves when told and pictures of one colour."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import desktop.library
from desktop.library.database import Database
from desktop.library.folders import DataFolders
from desktop.library.picture import LibraryPicture
from desktop.library.service import Library
from desktop.library.thumbnails import Thumbnails
from shared.contracts.generation import ModelReference, Recipe, Rendering, TextToImage
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png

MIGRATIONS = Path(desktop.library.__path__[0]) / "migrations"


def recipe(prompt: str = "a red house", *, seed: int = 7, model: str = "Landscapes", **values: Any) -> Recipe:
    request = TextToImage(
        model=ModelReference(id="starter", name=model),
        prompt=prompt,
        seed=seed,
        width=16,
        height=16,
        **values,
    )
    rendering = Rendering(
        seed=seed,
        device="cpu",
        precision="bfloat16",
        attention="sdpa",
        engine="Pentimento 0.1",
        model_sha256="0" * 64,
        work_width=16,
        work_height=16,
    )
    return Recipe(request=request, rendering=rendering)


def png(number: int = 0, *, width: int = 16, height: int = 16) -> bytes:
    """Another colour, and so another content, for each number below 16 million."""
    colour = (number % 256, number // 256 % 256, number // 65536)
    return encode_png(np.full((height, width, 3), colour, dtype=np.uint8))


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **values: float) -> None:
        self.now += timedelta(**values)


@dataclass
class Shelf:
    root: Path
    clock: Clock = field(default_factory=Clock)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    prefix: str = "id"

    def __post_init__(self) -> None:
        self.folders = DataFolders(self.root)
        self.folders.create()
        self.database = Database(path=self.folders.library_database, migrations=MIGRATIONS)
        self.blobs = BlobFolder(self.folders.blobs)
        self.thumbnails = Thumbnails(folder=self.folders.thumbnails)
        self.library = Library(
            database=self.database,
            folders=self.folders,
            blobs=self.blobs,
            thumbnails=self.thumbnails,
            clock=self.clock,
            new_id=self.new_id,
        )

    def new_id(self) -> str:
        return f"{self.prefix}-{next(self._numbers):06}"

    async def fill(
        self, count: int, prompt: Callable[[int], str] = "picture {}".format
    ) -> list[LibraryPicture]:
        """Oldest first, a second apart."""
        added = []
        for number in range(count):
            self.clock.forward(seconds=1)
            added.append(await self.library.add(png(number), recipe(prompt(number), seed=number)))
        return added

    def files(self) -> list[str]:
        return sorted(
            file.relative_to(self.folders.pictures).as_posix()
            for file in self.folders.pictures.rglob("*")
            if file.is_file()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()
