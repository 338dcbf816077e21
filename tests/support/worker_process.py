"""Real worker processes of the cloud queue, with an engine that paints gradients: for tests that kill them.

python -m tests.support.worker_process FOLDER PACE: works until it is told to end, PACE seconds a step.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

from shared.contracts.events import GenerationEvent
from shared.contracts.generation import PictureRequest
from shared.imaging.blob_folder import BlobFolder
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.app.worker import serve_queue
from sync_server.platform.logging import configure_logging
from tests.support.cloud import FakeExecutor
from tests.support.fake_engine import FakeEngine


class WorkerProcess:
    def __init__(
        self, *, environment: Mapping[str, str], folder: Path, log: Path, pace: float = 0.02
    ) -> None:
        """`environment` without the prefix: DATABASE_URL, DATA_FOLDER, …"""
        self._command = [sys.executable, "-m", "tests.support.worker_process", str(folder), str(pace)]
        self._log = log
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PENTIMENTO_")
        } | {f"PENTIMENTO_{name}": value for name, value in environment.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """In order: the job in hand is finished, or handed back."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()


class PacedExecutor(FakeExecutor):
    """As a model takes its time."""

    def __init__(self, engine: FakeEngine, blobs: BlobFolder, *, pace: float) -> None:
        super().__init__(engine, blobs)
        self._pace = pace

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        async with aclosing(super().run(job_id, request)) as events:
            async for event in events:
                await asyncio.sleep(self._pace)
                yield event


async def _work(folder: Path, pace: float) -> None:
    settings = Settings()
    configure_logging(production=False)
    container = Container(settings=settings, database_url=settings.database_url)
    blobs = BlobFolder(folder)
    executor = PacedExecutor(FakeEngine(blobs), blobs, pace=pace)
    await serve_queue(container, executor, concurrency=1, grace=5, patience=timedelta(seconds=60))


if __name__ == "__main__":
    try:
        asyncio.run(_work(Path(sys.argv[1]), float(sys.argv[2])))
    except asyncio.CancelledError:
        sys.exit(0)
