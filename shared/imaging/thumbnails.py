"""Small WebP pictures for grids, by libvips: it decodes no more of a file than the size asked needs."""

import logging
from pathlib import Path

import numpy as np
import pyvips

from shared.imaging.pictures import LARGEST_PIXELS, read_picture
from shared.imaging.pixels import Pixels

QUALITY, EFFORT = 80, 2
"""libvips' own effort of 4 takes three times as long for files smaller by a twenty-fifth."""
# libvips tells of damage line by line and from its own threads; the error that follows says it once.
logging.getLogger("pyvips").setLevel(logging.ERROR)
# Many pictures are made at once, each on a thread of its own: more threads for one only cost. None is made twice.
pyvips.concurrency_set(1)
pyvips.cache_set_max(0)
_LOADERS = ("png", "jpeg", "webp", "tiff", "gif")


def make_thumbnail(path: Path, side: int) -> bytes:
    """WebP within `side` by `side` pixels, turned as EXIF says, in sRGB; never larger than the picture.

    Raises InvalidPictureError and NotFoundError as `read_picture`, which also takes what libvips does not.
    """
    try:
        return _by_vips(path, side)
    except (pyvips.Error, _UnknownKindError):
        return thumbnail_of(read_picture(path), side)


def thumbnail_of(pixels: Pixels, side: int) -> bytes:
    """As `make_thumbnail`, of a picture that is unpacked already."""
    height, width, channels = pixels.shape
    image = pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, channels, "uchar")
    return _written(image.copy(interpretation="srgb").thumbnail_image(side, height=side, size="down"))


class _UnknownKindError(Exception):
    """Not for libvips to open: it would also read SVG, PDF and whatever else it was built with."""


def _by_vips(path: Path, side: int) -> bytes:
    if not path.is_file():
        raise _UnknownKindError
    # A source takes the name as it stands; a plain file name may end in options for libvips.
    header = pyvips.Image.new_from_source(pyvips.Source.new_from_file(str(path)), "", access="sequential")
    if not header.get("vips-loader").startswith(_LOADERS) or header.width * header.height > LARGEST_PIXELS:
        raise _UnknownKindError
    # Naming a profile makes libvips go through it even from sRGB to sRGB, which takes longer than all the rest.
    is_srgb = header.interpretation in {"srgb", "b-w"} and not header.get_typeof("icc-profile-data")
    return _written(
        pyvips.Image.thumbnail_source(
            pyvips.Source.new_from_file(str(path)),
            side,
            height=side,
            size="down",
            option_string="[fail_on=truncated]",
            **({} if is_srgb else {"output_profile": "srgb"}),
        )
    )


def _written(thumbnail: pyvips.Image) -> bytes:
    written: bytes = thumbnail.webpsave_buffer(Q=QUALITY, effort=EFFORT, keep="none")
    return written
