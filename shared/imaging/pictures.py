"""Picture files to arrays and back, for files of any origin."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image, PngImagePlugin

from shared.contracts.errors import (
    InvalidPictureError,
    InvalidRequestError,
    NotFoundError,
    PentimentoError,
)
from shared.imaging.colour_profiles import to_srgb
from shared.imaging.pixels import Pixels
from shared.imaging.png_texts import read_png_texts

__all__ = ["LARGEST_PIXELS", "encode_png", "picture_size", "read_mask", "read_picture", "read_png_texts"]

LARGEST_PIXELS = 89_478_485
"""Pillow's own limit, at which it warns of a decompression bomb; here it is an error."""
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_picture(source: Path | bytes) -> Pixels:
    """(height, width, 3), or 4 where the file has transparency; sRGB, turned as its EXIF says, 8 bits.

    PNG, JPEG, WebP, TIFF, BMP, and a GIF's first frame. Raises InvalidPictureError for any other content, for
    damaged files and for more than 89 megapixels, NotFoundError where there is no file.
    """
    with _opened(source) as image:
        turned = _turned(_eight_bit(image), _orientation(image))
        return np.array(to_srgb(turned, image.info.get("icc_profile")))


def picture_size(source: Path | bytes) -> tuple[int, int]:
    """(width, height) as its head says, before any turning; nothing is unpacked. Raises as `read_picture`."""
    with _opened(source) as image:
        return image.width, image.height


def read_mask(source: Path | bytes, size: tuple[int, int]) -> Pixels:
    """(height, width) for a picture of `size` (width, height): 255 repaints, 0 keeps.

    The file's brightness; what is transparent in it is kept. Its numbers are taken as they are, whatever its
    colour profile. Raises as `read_picture`, and InvalidRequestError for another size.
    """
    with _opened(source) as image:
        pixels = to_srgb(_turned(_eight_bit(image), _orientation(image)), None)
        brightness = np.array(pixels.convert("L"))
        if pixels.mode == "RGBA":
            opacity = np.array(pixels.getchannel("A")).astype(np.uint16)
            brightness = ((brightness * opacity + 127) // 255).astype(np.uint8)
    height, width = brightness.shape
    if (width, height) != size:
        raise InvalidRequestError(
            "The mask has {width} × {height} pixels, but the picture has {picture_width} × {picture_height}.",
            advice="Make a mask of the picture's size, white where it is to be repainted.",
            width=width,
            height=height,
            picture_width=size[0],
            picture_height=size[1],
        )
    return brightness


def encode_png(pixels: Pixels, texts: Mapping[str, str] = MappingProxyType({}), xmp: str = "") -> bytes:
    """A PNG of a mask, RGB or RGBA, with text chunks (iTXt where Latin-1 does not do) and an XMP packet."""
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    if xmp:
        info.add_itxt("XML:com.adobe.xmp", xmp)
    buffer = io.BytesIO()
    # Level 4 takes a third of level 9's time for files a few hundredths larger.
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", pnginfo=info, compress_level=4)
    return buffer.getvalue()


@contextlib.contextmanager
def _opened(source: Path | bytes) -> Iterator[Image.Image]:
    if isinstance(source, Path) and not source.is_file():
        if source.exists():
            raise _invalid(source)
        raise NotFoundError("There is no file {file}.", advice="Check the name and the folder.", file=source)
    try:
        with Image.open(
            io.BytesIO(source) if isinstance(source, bytes) else source, formats=_FORMATS
        ) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise _too_large(source)
            yield image
    except PentimentoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(source) from error
    except MemoryError as error:
        raise _too_large(source) from error
    except Exception as error:  # Pillow's decoders raise errors of any kind on damaged files.
        raise _invalid(source) from error


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits brought to 8, which Pillow itself would cut off at 255."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image).astype(np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    brightest = values.max(initial=0.0)
    if image.mode == "F" and brightest <= 1.0:
        scale = 255.0
    else:
        scale = 1.0 if brightest <= 255 and not image.mode.startswith("I;16") else 255 / 65535
    return Image.fromarray(np.rint(np.clip(values * scale, 0, 255)).astype(np.uint8))


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a picture is worth showing even where its EXIF is damaged in any way
        return 1


def _too_large(source: Path | bytes) -> InvalidPictureError:
    return InvalidPictureError(
        "The picture {file} is too large: pictures may have up to {megapixels} megapixels."
        if isinstance(source, Path)
        else "The picture is too large: pictures may have up to {megapixels} megapixels.",
        advice="Make it smaller in another program first.",
        file=_name(source),
        megapixels=LARGEST_PIXELS // 1_000_000,
    )


def _invalid(source: Path | bytes) -> InvalidPictureError:
    return InvalidPictureError(
        "{file} can't be read as a picture." if isinstance(source, Path) else "The picture can't be read.",
        advice="Choose a PNG, JPEG, WebP, TIFF, BMP or GIF file that opens in other programs.",
        file=_name(source),
    )


def _name(source: Path | bytes) -> str:
    return source.name if isinstance(source, Path) else ""
