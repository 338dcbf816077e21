"""The cloud's worker in a test: the real queue and runner, with an engine that paints gradients."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import assets
from shared.contracts.events import GenerationEvent
from shared.contracts.generation import PictureRequest
from shared.engine.catalogue import describe_model
from shared.imaging.blob_folder import BlobFolder
from sync_server.app.container import Container
from sync_server.generation.service.jobs import GENERATE, model_queue
from sync_server.generation.worker import Executor, Runner
from sync_server.models.rules import CLASSIC, ModelEntry, entry_of
from sync_server.models.service import ModelCatalogue
from tests.support.fake_engine import FakeEngine

STARTER = Path(assets.__path__[0]) / "starter_model" / "model"


class FakeExecutor:
    """`Executor` around `FakeEngine`."""

    device = "a test"
    does_classic, checks_safety = True, False

    def __init__(self, engine: FakeEngine, blobs: BlobFolder) -> None:
        self.engine = engine
        self.blobs = blobs

    async def models(self) -> Sequence[ModelEntry]:
        return [entry_of(describe_model(STARTER))]

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        async with aclosing(self.engine.run(job_id, request)) as events:  # type: ignore[type-var]  # a generator
            async for event in events:
                yield event

    async def cancel(self, job_id: str) -> None:
        await self.engine.cancel(job_id)

    async def close(self) -> None:
        await self.engine.close()


class CloudWorker:
    """Works off what waits, when it is told to."""

    def __init__(self, container: Container, folder: Path, *, executor: Executor | None = None) -> None:
        """`engine` carries the jobs out where no other `executor` is given."""
        blobs = BlobFolder(folder / "worker-blobs")
        self.container = container
        self.engine = FakeEngine(blobs)
        self.executor: Executor = executor or FakeExecutor(self.engine, blobs)
        self.runner = self.another()

        @container.queue.app.task(name=GENERATE)
        async def generate(job_id: str) -> None:
            await self.runner.run(UUID(job_id))

    def another(self) -> Runner:
        return Runner(
            transactions=self.container.transactions,
            storage=self.container.storage,
            executor=self.executor,
            worker_id=self.container.world.new_id(),
            silence=timedelta(seconds=self.container.settings.worker_silence),
        )

    async def offer(self) -> None:
        """As a worker does every few seconds."""
        models = await self.executor.models()
        async with self.container.transactions.begin() as work:
            await work.get(ModelCatalogue).offer(models)

    async def work_off(self) -> None:
        """Every job that waits, in the queue's order."""
        names = [*(model.name for model in await self.executor.models() if model.kinds), CLASSIC]
        await self.container.queue.app.run_worker_async(
            queues=[model_queue(name) for name in names],
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="always",
        )
