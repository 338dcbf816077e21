"""A picture as the library knows it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from shared.contracts.generation import BlobId, Recipe

ChangeKind = Literal["added", "changed", "trashed", "restored", "removed", "rebuilt"]
Place = Literal["all", "starred", "trash"]
"""`all` and `starred` leave out what is in the trash."""


class Cursor(NamedTuple):
    """A place in the order newest first; a page begins after it, whether or not its picture is still there."""

    created_at: datetime
    id: str


@dataclass(frozen=True)
class LibraryPicture:
    """`file` is absolute; `blob` is the SHA-256 of its bytes; `recipe` is None where nothing is known of it."""

    id: str
    file: Path
    width: int
    height: int
    created_at: datetime
    prompt: str
    model_name: str
    seed: int | None
    starred: bool
    recipe: Recipe | None
    blob: BlobId
    notes: str = ""
    trashed_at: datetime | None = None
    job_id: str | None = None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.created_at, self.id)


@dataclass(frozen=True)
class LibraryChange:
    """What became of pictures. `rebuilt` means: read everything anew."""

    kind: ChangeKind
    pictures: tuple[LibraryPicture, ...] = ()
