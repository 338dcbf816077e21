"""Running the server: database, tables, then as many processes as asked for."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI

from sync_server.app.container import Container
from sync_server.app.create_app import create_app
from sync_server.app.local_workers import local_workers
from sync_server.app.settings import Settings
from sync_server.platform.database import upgrade
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from sync_server.platform.logging import configure_logging


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The operator's database, or else our own in the data folder for as long as this lasts."""
    if settings.database_url:
        yield settings.database_url
        return
    postgres = EmbeddedPostgres(settings.data_folder.absolute())
    url = postgres.start()
    try:
        yield url
    finally:
        postgres.stop()


def serve(settings: Settings) -> None:
    """Until SIGTERM or Ctrl+C; requests under way are finished first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with database(settings) as url, ExitStack() as folders:
        upgrade(url)
        # What the processes read that uvicorn starts.
        os.environ["PENTIMENTO_DATABASE_URL"] = url
        os.environ["PENTIMENTO_DATA_FOLDER"] = str(settings.data_folder.absolute())
        os.environ["PENTIMENTO_PUBLIC_URL"] = settings.public_url
        if settings.metrics:
            # Read by prometheus_client as it is imported: what all the processes count is told as one.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folders.enter_context(TemporaryDirectory())
        folders.enter_context(local_workers(settings))
        _tell(settings)
        uvicorn.run(
            "sync_server.app.serving:make_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.processes,
            proxy_headers=False,  # ours believes only the proxies that the operator lists
            server_header=False,
            log_config=None,
            ws_max_size=64 * 1024,
            timeout_graceful_shutdown=20,
            timeout_worker_healthcheck=60,  # a busy machine needs longer to start a process than uvicorn's five seconds
        )


def make_app() -> FastAPI:
    """What each process runs; settings come from the environment."""
    settings = Settings()
    configure_logging(production=settings.environment == "production")
    container = Container(settings=settings, database_url=settings.database_url)
    return create_app(container, run_tasks=True)


def _tell(settings: Settings) -> None:
    lines = [f"Pentimento listens on http://{settings.host}:{settings.port} (documentation at /docs)."]
    if not settings.smtp_url:
        lines.append(f"Mails lie in {settings.data_folder.absolute() / 'mails'}.")
    lines.append("Stop it with Ctrl+C.")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
