"""From what the executor made to what is stored: what is done around a picture, its thumbnail, the format asked for."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from shared.contracts.events import Picture
from shared.contracts.generation import Placement, Recipe
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels
from shared.imaging.recipe_pictures import encode_recipe_png
from shared.imaging.thumbnails import make_thumbnail

THUMBNAIL_SIDE = 512
_DELIVERED = {"jpeg": ("JPEG", "jpg", "image/jpeg"), "webp": ("WEBP", "webp", "image/webp")}
_LONGEST_BLUR = 0.05
"""Of the picture's longer side."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    suffix: str
    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Finished:
    png: bytes
    thumbnail: bytes
    delivery: Delivery | None
    width: int
    height: int
    recipe: Recipe


def finish(picture: Picture, kind: str, options: dict[str, Any], blobs: BlobFolder) -> Finished:
    """Blocks for a while: call it in a thread.

    The engine's file is kept bit for bit where nothing is done around it. A layer becomes a whole picture.
    """
    path = blobs.path(picture.blob)
    png, size = path.read_bytes(), (picture.width, picture.height)
    pixels = _around(picture, kind, options, blobs)
    if pixels is not None:
        png = encode_recipe_png(pixels, picture.recipe)
        size = (int(pixels.shape[1]), int(pixels.shape[0]))
        path = blobs.path(blobs.put(png))
    return Finished(
        png=png,
        thumbnail=make_thumbnail(path, THUMBNAIL_SIDE),
        delivery=_delivered(path, str(options.get("format") or "png")),
        width=size[0],
        height=size[1],
        recipe=picture.recipe,
    )


def _around(picture: Picture, kind: str, options: dict[str, Any], blobs: BlobFolder) -> Pixels | None:
    if options.get("as_made"):
        return None
    layer = blobs.path(picture.blob)
    if kind == "inpaint":
        source = blobs.path(picture.recipe.request.source or "")
        return _laid_over(read_picture(source), read_picture(layer), picture.placement)
    if kind == "outpaint":
        return _outpainted(picture, options, blobs)
    if kind == "background" and options.get("action") != "remove":
        return _new_background(read_picture(layer), options, blobs)
    return None


def _laid_over(below: Pixels, above: Pixels, placement: Placement) -> Pixels:
    ground = Image.fromarray(below).convert("RGBA")
    over = Image.fromarray(above).convert("RGBA")
    whole = Image.new("RGBA", ground.size)
    whole.paste(over, (placement.x, placement.y))
    joined = Image.alpha_composite(ground, whole)
    opaque = below.shape[2] == 3
    return np.array(joined.convert("RGB") if opaque else joined)


def _outpainted(picture: Picture, options: dict[str, Any], blobs: BlobFolder) -> Pixels:
    """The source where it lay, and the layer, which counts from its corner."""
    left, top = int(options["left"]), int(options["top"])
    source = Image.fromarray(read_picture(blobs.path(str(options["source"])))).convert("RGBA")
    size = (source.width + left + int(options["right"]), source.height + top + int(options["bottom"]))
    ground = Image.new("RGBA", size)
    ground.paste(source, (left, top))
    over = Image.new("RGBA", size)
    layer = Image.fromarray(read_picture(blobs.path(picture.blob))).convert("RGBA")
    over.paste(layer, (picture.placement.x + left, picture.placement.y + top))
    return np.array(Image.alpha_composite(ground, over).convert("RGB"))


def _new_background(cut: Pixels, options: dict[str, Any], blobs: BlobFolder) -> Pixels:
    subject = Image.fromarray(cut).convert("RGBA")
    if options.get("action") == "replace":
        behind = Image.fromarray(read_picture(blobs.path(str(options["replacement"])))).convert("RGB")
        behind = ImageOps.fit(behind, subject.size, Image.Resampling.LANCZOS)
    else:
        source = Image.fromarray(read_picture(blobs.path(str(options["source"])))).convert("RGB")
        radius = max(1.0, float(options["blur_strength"]) * _LONGEST_BLUR * max(subject.size))
        behind = source.filter(ImageFilter.GaussianBlur(radius))
    return np.array(Image.alpha_composite(behind.convert("RGBA"), subject).convert("RGB"))


def _delivered(path: Path, wanted: str) -> Delivery | None:
    if wanted not in _DELIVERED:
        return None
    form, suffix, content_type = _DELIVERED[wanted]
    image = Image.fromarray(read_picture(path))
    if form == "JPEG" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, form, quality=92)
    return Delivery(suffix=suffix, content_type=content_type, data=buffer.getvalue())
