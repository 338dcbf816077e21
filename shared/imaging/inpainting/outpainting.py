"""A picture that grows beyond its sides: what is there already, and the mask of what is to be painted."""

import numpy as np

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import Extension, Outpaint, Placement
from shared.imaging.inpainting.composite import paste
from shared.imaging.pictures import LARGEST_PIXELS
from shared.imaging.pixels import Pixels


def extended(image: Pixels, extension: Extension) -> Pixels:
    """`image` in its place on the larger canvas, whose new part is black (and transparent, where it has alpha).

    Raises InvalidRequestError where the canvas would be larger than pictures may be.
    """
    height, width = image.shape[:2]
    new_width = extension.left + width + extension.right
    new_height = extension.top + height + extension.bottom
    if new_width * new_height > LARGEST_PIXELS:
        raise InvalidRequestError(
            "The picture would have {width} × {height} pixels, and pictures may have up to {megapixels} megapixels.",
            advice="Extend it by less.",
            width=new_width,
            height=new_height,
            megapixels=LARGEST_PIXELS // 1_000_000,
        )
    canvas = np.zeros((new_height, new_width, image.shape[2]), np.uint8)
    canvas[extension.top : extension.top + height, extension.left : extension.left + width] = image
    return canvas


def extension_mask(width: int, height: int, extension: Extension) -> Pixels:
    """White where a picture of this size does not reach, on the canvas of `extended`."""
    canvas = extended(np.full((height, width, 1), 255, np.uint8), extension)
    return 255 - canvas[:, :, 0]


def whole_picture(request: Outpaint, image: Pixels, layer: Pixels, placement: Placement) -> Pixels:
    """The grown picture: the engine's layer over the extended image."""
    grown = request.extension
    place = Placement(x=placement.x + grown.left, y=placement.y + grown.top)
    return paste(extended(image, grown), layer, place)
