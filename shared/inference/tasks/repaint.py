"""Part of a picture painted anew (interop.md, inpainting), as a layer that covers nothing else."""

import numpy as np

from shared.contracts.generation import Placement
from shared.imaging.inpainting import (
    InpaintPlan,
    ModelSides,
    StepRange,
    composite_layer,
    denoising_mask,
    match_colours,
    prefill,
)
from shared.imaging.pixels import Pixels, resize_picture
from shared.inference.tasks.frame import Frame
from shared.inference.tasks.painter import Painter
from shared.inference.tasks.task import notes_of_second_passes, steps_for


class Repaint:
    """`image` (RGB) and `mask` are of the whole document that `plan` was made for; the result is its context."""

    def __init__(
        self,
        *,
        image: Pixels,
        mask: Pixels,
        plan: InpaintPlan,
        steps: int,
        sides: ModelSides,
        colours_match: bool,
    ) -> None:
        self._image, self._mask, self._plan = image, mask, plan
        self._colours_match = colours_match
        self._softness = denoising_mask(mask, plan)
        self.width, self.height = plan.context.width, plan.context.height
        self.placement = Placement(x=plan.context.x, y=plan.context.y)
        sizes = [(plan.work_width, plan.work_height), (plan.second_width, plan.second_height)]
        strengths = [plan.strength, plan.second_strength]
        count = 2 if plan.two_pass else 1
        self.frames = tuple(
            Frame.between(self.width, self.height, *size, sides.multiple) for size in sizes[:count]
        )
        self.passes: tuple[StepRange, ...] = tuple(
            steps_for(steps, strength) for strength in strengths[:count]
        )

    @property
    def notes(self) -> tuple[str, ...]:
        return notes_of_second_passes(self.frames)

    def part_of(self, picture: Pixels) -> Pixels:
        plan = self._plan
        return plan.context_of(resize_picture(picture, plan.document_width, plan.document_height))

    def paint(self, painter: Painter) -> list[Pixels]:
        finished: list[Pixels] = []
        for frame, steps in zip(self.frames, self.passes, strict=True):
            starts = [self._among_its_own(picture) for picture in finished]
            starts = starts or [prefill(self._image, self._mask, self._plan)]
            painted = painter.paint(
                frame,
                steps,
                pictures=[frame.into(start) for start in starts],
                strength_map=frame.mask_into(self._softness),
            )
            finished = [frame.out_of(picture) for picture in painted]
        return [composite_layer(self._matched(picture), self._mask, self._plan) for picture in finished]

    def _among_its_own(self, painted: Pixels) -> Pixels:
        """The first pass's result within the artist's own surroundings, for the second pass to start from."""
        return np.where(self._softness[:, :, None] > 0, painted, self._plan.context_of(self._image))

    def _matched(self, painted: Pixels) -> Pixels:
        if not self._colours_match:
            return painted
        return match_colours(painted, self._plan.context_of(self._image), self._softness)
