"""What an inpainting will look at and change, decided before any model runs (interop.md, inpainting 1 to 3, 6)."""

import math
from dataclasses import dataclass

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import FillIntent, InpaintArea
from shared.imaging.inpainting.geometry import Box, bounding_box
from shared.imaging.inpainting.resolution import SECOND_PASS_STRENGTH, ModelSides, work_size
from shared.imaging.pixels import Pixels

LEAST_MASK_SIDE = 256
LEAST_CONTEXT_SIDE = 512
WIDEST_BLEND = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class InpaintPlan:
    """`context` is the part of the document that the model sees; lengths are in pixels of the document.

    `mask_bounds` holds every pixel that may change and lies within `context`. The model works at the work
    size; where `two_pass` is set, its result is enlarged to the second size and resampled there at
    `second_strength`. Without a second pass the second size repeats the first.
    """

    document_width: int
    document_height: int
    feather: int
    grow: int
    blend: int
    mask_bounds: Box
    context: Box
    work_width: int
    work_height: int
    second_width: int
    second_height: int
    second_strength: float
    two_pass: bool
    intent: FillIntent
    strength: float

    def context_of(self, mask: Pixels) -> Pixels:
        """The context of an array that has the document's size; a view. Raises InvalidRequestError if not."""
        height, width = mask.shape[:2]
        if (width, height) != (self.document_width, self.document_height):
            raise InvalidRequestError(
                "A picture or mask of {width} × {height} pixels does not fit a plan for {planned_width} × "
                "{planned_height}.",
                advice="Give the picture and the mask the same size.",
                width=width,
                height=height,
                planned_width=self.document_width,
                planned_height=self.document_height,
            )
        return self.context.crop(mask)


def plan_inpainting(
    mask: Pixels,
    *,
    strength: float,
    sides: ModelSides,
    intent: FillIntent | None = None,
    area: InpaintArea = "automatic",
    feather: int | None = None,
    grow: int | None = None,
) -> InpaintPlan:
    """Plan for a mask of the whole document (uint8, above 0 is selected).

    None for `intent`, `feather` or `grow` means as the algorithm chooses. Raises InvalidRequestError for an
    empty mask and for a strength outside of (0, 1].
    """
    if not 0 < strength <= 1:
        raise InvalidRequestError(
            "The strength is {strength}, but it must lie above 0 and at most at 1.",
            advice="Choose a strength between 0.01 and 1.",
            strength=strength,
        )
    height, width = mask.shape
    selection = bounding_box(mask)
    if selection is None:
        raise InvalidRequestError(
            "The mask is empty, so there is nothing to repaint.",
            advice="Select the part to repaint; in a mask's file, paint it white.",
        )
    feather, grow, blend = _edges(selection.diagonal, strength, feather, grow)
    mask_bounds = _mask_bounds(selection, feather, grow, width, height)
    context = _context(mask_bounds, width, height, strength=strength, area=area, sides=sides)
    work = work_size(context.width, context.height, strength=strength, sides=sides)
    return InpaintPlan(
        document_width=width,
        document_height=height,
        feather=feather,
        grow=grow,
        blend=blend,
        mask_bounds=mask_bounds,
        context=context,
        work_width=work.width,
        work_height=work.height,
        second_width=work.second_width,
        second_height=work.second_height,
        second_strength=min(SECOND_PASS_STRENGTH, strength),
        two_pass=work.two_pass,
        intent=intent or _intent(selection, width, height),
        strength=strength,
    )


def _edges(diagonal: float, strength: float, feather: int | None, grow: int | None) -> tuple[int, int, int]:
    if feather is None:
        feather = max(math.floor(0.10 * strength * diagonal), round(32 * strength))
    if feather <= 0:
        return 0, 0, 0
    if grow is None:
        grow = 4 + feather // 2
    return feather, grow, min(WIDEST_BLEND, grow + feather // 2)


def _mask_bounds(selection: Box, feather: int, grow: int, width: int, height: int) -> Box:
    padding = feather + 4 + math.floor(0.06 * selection.diagonal)
    # However far the artist grows a mask, its soft rim must end inside, or it would be cut off hard.
    padding = max(padding, grow + feather // 2 + 1)
    return selection.padded(padding, padding, least=LEAST_MASK_SIDE, multiple=16).moved_inside(width, height)


def _context(
    mask_bounds: Box, width: int, height: int, *, strength: float, area: InpaintArea, sides: ModelSides
) -> Box:
    if area == "whole":
        return Box(0, 0, width, height)
    if area == "selection" or strength < 1:
        return mask_bounds
    padding = max(max(width, height) // 16, (mask_bounds.width + mask_bounds.height) // 4)
    # Half of what one side is longer by is taken off its padding, so that the context comes nearer to square.
    surplus = (mask_bounds.width - mask_bounds.height) // 2
    horizontal = max(0, padding - max(0, surplus))
    vertical = max(0, padding - max(0, -surplus))
    least = min(LEAST_CONTEXT_SIDE, sides.native)
    return mask_bounds.padded(horizontal, vertical, least=least, multiple=8).moved_inside(width, height)


def _intent(selection: Box, width: int, height: int) -> FillIntent:
    return "expand" if selection.width == width or selection.height == height else "fill"
