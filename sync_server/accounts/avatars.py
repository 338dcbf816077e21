"""Avatars: whatever is sent becomes a small square picture of our own making, without metadata."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from sync_server.platform.errors import FileTooLargeError, UnsupportedMediaTypeError

SIDE = 256
MAX_BYTES = 5 * 1024 * 1024
_MAX_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")


def make_avatar(data: bytes) -> bytes:
    """A 256x256 WebP from the middle of the picture. Blocks: run it in a thread.

    What it is shows in its bytes, not in its name. Raises UnsupportedMediaTypeError, FileTooLargeError.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLargeError(
            "A picture may have at most {limit} MB.",
            advice="Choose a smaller one.",
            limit=MAX_BYTES // 1024**2,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height > _MAX_PIXELS:
                    raise _too_many_pixels()
                picture.draft("RGB", (SIDE, SIDE))
                upright = _upright(picture).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise UnsupportedMediaTypeError(
            "An avatar is a JPEG, PNG or WebP picture.", advice="Save it as one of these, then try again."
        ) from None
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    square.save(encoded, "WEBP", quality=88)
    return encoded.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; broken metadata is no reason to refuse a good picture."""
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except (SyntaxError, ValueError, OSError, KeyError):
        return picture


def _too_many_pixels() -> FileTooLargeError:
    return FileTooLargeError("This picture has too many pixels.", advice="Choose a smaller one.")
