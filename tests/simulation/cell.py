"""One cell for real: workers of the real kind on one PostgreSQL, with an engine that only takes its time."""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

import assets
from shared.contracts.events import Accepted, Completed, GenerationEvent
from shared.contracts.generation import ModelReference, PictureRequest, TextToImage
from shared.engine.catalogue import describe_model
from shared.imaging.blob_folder import BlobFolder
from shared.pricing.tariffs import load_tariffs
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.app.worker import serve_queue
from sync_server.generation.rules.sizes import Size
from sync_server.generation.service.drafts import Draft
from sync_server.generation.service.jobs import JobQueue
from sync_server.generation.tables import JobRow
from sync_server.models.rules import ModelEntry, entry_of
from sync_server.platform.database import upgrade
from sync_server.platform.edge import Principal
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from tests.simulation.scheduler import ModelKind, Plan, Scene, play
from tests.support.fleet import Client, Fleet

WORKERS, JOBS, ARTISTS, SECONDS = 16, 160, 16, 2.0
_STARTER = Path(assets.__path__[0]) / "starter_model" / "model"


@dataclass(frozen=True, kw_only=True)
class Measured:
    workers: int
    jobs: int
    artists: int
    seconds: float
    cores: int
    took: float
    waits: Sequence[float]
    simulated_took: float
    simulated_waits: Sequence[float]

    @property
    def use(self) -> float:
        return self.jobs * self.seconds / (self.workers * self.took)


class PatientExecutor:
    """Each job takes its time, as the simulated ones do."""

    device, does_classic, checks_safety = "simulated", False, False

    def __init__(self, blobs: BlobFolder, chance: random.Random) -> None:
        self.blobs = blobs
        self._chance = chance

    async def models(self) -> Sequence[ModelEntry]:
        return [entry_of(describe_model(_STARTER))]

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        took = SECONDS * self._chance.uniform(0.7, 1.3)
        yield Accepted()
        await asyncio.sleep(took)
        yield Completed(seconds=took)

    async def cancel(self, job_id: str) -> None: ...

    async def close(self) -> None: ...


async def measure_cell() -> Measured:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        postgres = await asyncio.to_thread(_started, folder)
        try:
            url = await asyncio.to_thread(postgres.start)
            await asyncio.to_thread(upgrade, url)
            took, waits = await _real(url, folder)
        finally:
            await asyncio.to_thread(postgres.stop)
    outcome = play(_scene(), load_tariffs())
    return Measured(
        workers=WORKERS,
        jobs=JOBS,
        artists=ARTISTS,
        seconds=SECONDS,
        cores=os.cpu_count() or 1,
        took=took,
        waits=waits,
        simulated_took=outcome.last_end,
        simulated_waits=[wait for waits in outcome.waits.values() for wait in waits],
    )


def _started(folder: Path) -> EmbeddedPostgres:
    """So many connections are taken into account at a start alone."""
    postgres = EmbeddedPostgres(folder, settings={"max_connections": "400"})
    postgres.start()
    postgres.stop()
    return EmbeddedPostgres(folder)


def _scene() -> Scene:
    return Scene(
        name="one cell",
        cells=1,
        workers=WORKERS,
        models_each=1,
        jobs=JOBS,
        artists=ARTISTS,
        models=(ModelKind(name="starter", seconds=SECONDS, loading=0.0, share=1.0),),
        plans=(Plan(tier="enterprise", share=1.0, eagerness=1.0),),
        seconds=0.0,
    )


async def _real(url: str, folder: Path) -> tuple[float, list[float]]:
    clients = await Fleet(database_url=url, folder=folder, apis=0, workers=0).clients(ARTISTS)
    chance = random.Random(1)
    async with AsyncExitStack() as stack:
        working = []
        for number in range(WORKERS):
            container = Container(
                settings=Settings(data_folder=folder / f"worker-{number}", database_pool=2), database_url=url
            )
            executor = PatientExecutor(BlobFolder(folder / f"blobs-{number}"), chance)
            working.append(
                asyncio.create_task(
                    serve_queue(container, executor, concurrency=1, grace=5, patience=timedelta(seconds=60))
                )
            )
        own = Container(settings=Settings(data_folder=folder / "own"), database_url=url)
        await own.queue.open()
        stack.push_async_callback(own.close)
        await _all_there(own)
        for number in range(0, JOBS, ARTISTS):
            await asyncio.gather(*(_ask(own, client, number) for client in clients))
        while await _count(own, "SELECT count(*) FROM generation_jobs WHERE completed_at IS NULL"):
            await asyncio.sleep(0.1)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        async with own.transactions.begin() as work:
            rows = (await work.session.scalars(select(JobRow))).all()
    began = min(_moment(row.queued_at) for row in rows)
    ended = max(_moment(row.completed_at) for row in rows)
    waits = [(_moment(row.started_at) - _moment(row.queued_at)).total_seconds() for row in rows]
    return (ended - began).total_seconds(), waits


def _moment(value: datetime | None) -> datetime:
    assert value is not None
    return value


async def _all_there(container: Container) -> None:
    async with asyncio.timeout(120):
        while await _count(container, "SELECT count(*) FROM generation_workers") < WORKERS:
            await asyncio.sleep(0.1)


async def _count(container: Container, query: str) -> int:
    async with container.transactions.begin() as work:
        return int(await work.session.scalar(text(query)) or 0)


async def _ask(container: Container, client: Client, number: int) -> None:
    principal = Principal(
        user_id=client.user_id,
        session_id=None,
        api_key_id=None,
        role="user",
        tier="enterprise",
        state="active",
        email_verified=True,
    )
    draft = Draft(
        kind="text_to_image",
        model="starter",
        request=TextToImage(
            model=ModelReference(id="starter"), prompt="a house", seed=number, width=64, height=64
        ),
        size=Size(width=64, height=64),
        price=1,
        seconds=1,
        prompt="a house",
        negative_prompt="",
        board_id=None,
        options={"format": "png"},
    )
    async with container.transactions.begin() as work:
        await work.get(JobQueue).create(principal, [draft])
