"""A whole picture in one pass, or in two where it is larger than the model makes well."""

from shared.contracts.generation import GenerationSettings, Placement
from shared.imaging.inpainting import ModelSides, StepRange
from shared.imaging.inpainting.resolution import SECOND_PASS_STRENGTH, work_size
from shared.imaging.pixels import Pixels, resize_picture
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.painter import Painter
from shared.inference.tasks.task import notes_of_second_passes, steps_for


class WholePicture:
    """From noise alone, or from `start` at `strength`."""

    def __init__(
        self,
        request: GenerationSettings,
        *,
        width: int,
        height: int,
        sides: ModelSides,
        strength: float = 1.0,
        start: Pixels | None = None,
    ) -> None:
        self.width, self.height = width, height
        self.placement = Placement()
        self._start = start
        work = work_size(width, height, strength=strength, sides=sides)
        first = Frame.between(width, height, work.width, work.height, sides.multiple)
        second = Frame.between(width, height, work.second_width, work.second_height, sides.multiple)
        self.frames = (first, second) if work.two_pass else (first,)
        strengths = (strength, SECOND_PASS_STRENGTH) if work.two_pass else (strength,)
        self.passes: tuple[StepRange, ...] = tuple(steps_for(request.steps, each) for each in strengths)

    @property
    def notes(self) -> tuple[str, ...]:
        return notes_of_second_passes(self.frames)

    def part_of(self, picture: Pixels) -> Pixels:
        return resize_picture(picture, self.width, self.height)

    def paint(self, painter: Painter) -> list[Pixels]:
        finished = [] if self._start is None else [self._start]
        for frame, steps in zip(self.frames, self.passes, strict=True):
            framed = [frame.into(picture) for picture in finished]
            finished = [frame.out_of(picture) for picture in painter.paint(frame, steps, pictures=framed)]
        return finished
