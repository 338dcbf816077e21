"""Small WebP pictures for grids, by libvips: it decodes no more of a file than the size asked needs."""

import io
import logging
from pathlib import Path

import pyvips
from PIL import Image

from shared.imaging.pictures import LARGEST_PIXELS, read_picture

QUALITY = 80
# libvips tells of damage line by line and from its own threads; the error that follows says it once.
logging.getLogger("pyvips").setLevel(logging.ERROR)
_LOADERS = ("png", "jpeg", "webp", "tiff", "gif")


def make_thumbnail(path: Path, side: int) -> bytes:
    """WebP within `side` by `side` pixels, turned as EXIF says, in sRGB; never larger than the picture.

    Raises InvalidPictureError and NotFoundError as `read_picture`, which also takes what libvips does not.
    """
    try:
        return _by_vips(path, side)
    except (pyvips.Error, _UnknownKindError):
        thumbnail = Image.fromarray(read_picture(path))
        thumbnail.thumbnail((side, side), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        thumbnail.save(buffer, "WEBP", quality=QUALITY)
        return buffer.getvalue()


class _UnknownKindError(Exception):
    """Not for libvips to open: it would also read SVG, PDF and whatever else it was built with."""


def _by_vips(path: Path, side: int) -> bytes:
    if not path.is_file():
        raise _UnknownKindError
    # A source takes the name as it stands; a plain file name may end in options for libvips.
    header = pyvips.Image.new_from_source(pyvips.Source.new_from_file(str(path)), "", access="sequential")
    if not header.get("vips-loader").startswith(_LOADERS) or header.width * header.height > LARGEST_PIXELS:
        raise _UnknownKindError
    thumbnail = pyvips.Image.thumbnail_source(
        pyvips.Source.new_from_file(str(path)),
        side,
        height=side,
        size="down",
        output_profile="srgb",
        option_string="[fail_on=truncated]",
    )
    written: bytes = thumbnail.webpsave_buffer(Q=QUALITY, keep="none")
    return written
