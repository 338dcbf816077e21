"""Carries out jobs, one after another; whatever happens to one, the next finds everything in order."""

import time
import traceback
from collections.abc import Callable
from threading import Event

from shared.contracts.errors import GenerationFailedError, OutOfMemoryError, PentimentoError
from shared.contracts.events import Cancelled, Completed, Failed, GenerationEvent, Loading
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.inference.conditioning import Conditioner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import DevicePlan, is_exhaustion, release_memory
from shared.inference.outbox import Emit
from shared.inference.picture_maker import PictureMaker
from shared.inference.tasks import make_task


class JobCancelledError(Exception):
    """Leaves a cancelled job, before the model's next evaluation."""


class JobRunner:
    """`before_evaluation` is called before each evaluation of a UNet (a monitor, a limit, a simulated fault)."""

    def __init__(
        self,
        *,
        blobs: BlobFolder,
        device: DevicePlan,
        models: ModelKeeper,
        before_evaluation: Callable[[], None] = lambda: None,
    ) -> None:
        self._blobs = blobs
        self._device = device
        self._models = models
        self._before_evaluation = before_evaluation

    def run(self, job: RunJob, cancelled: Event, emit: Emit) -> None:
        """Emits all of the job's events but `Accepted`, the last of them the only final one. Never raises."""
        final = self._outcome(job, cancelled, emit)
        emit(lambda: final)

    def _outcome(self, job: RunJob, cancelled: Event, emit: Emit) -> GenerationEvent:
        began = time.monotonic()
        try:
            self._make_pictures(job, cancelled, emit)
        except JobCancelledError:
            return Cancelled()
        except PentimentoError as error:
            return Failed(error=error.report)
        except Exception as error:  # noqa: BLE001  # whatever a model's code raises, it costs this job alone
            return Failed(error=_in_words(error).report)
        return Completed(seconds=time.monotonic() - began)

    def _make_pictures(self, job: RunJob, cancelled: Event, emit: Emit) -> None:
        def stop_if_cancelled() -> None:
            if cancelled.is_set():
                raise JobCancelledError

        def before_evaluation() -> None:
            stop_if_cancelled()
            self._before_evaluation()

        stop_if_cancelled()
        if not self._models.holds(job.model):
            emit(lambda: Loading(stage="model"))
        model = self._models.get(job.model)
        stop_if_cancelled()
        emit(lambda: Loading(stage="conditioning"))
        task = make_task(job.request, self._blobs, model.sides)
        conditioner = Conditioner(
            encoders=model.text_encoders, request=job.request, silent_negative=model.silent_negative
        )
        maker = PictureMaker(
            job=job,
            model=model,
            task=task,
            conditioner=conditioner,
            blobs=self._blobs,
            before_evaluation=before_evaluation,
            emit=emit,
        )
        self._make_all(maker, job, one_by_one=job.request.reproducible or conditioner.varies)

    def _make_all(self, maker: PictureMaker, job: RunJob, *, one_by_one: bool) -> None:
        """Group after group; when memory runs out, the group again in smaller pieces, then no more."""
        plan, made = self._device, 0
        while made < job.request.count:
            batch = 1 if one_by_one else plan.batch
            group = range(made, min(made + batch, job.request.count))
            if _fits(maker, group, plan):
                made = group.stop
                continue
            release_memory()
            smaller = plan.smaller()
            if smaller is None:
                raise _out_of_memory()
            plan = smaller


def _fits(maker: PictureMaker, group: range, plan: DevicePlan) -> bool:
    """False where memory ran out; by the time this returns, the failure holds on to no memory any more."""
    try:
        maker.make(group, plan)
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
