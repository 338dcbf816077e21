"""Carries out jobs, one after another; whatever happens to one, the next finds everything in order."""

import time
import traceback
from collections.abc import Callable
from threading import Event
from typing import Protocol

import torch

from shared.contracts.errors import (
    GenerationFailedError,
    InvalidRequestError,
    OutOfMemoryError,
    PentimentoError,
)
from shared.contracts.events import Cancelled, Completed, Failed, GenerationEvent
from shared.contracts.models import ModelDescription
from shared.engine.protocol import RunJob
from shared.engine.resolving import not_allowed
from shared.imaging.blob_folder import BlobFolder
from shared.inference.add_ons.equipment import AddOnKeeper
from shared.inference.loading import ModelKeeper
from shared.inference.memory import DevicePlan, free_memory, is_exhaustion, release_memory
from shared.inference.outbox import Emit
from shared.inference.painting import Painting
from shared.inference.pickled_models import OPENED_MODELS, opened
from shared.inference.processing import Processing, is_processing
from shared.inference.stages import BeforeStage, Stage
from shared.inference.upscalers import MakeUpscaler, make_upscaler


class JobCancelledError(Exception):
    """Leaves a cancelled job, before its next stage."""


class Work(Protocol):
    def carry_on(self, plan: DevicePlan) -> None:
        """To the end; called again, with a smaller plan, it goes on after what it made."""
        ...


class JobRunner:
    """`before_stage` is called before each stage of each job (a monitor, a limit, a simulated fault)."""

    def __init__(
        self,
        *,
        blobs: BlobFolder,
        device: DevicePlan,
        models: ModelKeeper,
        before_stage: BeforeStage = lambda _stage: None,
        make_upscaler: MakeUpscaler = make_upscaler,
        free_memory: Callable[[torch.device], int | None] = free_memory,
    ) -> None:
        self._blobs = blobs
        self._device = device
        self._models = models
        self._add_ons = AddOnKeeper(models.configurations, models.residency)
        self._before_stage = before_stage
        self._make_upscaler = make_upscaler
        self._free_memory = free_memory

    def run(self, job: RunJob, cancelled: Event, emit: Emit) -> None:
        """Emits all of the job's events but `Accepted`, the last of them the only final one. Never raises."""
        final = self._outcome(job, cancelled, emit)
        emit(lambda: final)

    def _outcome(self, job: RunJob, cancelled: Event, emit: Emit) -> GenerationEvent:
        began = time.monotonic()
        try:
            self._carry_out(job, cancelled, emit)
        except JobCancelledError:
            return Cancelled()
        except PentimentoError as error:
            return Failed(error=error.report)
        except Exception as error:  # noqa: BLE001  # whatever a model's code raises, it costs this job alone
            return Failed(error=_in_words(error).report)
        return Completed(seconds=time.monotonic() - began)

    def _carry_out(self, job: RunJob, cancelled: Event, emit: Emit) -> None:
        """Rung after rung of the memory ladder, each once; what was made on one stays made."""

        def before_stage(stage: Stage) -> None:
            # Previews are made in another thread, which no job's end may end.
            if stage != "preview" and cancelled.is_set():
                raise JobCancelledError
            self._before_stage(stage)

        if cancelled.is_set():
            raise JobCancelledError
        work = self._work(job, before_stage, emit)
        self._add_ons.begin_job()
        for plan in self._rungs(job):
            if _fits(work, plan):
                self._add_ons.end_job()
                return
            release_memory()
        raise _out_of_memory()

    def _work(self, job: RunJob, before_stage: BeforeStage, emit: Emit) -> Work:
        if is_processing(job.request):
            return Processing(
                job=job,
                blobs=self._blobs,
                add_ons=self._add_ons,
                residency=self._models.residency,
                make_upscaler=self._make_upscaler,
                before_stage=before_stage,
                emit=emit,
            )
        return Painting(
            job=job,
            description=self._description(job, before_stage),
            blobs=self._blobs,
            models=self._models,
            add_ons=self._add_ons,
            before_stage=before_stage,
            emit=emit,
        )

    def _description(self, job: RunJob, before_stage: BeforeStage) -> ModelDescription:
        if job.model is not None:
            return job.model
        file = job.add_on(job.request.model.id)
        if file is None or file.kind != "checkpoint":
            raise InvalidRequestError("No model was chosen.", advice="Choose the model that shall paint.")
        if not job.request.open_pickles:
            raise not_allowed(file.name)
        before_stage("load")
        return opened(file, self._blobs.root.parent / OPENED_MODELS)

    def _rungs(self, job: RunJob) -> tuple[DevicePlan, ...]:
        absent = [model for model in (job.model, job.refiner) if model and not self._models.holds(model)]
        return self._device.rungs(
            needed=sum(model.size_bytes for model in absent), free=self._free_memory(self._device.device)
        )


def _fits(work: Work, plan: DevicePlan) -> bool:
    """False where memory ran out; by the time this returns, the failure holds on to no memory any more."""
    try:
        work.carry_on(plan)
    except Exception as error:
        if is_exhaustion(error):
            return False
        raise
    return True


def _in_words(error: Exception) -> PentimentoError:
    if is_exhaustion(error):
        return _out_of_memory()
    return GenerationFailedError(
        "The picture could not be made: {reason}",
        advice="Try other settings. If it stays so, report it with the details.",
        detail="".join(traceback.format_exception(error)),
        reason=str(error) or type(error).__name__,
    )


def _out_of_memory() -> OutOfMemoryError:
    return OutOfMemoryError(
        "There is not enough memory to make this picture.",
        advice="Choose a smaller size, or close other programs that use much memory.",
    )
