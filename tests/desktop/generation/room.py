"""The room's viewmodels and views over a real queue, as the app wires them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np

from desktop.generation.canvas_port import CanvasCapture, CanvasSituation, LayerCapture
from desktop.generation.cloud.offers import CloudOffer
from desktop.generation.painters import Painters
from desktop.generation.picture_tasks import PictureTasks
from desktop.generation.queue_overview import QueueOverview
from desktop.generation.sending import JobSender
from desktop.generation.staging import Staging
from desktop.generation.viewmodel import RequestEditor
from desktop.library.notices import Notice
from desktop.models.service import ModelLibrary
from desktop.widgets.tasks import TaskOwner
from shared.contracts.generation import Placement
from shared.contracts.models import ModelDescription
from shared.engine.port import GenerationEngine
from shared.imaging.pictures import encode_png
from tests.desktop.generation.studio import MODEL, Studio, started

NEW_SEED = 4711


class Canvas:
    """A grey document of 96 by 64 pixels."""

    def __init__(self) -> None:
        self.now = CanvasSituation(width=96, height=64, has_picture=False, document_id="document")

    def situation(self) -> CanvasSituation:
        return self.now

    def paint(self) -> None:
        self.now = CanvasSituation(width=96, height=64, has_picture=True, document_id="document")

    def select(self, x: int, y: int, width: int, height: int) -> None:
        self.now = CanvasSituation(
            width=96,
            height=64,
            has_picture=True,
            document_id="document",
            selection_bounds=(x, y, width, height),
        )

    def frame(self, x: int, y: int, width: int, height: int) -> None:
        """For the model to see."""
        self.now = CanvasSituation(
            width=96,
            height=64,
            has_picture=True,
            document_id="document",
            frame=(x, y, width, height),
        )

    async def capture(self) -> CanvasCapture:
        image = np.full((self.now.height, self.now.width, 3), 90, dtype=np.uint8)
        if self.now.selection_bounds is None:
            return CanvasCapture(image_png=encode_png(image))
        x, y, width, height = self.now.selection_bounds
        mask = np.zeros(image.shape[:2], dtype=np.uint8)
        mask[y : y + height, x : x + width] = 255
        return CanvasCapture(image_png=encode_png(image), mask_png=encode_png(mask))

    async def capture_layer(self) -> LayerCapture | None:
        """A red layer of 40 by 30 pixels, where anything was painted."""
        if not self.now.has_picture:
            return None
        image = np.zeros((30, 40, 4), np.uint8)
        image[:] = (200, 40, 30, 255)
        mask = np.full((30, 40), 255, np.uint8) if self.now.selection_bounds else None
        return LayerCapture(
            image_png=encode_png(image),
            placement=Placement(x=10, y=20),
            document_id="document",
            mask_png=None if mask is None else encode_png(mask),
        )


class Offers:
    """What the cloud offers, as the test says."""

    def __init__(self) -> None:
        self.offer = CloudOffer()
        self.changed: Notice[CloudOffer] = Notice()

    def become(self, offer: CloudOffer) -> None:
        self.offer = offer
        self.changed.tell(offer)


class Room:
    def __init__(self, studio: Studio, models: tuple[ModelDescription, ...] = (MODEL,)) -> None:
        self.studio = studio
        self.canvas = Canvas()
        self.tasks = TaskOwner()
        self.models = ModelLibrary(own_folder=studio.folders.models, starter=studio.root / "starter")
        self.models.models = models
        self.offers = Offers()
        self.painters = Painters(library=self.models, offers=self.offers)
        self.sender = JobSender(
            queue=studio.queue,
            painters=self.painters,
            blobs=studio.blobs,
            offers=self.offers,
            memory=lambda: 16_000_000_000,
        )
        self.editor = RequestEditor(
            canvas=self.canvas,
            sender=self.sender,
            blobs=studio.blobs,
            models=self.models,
            tasks=self.tasks,
            new_seed=lambda: NEW_SEED,
        )
        self.picture_tasks = PictureTasks(
            editor=self.editor,
            layers=self.canvas,
            sender=self.sender,
            blobs=studio.blobs,
            new_seed=lambda: NEW_SEED,
        )
        self.staging = Staging(
            store=studio.store,
            queue=studio.queue,
            sender=self.sender,
            blobs=studio.blobs,
            new_seed=lambda: NEW_SEED,
        )
        self.overview = QueueOverview(queue=studio.queue, tasks=self.tasks, read_memory=lambda: 1_400_000_000)

    async def until_staged(self, condition: Callable[[], bool]) -> None:
        """Waits for a change of the strip that makes `condition` true."""
        changed = asyncio.Event()

        def note(_candidates: object) -> None:
            changed.set()

        self.staging.candidates_changed.connect(note)
        try:
            while not condition():
                changed.clear()
                await changed.wait()
        finally:
            self.staging.candidates_changed.disconnect(note)

    async def close(self) -> None:
        await self.tasks.close()
        for viewmodel in (self.editor, self.staging, self.overview):
            viewmodel.close()
            viewmodel.deleteLater()


@contextlib.asynccontextmanager
async def opened(
    root: Path, *, engine: GenerationEngine | None = None, start_number: int = 0
) -> AsyncIterator[Room]:
    async with started(root, engine=engine, start_number=start_number) as studio:
        room = Room(studio)
        await room.staging.load()
        try:
            yield room
        finally:
            await room.close()
