"""The soft masks of an inpainting (interop.md, inpainting 4 and 10)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.imaging.inpainting.geometry import Element
from shared.imaging.inpainting.plan import InpaintPlan
from shared.imaging.pixels import Pixels

LEAST_DENOISING = 1e-9
"""Running sums leave crumbs of 1e-16 where nothing is meant; the thinnest line that is meant lies far above this."""


def denoising_mask(mask: Pixels, plan: InpaintPlan) -> NDArray[np.float32]:
    """How strongly each pixel of the context is repainted, 0 to 1, for a mask of the whole document.

    The mask grown and feathered; exactly 0 wherever nothing changes. It is what the artist is shown.
    """
    context = plan.context_of(mask)
    if not plan.feather:
        return context.astype(np.float32) / np.float32(255)
    grown = dilated(context, plan.grow).astype(np.float32) / np.float32(255)
    soft = _triangular_blur(grown, odd(plan.feather))
    soft[soft < LEAST_DENOISING] = 0
    if plan.strength >= 1:
        soft[soft > 0.99] = 1
    return np.clip(soft, 0.0, 1.0)


def compositing_alpha(mask: Pixels, plan: InpaintPlan) -> Pixels:
    """Opacity of the result over the context: within the denoising mask's reach, fading out at its rim.

    Without a feather it is the mask itself.
    """
    if not plan.feather:
        return plan.context_of(mask).copy()
    reach = (denoising_mask(mask, plan) > 0).astype(np.uint8) * np.uint8(255)
    eroded = _eroded(reach, plan.blend // 2)
    # The square kernel reaches no further than the square erosion took away.
    alpha = gaussian_blur(eroded, plan.blend) if plan.blend else eroded
    alpha[reach == 0] = 0
    return alpha


def dilated(mask: Pixels, radius: int) -> Pixels:
    """Grown by `radius` pixels in each direction."""
    if not radius:
        return mask.copy()
    grown: Pixels = cv2.dilate(np.ascontiguousarray(mask), _square(radius))
    return grown


def inner_falloff(mask: Pixels, length: int) -> NDArray[np.float32]:
    """Opacity 0 to 1 that rises from the mask's edge inwards over `length` pixels, and is 0 outside."""
    eroded = _eroded(mask, odd(length) // 2).astype(np.float32) / np.float32(255)
    soft = gaussian_blur(eroded, length)
    soft[mask == 0] = 0
    return soft


def gaussian_blur(pixels: NDArray[Element], size: int) -> NDArray[Element]:
    """Gaussian blur with a kernel of odd(`size`) pixels, whose deviation is OpenCV's for that size."""
    side = odd(size)
    blurred: NDArray[Element] = cv2.GaussianBlur(pixels, (side, side), 0, borderType=cv2.BORDER_REPLICATE)
    return blurred


def odd(size: int) -> int:
    return size | 1


def _eroded(mask: Pixels, radius: int) -> Pixels:
    if not radius:
        return mask.copy()
    shrunk: Pixels = cv2.erode(np.ascontiguousarray(mask), _square(radius))
    return shrunk


def _square(radius: int) -> NDArray[np.uint8]:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _triangular_blur(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """A triangle is a box convolved with itself, and a box's cost does not depend on its size."""
    side = (size + 1) // 2
    before = side // 2
    after = side - 1 - before
    edge = size // 2
    # One border for both boxes: replicating twice would weigh the canvas's edge otherwise than its inside.
    bordered = cv2.copyMakeBorder(values, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    once = cv2.blur(bordered, (side, side), anchor=(before, before))
    twice: NDArray[np.float32] = cv2.blur(once, (side, side), anchor=(after, after))
    return twice[edge : edge + values.shape[0], edge : edge + values.shape[1]].copy()
