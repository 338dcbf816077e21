"""Pictures to files of every kind that artists hand on, with the words that belong in them."""

import io
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from shared.imaging.pixels import Pixels, flatten

WHITE = (255, 255, 255)
_USER_COMMENT = 0x9286
_EXIF_IFD = 0x8769
_SOFTWARE = 0x0131
_DESCRIPTION = 0x010E
_TIFF_XMP = 700
# JPEG's segments hold at most 64 KB; a longer text would fail the whole file.
_LONGEST_COMMENT = 60_000


class PictureKind(StrEnum):
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"


class Chroma(StrEnum):
    """How finely a JPEG keeps colours beside brightness."""

    FULL = "4:4:4"
    HALF = "4:2:2"
    QUARTER = "4:2:0"


class TiffCompression(StrEnum):
    NONE = "raw"
    LZW = "tiff_lzw"
    DEFLATE = "tiff_adobe_deflate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """`quality` (1 to 100) is of JPEG and of WebP that is not `lossless`; each kind reads what concerns it."""

    kind: PictureKind = PictureKind.PNG
    quality: int = 92
    chroma: Chroma = Chroma.FULL
    lossless: bool = False
    compression: TiffCompression = TiffCompression.DEFLATE


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTexts:
    """`parameters` is the A1111 text, `png_texts` what only a PNG can carry, `xmp` a whole packet."""

    xmp: str = ""
    parameters: str = ""
    png_texts: dict[str, str] = field(default_factory=dict)


def has_transparency(kind: PictureKind) -> bool:
    return kind is not PictureKind.JPEG


def encode_picture(pixels: Pixels, encoding: Encoding, texts: PictureTexts) -> bytes:
    """A file of RGB or straight RGBA in sRGB, and it says so. A JPEG lies on white."""
    if not has_transparency(encoding.kind):
        pixels = flatten(pixels, WHITE)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    options: dict[str, Any] = {"icc_profile": _srgb_profile()}
    match encoding.kind:
        case PictureKind.PNG:
            options |= {"pnginfo": _png_info(texts), "compress_level": 4}
        case PictureKind.JPEG:
            options |= {"quality": encoding.quality, "subsampling": encoding.chroma.value}
        case PictureKind.WEBP:
            # `exact` keeps the colours under what is wholly transparent, as every other kind does.
            options |= {"quality": encoding.quality, "lossless": encoding.lossless, "method": 4}
            options |= {"exact": encoding.lossless}
        case PictureKind.TIFF:
            options |= {"compression": encoding.compression.value, "tiffinfo": _tiff_info(texts)}
    if encoding.kind in {PictureKind.JPEG, PictureKind.WEBP}:
        options["exif"] = _exif(texts)
        if texts.xmp:
            options["xmp"] = texts.xmp.encode()
    buffer = io.BytesIO()
    image.save(buffer, encoding.kind.value, **options)
    return buffer.getvalue()


def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _png_info(texts: PictureTexts) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    if texts.parameters:
        info.add_text("parameters", texts.parameters)
    for name, text in texts.png_texts.items():
        info.add_text(name, text)
    if texts.xmp:
        info.add_itxt("XML:com.adobe.xmp", texts.xmp)
    return info


def _user_comment(text: str) -> bytes:
    """EXIF's own form for a text of any script: eight letters that name the code, then UTF-16."""
    return b"UNICODE\0" + text.encode("utf-16-be", "replace")[:_LONGEST_COMMENT]


def _exif(texts: PictureTexts) -> Image.Exif:
    exif = Image.Exif()
    exif[_SOFTWARE] = "Pentimento"
    if texts.parameters:
        exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = _user_comment(texts.parameters)
    return exif


def _tiff_info(texts: PictureTexts) -> TiffImagePlugin.ImageFileDirectory_v2:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[_SOFTWARE] = "Pentimento"
    if texts.parameters:
        # Bytes, as Pillow would write a text in ASCII; libtiff takes no EXIF block beside compression.
        info[_DESCRIPTION] = texts.parameters.encode()
    if texts.xmp:
        # Plain bytes, as readers of XMP look for them.
        info.tagtype[_TIFF_XMP] = 1
        info[_TIFF_XMP] = texts.xmp.encode()
    return info
