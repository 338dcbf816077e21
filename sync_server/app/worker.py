"""`pentimento-worker`: does jobs of the cloud queue on this machine's models."""

import asyncio
import contextlib
import signal
import sys
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
from sync_server.generation.worker import EngineExecutor, Executor, Runner, WorkerService
from sync_server.platform.logging import configure_logging

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
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="Jobs at a time.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads that the engine computes with.")] = None,
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds that a job in hand has to end when the worker is told to.")
    ] = 25.0,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that other models' jobs may wait for the loaded one.")
    ] = 60.0,
) -> None:
    """Until SIGTERM or Ctrl+C: then the job in hand is finished, or handed back after the grace."""
    settings = Settings()
    configure_logging(production=settings.environment == "production")
    with database(settings) as url, contextlib.suppress(asyncio.CancelledError):
        asyncio.run(
            run_worker(
                settings,
                url,
                models=models or [STARTER_MODEL],
                concurrency=concurrency,
                threads=threads,
                grace=grace,
                patience=timedelta(seconds=patience),
            )
        )


async def run_worker(
    settings: Settings,
    url: str,
    *,
    models: Sequence[Path],
    concurrency: int,
    threads: int | None,
    grace: float,
    patience: timedelta,
) -> None:
    container = Container(settings=settings, database_url=url)
    blobs = BlobFolder(settings.data_folder.absolute() / "worker-blobs")
    engine = EngineProcess(
        blobs=blobs,
        model_folders=models,
        threads=threads or max(1, (psutil.cpu_count(logical=False) or 2) - 1),
        model_index=settings.data_folder.absolute() / "model-index",
    )
    executor = EngineExecutor(engine=engine, blobs=blobs, device="this machine")
    await serve_queue(container, executor, concurrency=concurrency, grace=grace, patience=patience)


async def serve_queue(
    container: Container, executor: Executor, *, concurrency: int, grace: float, patience: timedelta
) -> None:
    """Until SIGTERM or SIGINT, or cancelled."""
    worker_id = container.world.new_id()
    runner = Runner(
        transactions=container.transactions,
        storage=container.storage,
        executor=executor,
        worker_id=worker_id,
    )
    service = WorkerService(
        app=container.queue.app,
        transactions=container.transactions,
        executor=executor,
        runner=runner,
        worker_id=worker_id,
        world=container.world,
    )
    await container.queue.open()
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
        await container.close()


if __name__ == "__main__":
    main()
