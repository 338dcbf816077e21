"""A queue with real parts in a folder: databases, library and blobs; only the engine is a fake."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import desktop.generation
import desktop.library
from desktop.generation.jobs import Candidate
from desktop.generation.queue import JobQueue
from desktop.generation.results import ResultKeeper
from desktop.generation.store import JobStore
from desktop.library.database import Database
from desktop.library.folders import DataFolders
from desktop.library.service import Library
from desktop.library.thumbnails import Thumbnails
from shared.contracts.generation import BlobId, Inpaint, ModelReference, TextToImage
from shared.contracts.models import ModelDescription
from shared.engine.port import GenerationEngine
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png
from tests.support.fake_engine import FakeEngine

MODEL = ModelDescription(
    id="starter",
    name="Landscapes",
    family="stable_diffusion_1",
    path=Path("starter"),
    layout="diffusers",
    size_bytes=80_000_000,
    minimum_side=64,
    native_side=128,
    maximum_side=256,
    multiple=8,
    default_steps=4,
)


def text_request(prompt: str = "a red house", **values: Any) -> TextToImage:
    defaults: dict[str, Any] = {"seed": 7, "steps": 3, "width": 64, "height": 64}
    return TextToImage(model=ModelReference(id="starter"), prompt=prompt, **{**defaults, **values})


class Clock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Studio:
    """Everything of one start of the app; `restarted` is the next start over the same folder."""

    def __init__(self, root: Path, *, engine: GenerationEngine | None = None, start_number: int = 0) -> None:
        self.root = root
        self.folders = DataFolders(root)
        self.folders.create()
        self.blobs = BlobFolder(self.folders.blobs)
        self.clock = Clock()
        self._numbers = itertools.count(1)
        self._start_number = start_number
        self.database = _database(self.folders.queue_database, desktop.generation)
        self.library_database = _database(self.folders.library_database, desktop.library)
        self.thumbnails = Thumbnails(folder=self.folders.thumbnails)
        self.library = Library(
            database=self.library_database,
            folders=self.folders,
            blobs=self.blobs,
            thumbnails=self.thumbnails,
            clock=self.clock,
            new_id=self.new_id,
        )
        self.engine: Any = engine or FakeEngine(self.blobs)
        self.store = JobStore(database=self.database)
        self.queue = JobQueue(
            store=self.store,
            engines={"local": self.engine},
            results=ResultKeeper(store=self.store, library=self.library, blobs=self.blobs),
            clock=self.clock,
            new_id=self.new_id,
        )
        self.staged: list[Candidate] = []
        self.queue.candidate_staged.subscribe(self.staged.append)

    def new_id(self) -> str:
        return f"id-{self._start_number}-{next(self._numbers)}"

    def put_picture(self, width: int, height: int, grey: int = 90) -> BlobId:
        return self.blobs.put(encode_png(np.full((height, width, 3), grey, dtype=np.uint8)))

    def inpaint_request(self, **values: Any) -> Inpaint:
        mask = np.zeros((64, 96), dtype=np.uint8)
        mask[16:48, 32:80] = 255
        return Inpaint(
            model=ModelReference(id="starter"),
            prompt="a boat",
            seed=3,
            steps=2,
            image=self.put_picture(96, 64),
            mask=self.blobs.put(encode_png(mask)),
            **values,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for a change of the queue that makes `condition` true."""
        changed = asyncio.Event()
        notices: list[Any] = [
            self.queue.jobs_changed,
            self.queue.progress_changed,
            self.queue.candidate_staged,
            self.queue.store_failed,
        ]
        stops = [notice.subscribe(lambda _change: changed.set()) for notice in notices]
        try:
            while not condition():
                changed.clear()
                await asyncio.wait_for(changed.wait(), timeout=10)
        finally:
            for stop in stops:
                stop()

    async def until_idle(self) -> None:
        await self.until(lambda: all(job.is_finished for job in self.queue.jobs))

    def state(self, job_id: str) -> str:
        return next(job.state for job in self.queue.jobs if job.id == job_id)

    def close(self) -> None:
        self.database.close()
        self.library_database.close()


@contextlib.asynccontextmanager
async def started(
    root: Path, *, engine: GenerationEngine | None = None, start_number: int = 0
) -> AsyncIterator[Studio]:
    """The studio with its queue loaded and running; leaving is how the app quits."""
    studio = Studio(root, engine=engine, start_number=start_number)
    await studio.queue.load()
    working = asyncio.ensure_future(studio.queue.run())
    try:
        yield studio
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        studio.close()


def _database(path: Path, feature: Any) -> Database:
    return Database(path=path, migrations=Path(feature.__path__[0]) / "migrations")
