"""A job's steps, counted over all its pictures and passes, with previews made in another thread."""

import torch

from shared.contracts.events import Progress
from shared.inference.outbox import Emit
from shared.inference.previews import Projection, encode_preview
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.task import Task, steps_run


class GroupProgress:
    """Of a group of `count` pictures that are made at once, beginning with number `first` of `total`."""

    def __init__(
        self, *, task: Task, projection: Projection, emit: Emit, first: int, count: int, total: int
    ) -> None:
        self._task = task
        self._projection = projection
        self._emit = emit
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
        return Progress(
            step=done,
            steps=self._steps,
            picture=self._first,
            preview=encode_preview(self._projection.colours(latents), frame.inner_share),
            preview_placement=self._task.placement,
            preview_width=self._task.width,
            preview_height=self._task.height,
        )
