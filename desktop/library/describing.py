"""A picture as the library will know it, from what is in its file and beside it."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from desktop.library.contents import PictureContents
from desktop.library.picture import Kind, LibraryPicture
from desktop.library.sidecars import Sidecar
from shared.contracts.errors import PentimentoError
from shared.contracts.generation import BlobId, Recipe
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from shared.imaging.pixel_hash import hash_of_pixels

OURS = "pentimento"
"""What our engines' names begin with, in recipes."""


def describe(
    contents: PictureContents,
    file: Path,
    created_at: datetime,
    *,
    picture_id: str,
    source: str,
    job_id: str | None = None,
    kind: Kind | None = None,
) -> LibraryPicture:
    """`kind` where it is not as the recipe says; what other programs made counts as imported."""
    recipe = contents.recipe
    if kind is None and recipe is not None and recipe.rendering.engine.casefold().startswith(OURS):
        kind = recipe.request.kind
    return LibraryPicture(
        id=picture_id,
        file=file,
        width=contents.width,
        height=contents.height,
        created_at=created_at,
        prompt=contents.prompt,
        model_name=(recipe.request.model.name or recipe.request.model.id) if recipe else "",
        seed=recipe.rendering.seed if recipe else None,
        starred=False,
        recipe_text=recipe.model_dump_json() if recipe else None,
        blob=contents.blob,
        job_id=job_id,
        kind=kind or "imported",
        parent=parent_of(recipe),
        pixels=contents.pixels,
        source=source,
    )


def with_marks(picture: LibraryPicture, told: Sidecar | None) -> LibraryPicture:
    """What an artist gave it, here or in another program."""
    if told is None:
        return picture
    return replace(
        picture,
        starred=told.starred,
        rating=told.rating,
        label=told.label,
        notes=told.notes,
        tags=told.tags,
        trashed_at=told.trashed_at,
    )


def parent_of(recipe: Recipe | None) -> BlobId | None:
    return None if recipe is None else recipe.request.source


def source_of(recipe: Recipe | None, blobs: BlobFolder) -> str:
    """The hash of the pixels that it was made from; empty where there are none, or they are not kept any more."""
    parent = parent_of(recipe)
    if parent is None:
        return ""
    try:
        return hash_of_pixels(read_picture(blobs.read(parent)))
    except PentimentoError:
        return ""
