"""`pentimento-worker`: does jobs of the cloud queue on this machine's models."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import psutil
import typer
from pydantic import ValidationError

import assets
from shared.contracts.errors import PentimentoError
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from sync_server.app.container import Container
from sync_server.app.serving import database
from sync_server.app.settings import Settings
from sync_server.generation.providers.fal import FalQueue
from sync_server.generation.service.hosted import HostedRequests
from sync_server.generation.worker import EngineExecutor, Executor, FalExecutor, Runner, WorkerService
from sync_server.models.service import ModelCatalogue
from sync_server.platform.logging import configure_logging

_HOSTED_AT_A_TIME = 16
_ALIVE_WITHIN = 60.0
STARTER_MODEL = Path(assets.__path__[0]) / "starter_model" / "model"

app = typer.Typer(add_completion=False, help="Does jobs of the cloud queue on this machine's models.")


def main() -> None:
    try:
        app()
    except PentimentoError as error:
        sys.exit(f"{error.report.text} {error.report.advice_text}".strip())
    except ValidationError as error:
        sys.exit(str(error))


@app.command()
def work(
    models: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of models, or one model. May be given often. Else the starter."),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=64, help="Jobs at a time: else 1, or 16 hosted ones.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads that the engine computes with.")] = None,
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds that a job in hand has to end when the worker is told to.")
    ] = 25.0,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that other models' jobs may wait for the loaded one.")
    ] = 60.0,
    *,
    hosted: Annotated[
        bool, typer.Option("--hosted", help="Hand jobs on to fal.ai (PENTIMENTO_FAL_KEY) instead.")
    ] = False,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only tell, by the exit code, whether the worker here goes on.")
    ] = False,
) -> None:
    """Until SIGTERM or Ctrl+C: then the job in hand is finished, or handed back after the grace."""
    settings = Settings()
    if alive:
        sys.exit(0 if _is_alive(settings) else "No worker was heard of lately.")
    configure_logging(production=settings.environment == "production")
    if hosted and not settings.fal_key.get_secret_value():
        sys.exit("PENTIMENTO_FAL_KEY is not set: there is nobody to hand jobs on to.")

    async def run(url: str) -> None:
        container = Container(settings=settings, database_url=url)
        blobs = BlobFolder(settings.data_folder.absolute() / "worker-blobs")
        executor = (
            await hosted_executor(container, blobs)
            if hosted
            else local_executor(settings, blobs, models=models or [STARTER_MODEL], threads=threads)
        )
        await serve_queue(
            container,
            executor,
            concurrency=concurrency or (_HOSTED_AT_A_TIME if hosted else 1),
            grace=grace,
            patience=timedelta(seconds=patience),
        )

    with database(settings) as url, contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run(url))


def _is_alive(settings: Settings) -> bool:
    """By its file, not by the database: one that is away is no reason to begin anew."""
    try:
        told_at = _alive_file(settings).stat().st_mtime
    except OSError:
        return False
    return time.time() - told_at < _ALIVE_WITHIN


def _alive_file(settings: Settings) -> Path:
    return settings.data_folder.absolute() / "worker-alive"


def local_executor(
    settings: Settings, blobs: BlobFolder, *, models: Sequence[Path], threads: int | None
) -> EngineExecutor:
    engine = EngineProcess(
        blobs=blobs,
        model_folders=models,
        threads=threads or max(1, (psutil.cpu_count(logical=False) or 2) - 1),
        model_index=settings.data_folder.absolute() / "model-index",
    )
    return EngineExecutor(engine=engine, blobs=blobs, device="this machine")


async def hosted_executor(container: Container, blobs: BlobFolder) -> FalExecutor:
    settings = container.settings
    async with container.transactions.begin() as work:
        requests, models = work.get(HostedRequests), work.get(ModelCatalogue).hosted()
    return FalExecutor(
        queue=FalQueue(http=container.http, url=settings.fal_url, key=settings.fal_key.get_secret_value()),
        requests=requests,
        fetcher=container.fetcher,
        blobs=blobs,
        models=models,
        # Only an address that the provider can reach.
        webhooks_at=f"{settings.public_url}/api/v1" if settings.public_url.startswith("https://") else None,
    )


async def serve_queue(
    container: Container, executor: Executor, *, concurrency: int, grace: float, patience: timedelta
) -> None:
    """Until SIGTERM or SIGINT, or cancelled."""
    worker_id = container.world.new_id()
    silence = timedelta(seconds=container.settings.worker_silence)
    runner = Runner(
        transactions=container.transactions,
        storage=container.storage,
        executor=executor,
        worker_id=worker_id,
        silence=silence,
    )
    service = WorkerService(
        app=container.queue.app,
        transactions=container.transactions,
        executor=executor,
        runner=runner,
        worker_id=worker_id,
        world=container.world,
        silence=silence,
        alive_file=_alive_file(container.settings),
    )
    await container.queue.open()
    listening = asyncio.create_task(container.listener.run())
    working = asyncio.ensure_future(
        service.run(concurrency=concurrency, grace_seconds=grace, patience=patience)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows, and tests in a thread
            loop.add_signal_handler(number, working.cancel)
    try:
        await working
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await container.close()


if __name__ == "__main__":
    main()
