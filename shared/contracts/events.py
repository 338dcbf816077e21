"""What a running job tells: one union for the engine's process, the network and the tests."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import BlobId, Placement, Recipe

LoadingStage = Literal[
    "starting", "model", "conditioning", "sending", "queued", "unreachable", "signed_out", "fetching"
]


class Accepted(Contract):
    event: Literal["accepted"] = "accepted"


class Loading(Contract):
    """It is not painted yet; `stage` says what is waited for.

    Here: the engine's process, the model, the prompt. In the cloud also: pictures that are sent, a worker's turn,
    the network, a sign-in, and finished pictures that are fetched.
    """

    event: Literal["loading"] = "loading"
    stage: LoadingStage = "model"


class Progress(Contract):
    """`step` of `steps` are done, over all pictures and passes of the job. `preview` is a small JPEG or empty."""

    event: Literal["progress"] = "progress"
    step: int = Field(ge=0)
    steps: int = Field(ge=1)
    picture: int = Field(default=0, ge=0)
    preview: bytes = b""
    preview_placement: Placement = Placement()
    preview_width: int = 0
    preview_height: int = 0
    """Where on the document, and how large, the preview is to be shown."""


class Picture(Contract):
    """Picture number `index` is finished and lies in the blob folder as a PNG (RGB, or RGBA for an inpaint)."""

    event: Literal["picture"] = "picture"
    index: int = Field(ge=0)
    blob: BlobId
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    placement: Placement = Placement()
    recipe: Recipe


class Completed(Contract):
    event: Literal["completed"] = "completed"
    seconds: float = Field(ge=0)


class Cancelled(Contract):
    event: Literal["cancelled"] = "cancelled"


class Failed(Contract):
    event: Literal["failed"] = "failed"
    error: ErrorReport


GenerationEvent = Annotated[
    Accepted | Loading | Progress | Picture | Completed | Cancelled | Failed, Field(discriminator="event")
]
"""A stream ends with exactly one of completed, cancelled, failed."""

FINAL_EVENTS = (Completed, Cancelled, Failed)

generation_event_adapter: TypeAdapter[
    Accepted | Loading | Progress | Picture | Completed | Cancelled | Failed
] = TypeAdapter(GenerationEvent)
