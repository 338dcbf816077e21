"""The artist's own machine as a generation engine: jobs in a child process that may crash without harm."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from shared.contracts.errors import EngineCrashedError, PentimentoError
from shared.contracts.events import FINAL_EVENTS, Accepted, Cancelled, Failed, GenerationEvent, Loading
from shared.contracts.generation import GenerationRequest
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.catalogue import Catalogue
from shared.engine.child import ChildProcess
from shared.engine.model_hashes import ModelHashes
from shared.engine.model_index import ModelIndex
from shared.engine.protocol import CancelJob, JobEvent, Start
from shared.engine.resolving import JobResolver
from shared.engine.turns import Turns
from shared.imaging.blob_folder import BlobFolder

_Value = TypeVar("_Value")

_PATIENCE_SECONDS = 5.0
_COMMAND = (sys.executable, "-m", "shared.inference")


@dataclass
class _Job:
    job_id: str
    cancelled: bool = False
    finished: bool = False
    child: ChildProcess | None = None
    """The process that has the job, once it was sent."""
    events: asyncio.Queue[GenerationEvent] = field(default_factory=asyncio.Queue)


class EngineProcess:
    """Keeps the promise of `GenerationEngine`; the process starts with the first job.

    `threads`: how many the engine may compute with. `model_index`: a file that remembers what was learnt of models.
    `command` starts the process (a frozen app has its own); `environment` is added to our own.
    """

    def __init__(
        self,
        *,
        blobs: BlobFolder,
        model_folders: Sequence[Path],
        threads: int,
        model_index: Path | None = None,
        command: Sequence[str] = _COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._start_message = Start(blob_folder=blobs.root, threads=threads)
        self._catalogue = Catalogue(model_folders, index=ModelIndex(model_index) if model_index else None)
        self._resolver = JobResolver(self._catalogue, ModelHashes(model_index))
        self._command = tuple(command)
        self._environment = {**_settings_of_libraries(threads), **(environment or {})}
        self._tickets = itertools.count(1)
        self._turns = Turns()
        self._jobs: dict[str, _Job] = {}
        self._starting: asyncio.Future[ChildProcess] | None = None
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """Of the living child; None where none is running."""
        child = self._child()
        return child.process_id if child else None

    async def list_models(self) -> list[ModelDescription]:
        """Reads headers only; torch is not needed for it."""
        return await asyncio.to_thread(self._catalogue.scan)

    async def list_files(self) -> list[ModelFile]:
        """Models of every kind; headers only, too."""
        survey = await asyncio.to_thread(self._catalogue.survey)
        return list(survey.files)

    async def run(self, job_id: str, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        ticket = f"{job_id}/{next(self._tickets)}"  # a job that is run again is not its earlier run
        job = self._jobs[ticket] = _Job(job_id)
        try:
            yield Accepted()
            if not await self._turns.take(ticket) or job.cancelled:
                yield Cancelled()
                return
            if self._child() is None:
                yield Loading(stage="starting")
            refusal = await self._hand_over(ticket, job, request)
            if refusal is not None:
                yield refusal
                return
            while not job.finished:
                event = await job.events.get()
                job.finished = isinstance(event, FINAL_EVENTS)
                yield event
        finally:
            if job.child and not job.finished:
                job.child.send(CancelJob(job_id=ticket))  # the iterator was closed early
            del self._jobs[ticket]
            self._turns.leave(ticket)

    async def cancel(self, job_id: str) -> None:
        for ticket, job in self._jobs.items():
            if job.job_id == job_id:
                self._cancel(ticket, job)

    async def close(self) -> None:
        self._closed = True
        for ticket, job in self._jobs.items():
            self._cancel(ticket, job)
        if self._starting is None:
            return
        try:
            child = await asyncio.shield(self._starting)
        except OSError:
            return  # it never started
        child.close()
        if not await asyncio.to_thread(child.join, _PATIENCE_SECONDS):
            child.kill()
            await asyncio.to_thread(child.join, _PATIENCE_SECONDS)

    def _cancel(self, ticket: str, job: _Job) -> None:
        job.cancelled = True
        self._turns.give_up(ticket)
        if job.child:
            job.child.send(CancelJob(job_id=ticket))

    async def _hand_over(
        self, ticket: str, job: _Job, request: GenerationRequest
    ) -> Failed | Cancelled | None:
        """Sends the job to the process, or tells why not."""
        try:
            message = await asyncio.to_thread(self._resolver.resolve, ticket, request)
            if self._closed:
                return Cancelled()
            child = await self._living_child()
        except PentimentoError as error:
            return Failed(error=error.report)
        except OSError as error:
            return Failed(error=_could_not_start(error).report)
        if job.cancelled:
            return Cancelled()
        job.child = child
        child.send(message)
        return None

    def _child(self) -> ChildProcess | None:
        if self._starting is None or not self._starting.done() or self._starting.exception():
            return None
        child = self._starting.result()
        return child if child.alive else None

    async def _living_child(self) -> ChildProcess:
        starting = self._starting
        if starting is None or (starting.done() and self._child() is None):
            loop = asyncio.get_running_loop()
            starting = self._starting = asyncio.ensure_future(asyncio.to_thread(self._start, loop))
        child = await asyncio.shield(starting)
        if not child.alive:
            await asyncio.to_thread(child.join, _PATIENCE_SECONDS)
            raise _crashed(child)
        return child

    def _start(self, loop: asyncio.AbstractEventLoop) -> ChildProcess:
        child = ChildProcess(
            command=self._command,
            environment=self._environment,
            on_event=partial(_in_loop, loop, self._event_came),
            on_end=partial(_in_loop, loop, self._child_ended),
        )
        child.send(self._start_message)
        return child

    def _event_came(self, message: JobEvent) -> None:
        if job := self._jobs.get(message.job_id):
            job.events.put_nowait(message.event)

    def _child_ended(self, child: ChildProcess) -> None:
        for job in self._jobs.values():
            if job.child is child:
                job.events.put_nowait(Cancelled() if job.cancelled else Failed(error=_crashed(child).report))


def _in_loop(loop: asyncio.AbstractEventLoop, function: Callable[[_Value], None], value: _Value) -> None:
    loop.call_soon_threadsafe(function, value)


def _settings_of_libraries(threads: int) -> dict[str, str]:
    """Read by OpenMP, torch and the hub's client before anything else runs in the process."""
    return {
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads starve each other on shared cores
        "GOMP_SPINCOUNT": "0",
        "KMP_BLOCKTIME": "0",
        "PYTORCH_ENABLE_MPS_FALLBACK": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }


def _could_not_start(error: OSError) -> EngineCrashedError:
    return EngineCrashedError(
        "The engine that makes pictures could not be started: {reason}",
        advice="Install Pentimento again if this stays so.",
        reason=error.strerror or error,
    )


def _crashed(child: ChildProcess) -> EngineCrashedError:
    return EngineCrashedError(
        "The engine that makes pictures stopped while it worked on this picture.",
        advice="Try again: it starts anew by itself. If it stops again, choose a smaller size or fewer pictures.",
        detail=child.account(),
    )
