"""What the studio and the process that speaks to the Hub say to each other: one JSON object a line."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract
from shared.contracts.errors import ErrorReport

Gate = Literal["", "auto", "manual"]
"""Whether its makers ask for consent first, and whether they look at each who asks."""


class HubAccess(Contract):
    """`endpoint` of a mirror; empty for the Hub itself. `token` is the artist's, for models that ask for one."""

    endpoint: str = ""
    token: str = Field(default="", repr=False)


class HubModel(Contract):
    id: str
    downloads: int = 0
    likes: int = 0
    gate: Gate = ""
    licence: str = ""
    task: str = ""
    changed_at: datetime | None = None


class HubFile(Contract):
    """`sha256` of a large file; of a small one `git_id`, the hash by which git keeps it."""

    path: str
    size: int = Field(ge=0)
    sha256: str = ""
    git_id: str = ""


class HubRepository(Contract):
    """`commit` pins the files, so that they cannot change between two of them."""

    model: HubModel
    commit: str
    files: tuple[HubFile, ...] = ()


class Search(Contract):
    kind: Literal["search"] = "search"
    access: HubAccess
    words: str
    limit: int = 40


class Inspect(Contract):
    kind: Literal["inspect"] = "inspect"
    access: HubAccess
    repo: str


class Fetch(Contract):
    """Into `target`, beside which `target` + ".part" grows; what is there already is not fetched again."""

    kind: Literal["fetch"] = "fetch"
    access: HubAccess
    repo: str
    commit: str
    file: HubFile
    target: str


class Found(Contract):
    kind: Literal["found"] = "found"
    models: tuple[HubModel, ...]


class Inspected(Contract):
    kind: Literal["inspected"] = "inspected"
    repository: HubRepository


class Received(Contract):
    """`size` bytes of the file are on the disk. `waiting` while the Hub or the line is not there."""

    kind: Literal["received"] = "received"
    size: int
    waiting: bool = False


class Checking(Contract):
    """The whole file is here; its hash is being compared."""

    kind: Literal["checking"] = "checking"


class Fetched(Contract):
    kind: Literal["fetched"] = "fetched"


class Refused(Contract):
    kind: Literal["refused"] = "refused"
    error: ErrorReport


Request = Annotated[Search | Inspect | Fetch, Field(discriminator="kind")]
Reply = Annotated[Found | Inspected | Received | Checking | Fetched | Refused, Field(discriminator="kind")]
FINAL_REPLIES = (Found, Inspected, Fetched, Refused)

request_adapter: TypeAdapter[Search | Inspect | Fetch] = TypeAdapter(Request)
reply_adapter: TypeAdapter[Found | Inspected | Received | Checking | Fetched | Refused] = TypeAdapter(Reply)
