"""Who carries a job out: the engine's process on this machine, or whatever else keeps this promise."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from shared.contracts.events import GenerationEvent
from shared.contracts.generation import ModelReference, PictureRequest
from shared.contracts.models import ModelDescription
from shared.engine.offering import offered_name
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder


class Executor(Protocol):
    """Pictures go in and come out by blob id. Models are called as the catalogue calls them."""

    @property
    def blobs(self) -> BlobFolder: ...

    @property
    def device(self) -> str: ...

    async def models(self) -> Sequence[ModelDescription]: ...

    def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        """As `GenerationEngine.run`: exactly one of completed, cancelled or failed at the end."""

    async def cancel(self, job_id: str) -> None: ...

    async def close(self) -> None: ...


class EngineExecutor:
    def __init__(self, *, engine: EngineProcess, blobs: BlobFolder, device: str) -> None:
        self._engine = engine
        self._local: dict[str, ModelReference] = {}
        self.blobs = blobs
        self.device = device

    async def models(self) -> Sequence[ModelDescription]:
        """Of two that are called the same the first one counts."""
        found: dict[str, ModelDescription] = {}
        for model in await self._engine.list_models():
            found.setdefault(offered_name(model), model)
        self._local = {name: model.reference for name, model in found.items()}
        return list(found.values())

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        local = self._local.get(request.model.id)
        here = request if local is None else request.model_copy(update={"model": local})
        async for event in self._engine.run(job_id, here):
            yield event

    async def cancel(self, job_id: str) -> None:
        await self._engine.cancel(job_id)

    async def close(self) -> None:
        await self._engine.close()
