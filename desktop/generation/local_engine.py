"""The artist's own machine as a place that makes pictures."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import psutil

from shared.contracts.events import GenerationEvent
from shared.contracts.generation import GenerationRequest
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder


class LocalEngine:
    """A `GenerationEngine` over our own child process, which looks for models where the artist keeps them now."""

    def __init__(
        self,
        *,
        blobs: BlobFolder,
        model_folders: Callable[[], Sequence[Path]],
        threads: int,
        model_index: Path | None = None,
    ) -> None:
        self._blobs = blobs
        self._model_folders = model_folders
        self._threads = threads
        self._model_index = model_index
        self._process: EngineProcess | None = None
        self._process_folders: tuple[Path, ...] = ()

    def memory_in_use(self) -> int | None:
        """Bytes that the engine's process holds; None while there is none."""
        process_id = self._process.process_id if self._process else None
        if process_id is None:
            return None
        try:
            return psutil.Process(process_id).memory_info().rss
        except psutil.Error:
            return None  # it ended just now

    async def run(self, job_id: str, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        process = await self._current_process()
        async for event in process.run(job_id, request):
            yield event

    async def cancel(self, job_id: str) -> None:
        if self._process is not None:
            await self._process.cancel(job_id)

    async def close(self) -> None:
        if self._process is not None:
            await self._process.close()
            self._process = None

    async def _current_process(self) -> EngineProcess:
        """A new one when the artist named other folders: jobs run one after another, so none is cut off."""
        folders = tuple(self._model_folders())
        if self._process is not None and folders != self._process_folders:
            await self.close()
        if self._process is None:
            self._process = EngineProcess(
                blobs=self._blobs,
                model_folders=folders,
                threads=self._threads,
                model_index=self._model_index,
            )
            self._process_folders = folders
        return self._process


def threads_for_painting(cores: int | None = None) -> int:
    """All cores but one, which keeps the window quick; up to two cores are used whole, by a low priority."""
    cores = cores or os.cpu_count() or 1
    return cores if cores <= 2 else cores - 1
