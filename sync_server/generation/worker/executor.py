"""Who carries a job out: the engine's process on this machine, or whatever else keeps this promise."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

from shared.contracts.events import GenerationEvent
from shared.contracts.generation import ModelReference, PictureRequest
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from sync_server.models.rules import ModelEntry, entry_of, entry_of_part


class Executor(Protocol):
    """Pictures go in and come out by blob id. Models are called as the catalogue calls them.

    `does_classic`: whether it also does what needs no model; `checks_safety`: whether it looks at what it made.
    """

    @property
    def blobs(self) -> BlobFolder: ...

    @property
    def device(self) -> str: ...

    @property
    def does_classic(self) -> bool: ...

    @property
    def checks_safety(self) -> bool: ...

    async def models(self) -> Sequence[ModelEntry]: ...

    def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        """As `GenerationEngine.run`: exactly one of completed, cancelled or failed at the end."""

    async def cancel(self, job_id: str) -> None: ...

    async def close(self) -> None: ...


class EngineExecutor:
    does_classic, checks_safety = True, False

    def __init__(self, *, engine: EngineProcess, blobs: BlobFolder, device: str) -> None:
        self._engine = engine
        self._local: Mapping[str, ModelReference] = {}
        self.blobs = blobs
        self.device = device

    async def models(self) -> Sequence[ModelEntry]:
        """Of two that are called the same the first one counts, models before what goes with them."""
        found: dict[str, tuple[ModelEntry, ModelReference]] = {}
        for file in await self._engine.list_files():
            entry = entry_of(file.description) if file.description else entry_of_part(file)
            if entry is not None:
                found.setdefault(entry.name, (entry, ModelReference(id=file.id, name=file.name)))
        found = dict(sorted(found.items(), key=lambda named: not named[1][0].kinds))
        self._local = {name: reference for name, (_, reference) in found.items()}
        return [entry for entry, _ in found.values()]

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        async for event in self._engine.run(job_id, self._here(request)):
            yield event

    def _here(self, request: PictureRequest) -> PictureRequest:
        """With what models are called on this machine."""
        return request.model_copy(
            update={
                "model": self._named(request.model),
                "loras": tuple(
                    use.model_copy(update={"model": self._named(use.model)}) for use in request.loras
                ),
                "controls": tuple(
                    use.model_copy(update={"model": self._named(use.model)}) for use in request.controls
                ),
            }
        )

    def _named(self, model: ModelReference) -> ModelReference:
        return self._local.get(model.id, model)

    async def cancel(self, job_id: str) -> None:
        await self._engine.cancel(job_id)

    async def close(self) -> None:
        await self._engine.close()
