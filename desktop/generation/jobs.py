"""A job of the queue and what it made, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.contracts.errors import ErrorReport
from shared.contracts.events import LoadingStage
from shared.contracts.generation import BlobId, GenerationRequest, Placement, Recipe

Place = Literal["local", "cloud"]
JobState = Literal["waiting", "running", "completed", "failed", "cancelled"]
Settlement = Literal["taken", "dropped"]

FINISHED_STATES: frozenset[JobState] = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Job:
    """`placement` is where the request's top left corner lies on the document; `attempt` counts from 1."""

    id: str
    created_at: datetime
    position: int
    request: GenerationRequest
    state: JobState = "waiting"
    place: Place = "local"
    price_credits: int | None = None
    attempt: int = 1
    error: ErrorReport | None = None
    document_id: str = ""
    placement: Placement = field(default_factory=Placement)

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_STATES


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A finished picture that waits beside the canvas until it is taken or dropped."""

    job_id: str
    index: int
    picture_id: str
    """Its id in the library, where it stays whatever becomes of the candidate."""
    blob: BlobId
    width: int
    height: int
    placement: Placement
    recipe: Recipe
    document_id: str = ""


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """Of a job in hand. `seconds_left` is None until two steps were timed; `steps` is 0 before the first."""

    job_id: str
    stage: LoadingStage | Literal["painting"]
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    preview: bytes = b""
    """A small JPEG to be shown at `preview_placement`, `preview_width` by `preview_height` pixels; or empty."""
    preview_placement: Placement = field(default_factory=Placement)
    preview_width: int = 0
    preview_height: int = 0
    document_id: str = ""


def input_blobs(request: GenerationRequest) -> tuple[BlobId, ...]:
    """The pictures that a request is made from."""
    return request.pictures
