"""Colours of any mode and profile to sRGB."""

import contextlib
import io

import numpy as np
from PIL import Image, ImageCms

_BASE_MODES = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK", "LAB": "LAB"}
"""The colour mode that a profile speaks of, by the mode of a file; RGB for all others."""


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, or RGBA where the image has transparency. A damaged or unfitting profile counts as none."""
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colours = _converted(_base(image), profile)
    # Not `putalpha`: the colours may be the image itself, which is the caller's.
    return colours if alpha is None else Image.merge("RGBA", (*colours.split(), alpha))


def _base(image: Image.Image) -> Image.Image:
    mode = _BASE_MODES.get(image.mode, "RGB")
    if image.mode in {"P", "PA"} and image.has_transparency_data:
        # Pillow converts such a palette to RGB only by way of RGBA without complaint.
        image = image.convert("RGBA")
    return image if image.mode == mode else image.convert(mode)


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        return _transformed(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode != "RGB" or not _is_srgb(source):
                return _transformed(image, source)
    return image if image.mode == "RGB" else image.convert("RGB")


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether it changes nothing but by rounding; then values must stay what they are, to the last bit."""
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    lattice = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, len(levels), 3)
    transformed = np.array(_transformed(Image.fromarray(lattice), profile)).astype(np.int16)
    return int(np.abs(transformed - lattice).max()) <= 2


def _transformed(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    transformed = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    if transformed is None:
        raise ImageCms.PyCMSError("the profile transformed nothing")
    return transformed
