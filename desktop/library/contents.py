"""What is inside a picture's file: its size, and how it was made."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from desktop.library.origins import read_origin
from desktop.library.picture_files import hash_of
from desktop.library.thumbnails import SMALL
from shared.contracts.generation import BlobId, Recipe
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.pixel_hash import hash_of_pixels
from shared.imaging.recipe_pictures import encode_recipe_png, read_recipe
from shared.imaging.thumbnails import thumbnail_of

SUFFIX_OF_FORMAT = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp"}


@dataclass(frozen=True)
class PictureContents:
    """`data` is the file as it will be kept; width and height are those of the picture as it is seen."""

    data: bytes
    suffix: str
    width: int
    height: int
    blob: BlobId
    recipe: Recipe | None
    pixels: str
    """The hash of what is seen."""
    thumbnail: bytes
    """The small one, made here so that the picture is unpacked but once."""

    @property
    def prompt(self) -> str:
        return self.recipe.request.prompt if self.recipe else ""


def with_recipe(png: bytes, recipe: Recipe | None) -> PictureContents:
    """A made picture, with its recipe in its file; bytes that carry it already stay as they are."""
    pixels = read_picture(png)
    if recipe is not None and read_recipe(png) != recipe:
        png = encode_recipe_png(pixels, recipe)
    height, width = pixels.shape[:2]
    return PictureContents(
        data=png,
        suffix=".png",
        width=width,
        height=height,
        blob=hash_of(png),
        recipe=recipe,
        pixels=hash_of_pixels(pixels),
        thumbnail=thumbnail_of(pixels, SMALL),
    )


def read_contents(path: Path, *, as_it_is: bool = False) -> PictureContents:
    """A picture of any origin. Other kinds than PNG, JPEG and WebP are kept as PNG, unless `as_it_is`.

    Raises NotFoundError, and InvalidPictureError for what is no whole picture.
    """
    pixels = read_picture(path)
    height, width = pixels.shape[:2]
    data = path.read_bytes()
    recipe = read_recipe(data) or read_origin(data, width=width, height=height)
    with Image.open(io.BytesIO(data)) as image:
        suffix = SUFFIX_OF_FORMAT.get(image.format or "")
    if as_it_is:
        suffix = path.suffix
    elif suffix is None:
        data, suffix = encode_png(pixels), ".png"
    return PictureContents(
        data=data,
        suffix=suffix,
        width=width,
        height=height,
        blob=hash_of(data),
        recipe=recipe,
        pixels=hash_of_pixels(pixels),
        thumbnail=thumbnail_of(pixels, SMALL),
    )
