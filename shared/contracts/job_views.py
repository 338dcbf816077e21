"""Jobs, their pictures and the queue as clients see them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from shared.contracts.base import Contract

JobKind = Literal[
    "text_to_image",
    "image_to_image",
    "variations",
    "edit",
    "inpaint",
    "outpaint",
    "upscale",
    "enhance",
    "background",
    "video",
    "training",
    "workflow",
]
JobStatus = Literal["pending", "queued", "processing", "completed", "failed", "cancelled"]
JobStage = Literal["", "loading", "generating", "uploading", "training", "encoding"]


class Created(Contract):
    """`channel` is the WebSocket's address for this job; `links` where a client goes on."""

    job_id: UUID
    kind: JobKind
    status: JobStatus
    prompt: str
    estimated_credits: int
    estimated_time_seconds: int
    queue_position: int | None
    channel: str
    created_at: datetime
    links: dict[str, str]
    width: int | None = None
    height: int | None = None
    estimated_wait_seconds: int = 0
    init_image_url: str | None = None
    original_resolution: str | None = None
    target_resolution: str | None = None


class CreatedBatch(Contract):
    batch_id: UUID | None
    jobs: list[Created]
    total_jobs: int
    total_estimated_credits: int


class Estimate(Contract):
    """The most that it can cost."""

    kind: JobKind
    credits: int
    seconds: int
    available: int
    enough: bool
    width: int | None = None
    height: int | None = None


class JobImage(Contract):
    """`x` and `y` are where a layer lies on the picture that it was made for."""

    id: UUID
    url: str
    thumbnail_url: str
    width: int
    height: int
    file_size: int
    seed: int | None
    format: str
    x: int = 0
    y: int = 0


class SourceImage(Contract):
    """What a job was made from; `id` is the hash of its bytes, which a request may name again."""

    id: str
    url: str
    width: int
    height: int


class JobFailure(Contract):
    code: str
    message: str


class JobProgress(Contract):
    """`progress` in percent."""

    job_id: UUID
    status: JobStatus
    stage: JobStage
    progress: int
    step: int
    steps: int
    queue_position: int | None
    message: str


class JobSummary(Contract):
    id: UUID
    job_id: UUID
    kind: JobKind
    job_type: JobKind
    status: JobStatus
    stage: JobStage
    progress: int
    model: str
    prompt: str
    num_images: int
    estimated_credits: int
    actual_credits: int | None
    refunded_credits: int
    queue_position: int | None
    thumbnail_url: str | None
    batch_id: UUID | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    error: JobFailure | None


class Job(JobSummary):
    """`image` is the first of `images`. What was handed in is shown as long as it is kept.

    Worker and priority are shown to administrators only.
    """

    user_id: UUID
    negative_prompt: str
    model_id: UUID | None
    parameters: dict[str, Any]
    images: list[JobImage]
    image: JobImage | None
    original_image: SourceImage | None
    mask: SourceImage | None
    width: int | None
    height: int | None
    processing_time_seconds: float | None
    estimated_completion: datetime | None
    result_metadata: dict[str, Any]
    safety_checked: bool
    priority: int | None
    worker_id: str | None
    attempt: int
    links: dict[str, str]


class JobCancelled(Contract):
    """A job that runs stops at its next step: `status` is then still processing."""

    id: UUID
    job_id: UUID
    status: JobStatus
    refunded_credits: int


class QueuedJob(Contract):
    id: UUID
    job_id: UUID
    status: JobStatus
    progress_percent: int
    queue_position: int | None
    started_at: datetime | None
    queued_at: datetime | None
    estimated_start_time: datetime | None


class QueueStatus(Contract):
    pending_jobs: int
    queued_jobs: int
    processing_jobs: int
    active_jobs: int
    completed_today: int
    queue_limit: int
    estimated_wait_time_seconds: int
    jobs: list[QueuedJob]


class GlobalQueueStatus(Contract):
    total_pending: int
    total_processing: int
    available_workers: int
    average_wait_time_seconds: int
    average_processing_time_seconds: int
    queue_health: Literal["healthy", "busy", "stopped"]


class DayCount(Contract):
    date: date
    count: int


class ResolutionCount(Contract):
    resolution: str
    count: int


class FavouriteModel(Contract):
    id: UUID | None
    name: str
    usage_count: int


class GenerationStatistics(Contract):
    total_generations: int
    successful_generations: int
    failed_generations: int
    images_generated: int
    images_remaining: int
    total_credits_spent: int
    average_credits_per_generation: float
    favorite_model: FavouriteModel | None
    generation_count_by_day: list[DayCount]
    most_used_resolutions: list[ResolutionCount]
    subscription_tier: str


class EnhancedPrompt(Contract):
    """`method` says whether an outside model wrote it, or a template of ours (which is free)."""

    original_prompt: str
    enhanced_prompt: str
    suggested_negative_prompt: str
    suggested_parameters: dict[str, Any]
    method: Literal["template", "model"]
    credits: int


class TranslatedPrompt(Contract):
    """`confidence` (0 to 1) is None where the model tells none."""

    original_prompt: str
    translated_prompt: str
    source_language: str
    confidence: float | None


class UploadPart(Contract):
    """Send the bytes by PUT to `url`; `received` once they lie there."""

    number: int
    size: int
    url: str
    received: bool


class Upload(Contract):
    """In parts, each by itself: what was sent stays when the connection breaks."""

    id: UUID
    status: Literal["open", "complete"]
    size: int
    content_type: str
    parts: list[UploadPart]
    width: int | None
    height: int | None
    expires_at: datetime
