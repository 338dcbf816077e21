"""Models of the cloud as clients see them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from shared.contracts.base import Contract

ModelType = Literal["main", "vae", "lora", "controlnet", "upscaler"]
ModelBase = Literal["sd-1", "sd-2", "sdxl", "sd-3", "flux", "hosted"]


class DefaultParameters(Contract):
    width: int
    height: int
    steps: int
    guidance_scale: float
    cfg_scale: float
    sampler: str


class CloudModel(Contract):
    """`credits` is what one picture of its native size costs with its default steps."""

    id: UUID
    name: str
    display_name: str
    description: str
    type: ModelType
    model_type: str
    base: ModelBase
    version: str
    min_tier: str
    executor: str
    kinds: list[str]
    file_size_gb: float | None
    default_parameters: DefaultParameters
    credits: int
    is_available: bool
    is_active: bool
    is_nsfw: bool
    popularity_score: int
    thumbnail_url: str | None
    sample_images: list[str]
    created_at: datetime | None


class UsageTotals(Contract):
    total_generations: int = 0
    total_generations_7d: int = 0


class CloudModelDetails(CloudModel):
    supported_resolutions: list[str]
    supported_samplers: list[str]
    minimum_side: int
    native_side: int
    maximum_side: int
    usage_stats: UsageTotals
    updated_at: datetime | None


class ModelDay(Contract):
    date: date
    count: int


class ModelResolution(Contract):
    resolution: str
    count: int


class ModelStatistics(Contract):
    model_id: UUID
    total_generations: int
    successful_generations: int
    failed_generations: int
    average_inference_time_seconds: float | None
    usage_by_day: list[ModelDay]
    popular_resolutions: list[ModelResolution]


class SamplerView(Contract):
    name: str
    id: str
    description: str
    recommended: bool
    typical_steps: str


class CustomModel(Contract):
    id: UUID
    name: str
    description: str | None
    base: str
    trigger_word: str | None
    category: str | None
    tags: list[str]
    size: int
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ShareRequest(Contract):
    is_public: bool = Field(validation_alias=AliasChoices("is_public", "isPublic"))
    description: str | None = Field(None, max_length=2000)
    tags: list[Annotated[str, Field(min_length=1, max_length=50)]] | None = Field(None, max_length=20)


class TrainingPicture(Contract):
    image: str = Field(max_length=45_000_000, validation_alias=AliasChoices("image", "url"))
    caption: str = Field("", max_length=1000)
    weight: float = Field(1.0, gt=0, le=10)


class TrainingParameters(Contract):
    model: str = Field("stable-diffusion-1.5", max_length=200)
    epochs: int = Field(100, ge=1, le=1000)
    learning_rate: float = Field(
        1e-4, gt=0, le=1, validation_alias=AliasChoices("learning_rate", "learningRate")
    )
    batch_size: int = Field(1, ge=1, le=16, validation_alias=AliasChoices("batch_size", "batchSize"))
    resolution: int = Field(512, ge=256, le=1024)
    scheduler: Literal["constant", "linear", "cosine"] = "cosine"
    optimizer: Literal["adamw", "adamw8bit", "prodigy"] = "adamw"


class TrainingRequest(Contract):
    name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(None, max_length=2000)
    images: list[TrainingPicture] = Field(min_length=1, max_length=200)
    training_params: TrainingParameters = Field(
        default_factory=TrainingParameters,
        validation_alias=AliasChoices("training_params", "trainingParams"),
    )
    trigger_word: str | None = Field(
        None, max_length=60, validation_alias=AliasChoices("trigger_word", "triggerWord")
    )
    category: str | None = Field(None, max_length=60)
    is_public: bool = Field(default=False, validation_alias=AliasChoices("is_public", "isPublic"))
    max_credits: int | None = Field(None, ge=0)


class Workflow(Contract):
    id: UUID
    name: str
    description: str | None
    definition: dict[str, Any]
    is_public: bool
    is_mine: bool
    created_at: datetime
    updated_at: datetime


class WorkflowSummary(Contract):
    id: UUID
    name: str
    description: str | None
    is_public: bool
    nodes: int
    created_at: datetime
    updated_at: datetime


class WorkflowRequest(Contract):
    """`definition` is InvokeAI's workflow JSON."""

    name: str = Field(min_length=1, max_length=200)
    description: str | None = Field(None, max_length=2000)
    definition: dict[str, Any]
    is_public: bool = False


class WorkflowChange(Contract):
    """What is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    description: str | None = Field(None, max_length=2000)
    definition: dict[str, Any] | None = None
    is_public: bool | None = None


class WorkflowRunRequest(Contract):
    workflow_id: UUID
    inputs: dict[str, Any] = Field(default_factory=dict)
    max_credits: int | None = Field(None, ge=0)
