"""A job's steps, counted over all its pictures and passes, with previews made in another thread."""

import torch

from shared.contracts.events import Progress
from shared.contracts.generation import Placement
from shared.inference.memory import is_exhaustion
from shared.inference.outbox import Emit
from shared.inference.previews import Projection, encode_preview
from shared.inference.stages import BeforeStage
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.task import Task, steps_run


class GroupProgress:
    """Of a group of `count` pictures that are made at once, beginning with number `first` of `total`."""

    def __init__(
        self,
        *,
        task: Task,
        projection: Projection,
        emit: Emit,
        before_stage: BeforeStage,
        first: int,
        count: int,
        total: int,
    ) -> None:
        self._task = task
        self._projection = projection
        self._emit = emit
        self._before_stage = before_stage
        self._first = first
        self._count = count
        self._steps = steps_run(task.passes) * total
        self._done = steps_run(task.passes) * first

    def step_done(self, latents: torch.Tensor, frame: Frame) -> None:
        """One step of each of the group's pictures; `latents` are what they look like by now."""
        self._done += self._count
        done, picture = self._done, latents[0].clone()
        self._emit(lambda: self._event(done, picture, frame))

    def _event(self, done: int, latents: torch.Tensor, frame: Frame) -> Progress:
        place = self._task.placement
        return Progress(
            step=done,
            steps=self._steps,
            picture=self._first,
            preview=self._preview(latents, frame),
            preview_placement=Placement(x=place.x + frame.x, y=place.y + frame.y),
            preview_width=frame.width,
            preview_height=frame.height,
        )

    def _preview(self, latents: torch.Tensor, frame: Frame) -> bytes:
        """Empty where there is no memory for it: the picture itself matters more."""
        try:
            self._before_stage("preview")
            return encode_preview(self._projection.colours(latents), frame.inner_share)
        except Exception as error:
            if is_exhaustion(error):
                return b""
            raise
