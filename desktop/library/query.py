"""What the artist looks for in the library."""

from datetime import date
from typing import Literal

from pydantic import Field

from desktop.library.picture import Kind, Label, Place
from shared.contracts.base import Contract

Sort = Literal["newest", "oldest", "best", "largest", "name", "arranged"]
"""`arranged` is as the artist laid a board out; where there is no board, the newest come first."""
Shape = Literal["", "landscape", "portrait", "square"]


class Query(Contract):
    """Everything that is set must hold. `board` is a board's id; sides are in pixels; both days are included."""

    place: Place = "all"
    search: str = ""
    board: str = ""
    tag: str = ""
    model: str = ""
    kind: Kind | Literal[""] = ""
    label: Label = ""
    least_rating: int = Field(default=0, ge=0, le=5)
    shape: Shape = ""
    least_side: int = Field(default=0, ge=0)
    first_day: date | None = None
    last_day: date | None = None
    sort: Sort = "newest"

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out pictures of its place."""
        return self.model_copy(update={"place": "all", "sort": "newest"}) != Query()
