"""Making a layer of a result, and laying it over the document (interop.md, inpainting 10)."""

import numpy as np

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import Placement
from shared.imaging.inpainting.masks import compositing_alpha
from shared.imaging.inpainting.plan import InpaintPlan
from shared.imaging.pixels import Pixels


def composite_layer(result: Pixels, mask: Pixels, plan: InpaintPlan) -> Pixels:
    """RGBA over the plan's context, from an RGB result of the context's size and the whole document's mask.

    Where alpha is 0 the colour is black too, so that nothing of a model's copy of the document is kept.
    """
    if result.shape[:2] != (plan.context.height, plan.context.width):
        raise InvalidRequestError(
            "The result has {width} × {height} pixels, but its place has {planned_width} × {planned_height}.",
            advice="Resize the result to its place first.",
            width=result.shape[1],
            height=result.shape[0],
            planned_width=plan.context.width,
            planned_height=plan.context.height,
        )
    alpha = compositing_alpha(mask, plan)
    layer = np.dstack([result[:, :, :3], alpha])
    layer[alpha == 0] = 0
    return layer


def paste(document: Pixels, layer: Pixels, placement: Placement) -> Pixels:
    """A copy of an RGB or RGBA document with an RGBA layer over it, source over.

    Where the layer's alpha is 0 the document stays bit for bit, where it is 255 the layer's colour is exact.
    What lies beside the document is cut off.
    """
    pasted = document.copy()
    height, width = document.shape[:2]
    left, top = max(placement.x, 0), max(placement.y, 0)
    right, bottom = min(placement.x + layer.shape[1], width), min(placement.y + layer.shape[0], height)
    if left >= right or top >= bottom:
        return pasted
    cut = layer[top - placement.y : bottom - placement.y, left - placement.x : right - placement.x]
    region = pasted[top:bottom, left:right]
    touched = cut[:, :, 3] > 0
    region[touched] = _source_over(region[touched], cut[touched])
    return pasted


def _source_over(below: Pixels, above: Pixels) -> Pixels:
    """For rows of pixels whose upper alpha is above 0."""
    upper = above[:, 3:].astype(np.uint32) * 255
    lower = below[:, 3:].astype(np.uint32) if below.shape[1] == 4 else np.full_like(upper, 255)
    lower = lower * (255 - above[:, 3:].astype(np.uint32))
    total = upper + lower
    colour = (above[:, :3] * upper + below[:, :3] * lower + total // 2) // total
    channels = [colour] if below.shape[1] == 3 else [colour, (total + 127) // 255]
    return np.hstack(channels).astype(np.uint8)
