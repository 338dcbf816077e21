"""A picture as the library knows it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from shared.contracts.generation import BlobId, Recipe

ChangeKind = Literal["added", "changed", "trashed", "restored", "removed", "rebuilt"]
Place = Literal["all", "starred", "trash"]
"""`all` and `starred` leave out what is in the trash."""


Label = Literal["", "red", "orange", "yellow", "green", "blue", "purple"]
LABELS: tuple[Label, ...] = ("red", "orange", "yellow", "green", "blue", "purple")
Kind = Literal[
    "text_to_image",
    "image_to_image",
    "inpaint",
    "variations",
    "outpaint",
    "upscale",
    "enhance",
    "remove_background",
    "imported",
]
MOST_STARS = 5


@dataclass(frozen=True)
class LibraryPicture:
    """`file` is absolute; `blob` is the SHA-256 of its bytes; `recipe` is None where nothing is known of it.

    `number` is its place in the database, and changes when that is rebuilt. `parent` is the blob that it was made
    from, `source` the hash of that one's pixels, as `pixels` is of its own; both are empty where they are not known. A
    `linked` picture's file is not the library's: it is never moved, renamed or deleted. `rating` is 0 to 5.
    """

    id: str
    file: Path
    width: int
    height: int
    created_at: datetime
    prompt: str
    model_name: str
    seed: int | None
    starred: bool
    recipe_text: str | None
    blob: BlobId
    notes: str = ""
    trashed_at: datetime | None = None
    job_id: str | None = None
    number: int = 0
    rating: int = 0
    label: Label = ""
    kind: Kind = "imported"
    parent: BlobId | None = None
    linked: bool = False
    pixels: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()

    @cached_property
    def recipe(self) -> Recipe | None:
        """Read when it is asked for: of the pictures that are scrolled past nobody asks."""
        return None if self.recipe_text is None else Recipe.model_validate_json(self.recipe_text)


@dataclass(frozen=True)
class Relative:
    """One of a picture's history; `depth` is how many steps it is from the first of them."""

    picture: LibraryPicture
    depth: int


@dataclass(frozen=True)
class LibraryChange:
    """What became of pictures. `rebuilt` means: read everything anew. `blobs` only of those `removed`."""

    kind: ChangeKind
    ids: tuple[str, ...] = ()
    blobs: tuple[BlobId, ...] = ()
