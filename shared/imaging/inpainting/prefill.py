"""What stands under the mask before a model paints from nothing (interop.md, inpainting 5)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.imaging.inpainting.masks import dilated, gaussian_blur, inner_falloff
from shared.imaging.inpainting.plan import InpaintPlan
from shared.imaging.pixels import Pixels, resize_picture

BLUR_SIZE = 65
FALLOFF = 9
MASK_MARGIN = 4
INPAINT_RADIUS = 3
MID_GREY = 127


def prefill(image: Pixels, mask: Pixels, plan: InpaintPlan) -> Pixels:
    """The context of an RGB image with its masked part filled as the plan's intent asks.

    `image` and `mask` are of the whole document. Below full strength the context is what the image shows,
    since the model starts from it. Pixels outside the mask (dilated by 4, but no further than the plan grows
    it) are the image's own.
    """
    context = plan.context_of(image)[:, :, :3]
    if plan.strength < 1:
        return np.ascontiguousarray(context)
    selected = (plan.context_of(mask) > 0).astype(np.uint8) * np.uint8(255)
    # What the model may not change it should also see as it is: no margin where nothing is grown.
    selected = dilated(selected, min(MASK_MARGIN, plan.grow))
    match plan.intent:
        case "fill":
            return _mixed(context, _blurred(context, plan), inner_falloff(selected, FALLOFF))
        case "expand":
            continued = _continued(context, selected, plan)
            return _mixed(continued, _blurred(continued, plan), inner_falloff(selected, FALLOFF))
        case "add":
            return _mixed(context, np.full_like(context, MID_GREY), inner_falloff(selected, FALLOFF))
        case "remove":
            return _continued(context, selected, plan)
        case "replace_background":
            return _mixed(context, np.full_like(context, MID_GREY), (selected > 0).astype(np.float32))


def _mixed(below: Pixels, above: Pixels, opacity: NDArray[np.float32]) -> Pixels:
    difference = above.astype(np.float32) - below.astype(np.float32)
    return np.rint(below + difference * opacity[:, :, np.newaxis]).astype(np.uint8)


def _blurred(context: Pixels, plan: InpaintPlan) -> Pixels:
    """The blur's size counts at the size that the model works at, so that it hides the same there everywhere."""
    blurred = gaussian_blur(resize_picture(context, plan.work_width, plan.work_height), BLUR_SIZE)
    return resize_picture(blurred, context.shape[1], context.shape[0])


def _continued(context: Pixels, selected: Pixels, plan: InpaintPlan) -> Pixels:
    """The surroundings led into the mask by OpenCV's Navier-Stokes, at the working size for the time it takes."""
    if selected.all():
        return context.copy()
    small = resize_picture(context, plan.work_width, plan.work_height)
    hidden = (resize_picture(selected, plan.work_width, plan.work_height) > 0).astype(np.uint8)
    continued = cv2.inpaint(small, hidden, INPAINT_RADIUS, cv2.INPAINT_NS)
    enlarged = resize_picture(continued, context.shape[1], context.shape[0])
    return np.where(selected[:, :, np.newaxis] > 0, enlarged, context)
