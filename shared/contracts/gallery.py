"""Pictures, boards and what is shared, as clients of the gallery see and change them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.jobs import PictureIn

ItemType = Literal["image", "video", "canvas"]
Category = Literal[
    "landscape",
    "portrait",
    "character",
    "animal",
    "nature",
    "architecture",
    "still_life",
    "abstract",
    "fantasy",
    "science_fiction",
    "anime",
    "illustration",
    "photography",
    "concept_art",
    "other",
]
PublicationState = Literal["private", "unlisted", "waiting", "approved", "hidden"]
ReportReason = Literal["sexual", "violence", "hate", "real_person", "copyright", "spam", "other"]
Decision = Literal["approve", "hide", "mark_sensitive", "mark_safe", "dismiss_reports"]

Title = Annotated[str, Field(max_length=200)]
Description = Annotated[str, Field(max_length=4000)]
Tags = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class Author(Contract):
    id: UUID
    username: str
    full_name: str | None
    avatar_url: str | None


class BoardName(Contract):
    id: UUID
    name: str


class JobName(Contract):
    id: UUID
    created_at: datetime


class ItemMetadata(Contract):
    """How it was made; null where it was not generated, or where its author keeps the recipe."""

    model: str
    model_hash: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    seed: int | None = None
    sampler: str | None = None
    loras: list[dict[str, Any]] = Field(default_factory=list)


class ItemSummary(Contract):
    """As its owner's lists show it. The addresses expire after an hour."""

    id: UUID
    type: ItemType
    url: str
    thumbnail_url: str
    width: int
    height: int
    file_size: int
    title: str | None
    prompt: str
    model: str
    tags: list[str]
    category: Category | None
    is_public: bool
    is_starred: bool
    publication: PublicationState
    like_count: int
    view_count: int
    download_count: int
    boards: list[BoardName]
    metadata: ItemMetadata
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class Item(ItemSummary):
    """Boards, star and share link are shown to its owner only; the recipe to others where its author allows."""

    description: str | None
    mime_type: str
    licence: str | None
    allow_recipe: bool
    is_sensitive: bool
    is_mine: bool
    is_liked: bool
    generation_job: JobName | None
    user: Author
    share_url: str | None
    recipe: dict[str, Any] | None
    links: dict[str, str]


class PublicItem(Contract):
    """As everybody's lists show it. `created_at` is when it was published."""

    id: UUID
    type: ItemType
    url: str
    thumbnail_url: str
    width: int
    height: int
    title: str | None
    prompt: str
    model: str
    tags: list[str]
    category: Category | None
    is_sensitive: bool
    like_count: int
    view_count: int
    download_count: int
    is_liked: bool
    is_downloaded: bool
    created_at: datetime
    user: Author


class NewItem(Contract):
    """`prompt` is left out where the picture itself tells how it was made."""

    image: PictureIn
    title: Title | None = None
    description: Description | None = None
    prompt: str | None = Field(None, max_length=2000)
    tags: Tags = Field(default_factory=list)
    category: Category | None = None
    board_id: UUID | None = None


class ItemChange(Contract):
    """`is_public` publishes or withdraws it; the rest is kept either way."""

    is_public: bool | None = None
    is_starred: bool | None = Field(None, validation_alias=AliasChoices("is_starred", "is_favorited"))
    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    prompt: str | None = Field(None, max_length=2000)
    category: Category | None = None
    licence: str | None = Field(None, max_length=100)
    allow_recipe: bool | None = None
    is_sensitive: bool | None = None


class Starred(Contract):
    image_id: UUID
    is_starred: bool


class Liked(Contract):
    image_id: UUID
    like_count: int
    liked: bool


class Download(Contract):
    download_url: str
    expires_in_seconds: int
    file_name: str
    file_size: int
    mime_type: str


class ShareRequest(Contract):
    expires_at: AwareDatetime | None = Field(
        None, description="Null for a link that stays until it is revoked."
    )


class Share(Contract):
    id: UUID
    share_url: str
    share_token: str
    item_id: UUID | None
    board_id: UUID | None
    created_at: datetime
    expires_at: datetime | None


class StorageUsage(Contract):
    """`breakdown` in bytes: images, videos, canvases, trash, other."""

    used_bytes: int
    quota_bytes: int
    used_percentage: float
    breakdown: dict[str, int]


class Emptied(Contract):
    deleted: int
    freed_bytes: int


# Boards


class BoardRequest(Contract):
    name: Name
    description: Description | None = None
    is_private: bool = True
    parent_id: UUID | None = None


class BoardChange(Contract):
    """`position` counts from 0 among the boards of the same parent; `parent_id` of null moves it to the top."""

    name: Name | None = None
    description: Description | None = None
    is_private: bool | None = None
    parent_id: UUID | None = None
    position: int | None = Field(None, ge=0, le=100_000)
    cover_image_id: UUID | None = None


class Board(Contract):
    """`image_count` is of those that the reader may see."""

    id: UUID
    name: str
    description: str | None
    cover_image_url: str | None
    cover_image_id: UUID | None
    is_private: bool
    parent_id: UUID | None
    position: int
    image_count: int
    is_mine: bool
    user: Author
    created_at: datetime
    updated_at: datetime


class BoardImage(Contract):
    id: UUID
    type: ItemType
    url: str
    thumbnail_url: str
    width: int
    height: int
    title: str | None
    display_order: int
    added_at: datetime


class BoardPagination(Contract):
    next_cursor: str | None
    has_more: bool


class BoardWithImages(Board):
    images: list[BoardImage]
    pagination: BoardPagination


class BoardAddition(Contract):
    """One id, or many."""

    image_id: UUID | None = None
    image_ids: list[UUID] = Field(default_factory=list, max_length=500)


class BoardAdded(Contract):
    """`image_id`, `display_order` and `added_at` are of the first."""

    board_id: UUID
    image_id: UUID
    image_ids: list[UUID]
    display_order: int
    added_at: datetime


class ImageOrder(Contract):
    image_id: UUID
    display_order: int = Field(ge=0, le=1_000_000)


class Reordering(Contract):
    image_orders: list[ImageOrder] = Field(min_length=1, max_length=1000)


# People and moderation


class PublicProfile(Contract):
    id: UUID
    username: str
    full_name: str | None
    avatar_url: str | None
    bio: str | None
    website: str | None
    public_image_count: int
    like_count: int
    is_blocked: bool
    created_at: datetime


class ReportRequest(Contract):
    reason: ReportReason
    note: str = Field("", max_length=2000)


class Report(Contract):
    id: UUID
    reason: ReportReason
    note: str
    created_at: datetime


class ModerationEntry(Contract):
    """Something that waits for a moderator: new, or reported."""

    image: PublicItem
    state: PublicationState
    description: str | None
    reports: list[Report]
    asked_at: datetime


class DecisionRequest(Contract):
    decision: Decision
    note: str = Field("", max_length=2000)


class Decided(Contract):
    image_id: UUID
    state: PublicationState
    is_sensitive: bool


class Shared(Contract):
    """What a link shows: one of the two."""

    image: Item | None
    board: BoardWithImages | None
