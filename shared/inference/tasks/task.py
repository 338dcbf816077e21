"""What every kind of request becomes before a model is run: all sizes and steps, decided."""

from typing import Protocol

from shared.contracts.generation import Placement
from shared.imaging.inpainting import StepRange, start_step
from shared.imaging.inpainting.resolution import SECOND_PASS_STRENGTH
from shared.imaging.pixels import Pixels
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.painter import Painter

LEAST_STEPS = 4
"""A weak repaint runs at least so many steps, or as many as were asked for where that is less."""
MOST_STEPS = 1000
"""A model's noise was cut into so many levels in training."""


class Task(Protocol):
    """`width`, `height` and `placement` are the finished picture's; `passes` are the steps of each pass."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def placement(self) -> Placement: ...

    @property
    def passes(self) -> tuple[StepRange, ...]: ...

    @property
    def frames(self) -> tuple[Frame, ...]:
        """For each pass its part of the finished picture, in what the model works on."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What is done otherwise than one pass over the whole."""
        ...

    def part_of(self, picture: Pixels) -> Pixels:
        """Of a control's picture, which belongs to the whole, the part that lies under the finished one."""
        ...

    def paint(self, painter: Painter) -> list[Pixels]:
        """One finished picture for each of the painter's seeds."""
        ...


def steps_for(steps: int, strength: float) -> StepRange:
    """The steps that a strength of above 0 to 1 runs, of at most 1000."""
    least = min(LEAST_STEPS, steps)
    chosen = start_step(steps, strength, least)
    return chosen if chosen.steps <= MOST_STEPS else StepRange(MOST_STEPS, MOST_STEPS - least)


def steps_run(passes: tuple[StepRange, ...]) -> int:
    return sum(work.steps - work.start for work in passes)


def notes_of_second_passes(frames: tuple[Frame, ...]) -> tuple[str, ...]:
    return tuple(
        f"second pass at {frame.work_width}x{frame.work_height} with strength {SECOND_PASS_STRENGTH}"
        for frame in frames[1:]
    )
