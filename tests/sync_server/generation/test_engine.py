"""The engine's own executor: the real engine with the starter model, and what goes with models."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from shared.contracts.events import Completed, GenerationEvent, Picture
from shared.contracts.generation import PictureRequest
from shared.contracts.models import ModelFile
from shared.engine.catalogue import Catalogue
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from shared.imaging.recipe_pictures import read_recipe
from sync_server.generation.repository import JobRepository
from sync_server.generation.tables import WorkerRow
from sync_server.generation.worker import EngineExecutor
from tests.support.cloud import STARTER, CloudWorker
from tests.support.model_files import write_lora
from tests.support.server import Server, SignedInUser
from tests.sync_server.generation.test_jobs import create, fetch, job


class TestTheRealEngine:
    @pytest.fixture
    def engine(self, tmp_path: Path) -> EngineProcess:
        return EngineProcess(blobs=BlobFolder(tmp_path / "blobs"), model_folders=[STARTER], threads=1)

    @pytest.fixture
    async def real_worker(
        self, server: Server, tmp_path: Path, engine: EngineProcess
    ) -> AsyncIterator[CloudWorker]:
        executor = EngineExecutor(engine=engine, blobs=BlobFolder(tmp_path / "blobs"), device="this machine")
        worker = CloudWorker(server.container, tmp_path, executor=executor)
        await worker.offer()
        yield worker
        await executor.close()

    async def test_the_cloud_gives_the_picture_that_this_machine_makes(
        self,
        server: Server,
        artist: SignedInUser,
        real_worker: CloudWorker,
        engine: EngineProcess,
        tmp_path: Path,
    ) -> None:
        created = await create(server, artist, width=128, height=128, steps=2)
        await real_worker.work_off()
        done = await job(server, artist, created["job_id"])
        assert (done["status"], done["error"]) == ("completed", None)
        data = await fetch(server, done["images"][0]["url"])
        recipe = read_recipe(data)
        assert recipe is not None
        assert recipe.rendering.model_sha256
        (path,) = [
            BlobFolder(tmp_path / "blobs").path(event.blob)
            async for event in engine.run("here", recipe.request)
            if isinstance(event, Picture)
        ]
        here, there = read_picture(path).astype(int), read_picture(data).astype(int)
        assert here.shape == (128, 128, 3)
        assert np.abs(here - there).max() <= 2


class ListedEngine:
    """What the executor asks of the engine's process, with files of a folder and no torch."""

    def __init__(self, folder: Path) -> None:
        self._catalogue = Catalogue([STARTER, folder])
        self.requests: list[PictureRequest] = []

    async def list_files(self) -> Sequence[ModelFile]:
        return self._catalogue.survey().files

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        self.requests.append(request)
        yield Completed(seconds=0.0)

    async def cancel(self, job_id: str) -> None: ...

    async def close(self) -> None: ...


class TestWhatGoesWithModels:
    @pytest.fixture
    def engine(self, tmp_path: Path) -> ListedEngine:
        folder = tmp_path / "models"
        folder.mkdir()
        write_lora(folder / "Add Detail.safetensors", metadata={"ss_base_model_version": "sd_v1"})
        write_lora(folder / "large.safetensors", width=2048)
        return ListedEngine(folder)

    @pytest.fixture
    async def listed(self, server: Server, tmp_path: Path, engine: ListedEngine) -> CloudWorker:
        executor = EngineExecutor(
            engine=cast(Any, engine), blobs=BlobFolder(tmp_path / "blobs"), device="a test"
        )
        worker = CloudWorker(server.container, tmp_path, executor=executor)
        await worker.offer()
        return worker

    async def hear(self, server: Server, models: list[str]) -> None:
        now = server.container.world.clock()
        async with server.container.transactions.begin() as work:
            await work.get(JobRepository).hear_worker(
                WorkerRow(
                    id=server.container.world.new_id(),
                    host="here",
                    device="a test",
                    memory_bytes=1,
                    models=models,
                    warm_model=None,
                    concurrency=1,
                    state="working",
                    started_at=now - timedelta(minutes=1),
                    heard_at=now,
                )
            )

    async def test_loras_are_listed_and_used_by_their_names(
        self, server: Server, artist: SignedInUser, listed: CloudWorker, engine: ListedEngine
    ) -> None:
        loras = (await server.client.get("/api/v1/models", params={"type": "lora"})).json()["data"]
        assert sorted((lora["name"], lora["base"]) for lora in loras) == [
            ("add-detail", "sd-1"),
            ("large", "sdxl"),
        ]
        asked: dict[str, Any] = {"loras": [{"name": "add-detail", "weight": 0.8}]}
        alone = await create(server, artist, status=503, **asked)
        assert alone["code"] == "MODEL_UNAVAILABLE"
        await self.hear(server, ["starter", "add-detail", "large"])
        created = await create(server, artist, **asked)
        await listed.work_off()
        (request,) = engine.requests
        (use,) = request.loras
        files = {file.id: file.name for file in await engine.list_files()}
        assert (files[use.model.id], use.weight) == ("Add Detail", 0.8)
        assert request.model.id == "starter"
        shown = await job(server, artist, created["job_id"])
        assert shown["parameters"]["loras"][0]["model"]["id"] == "add-detail"

    async def test_what_does_not_go_together_is_told(
        self, server: Server, artist: SignedInUser, listed: CloudWorker
    ) -> None:
        await self.hear(server, ["starter", "add-detail", "large"])
        for name, status, code in (
            ("large", 400, "INVALID_PARAMETERS"),
            ("no-such-lora", 503, "MODEL_UNAVAILABLE"),
            ("starter", 503, "MODEL_UNAVAILABLE"),
        ):
            refused = await create(server, artist, status=status, loras=[{"path": name}])
            assert refused["code"] == code
        as_model = await create(server, artist, status=400, model="add-detail")
        assert as_model["code"] == "INVALID_PARAMETERS"
