"""Pictures, videos and canvases of people, the boards they lie on, and what of it others may see."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from sync_server.platform.tables import Base

_LIVING = text("deleted_at IS NULL")
_VISIBLE = text("visible")


def _user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


def _item() -> ForeignKey:
    return ForeignKey("items.id", ondelete="CASCADE")


def _board() -> ForeignKey:
    return ForeignKey("boards.id", ondelete="CASCADE")


class ItemRow(Base):
    """A picture, video or canvas of a user. `key` and `thumbnail_key` are its files in the storage.

    `prompt` is the caption that is shown; what the picture was really made by stands in `recipe`. `search` holds
    the words of `rules.words`. `job_id` is that of the job that made it, if one did.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("job_id", "position"),
        Index("ix_items_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_items_user_id_size", "user_id", "size", "id", postgresql_where=_LIVING),
        Index("ix_items_user_id_like_count", "user_id", "like_count", "id", postgresql_where=_LIVING),
        Index("ix_items_user_id_updated_at", "user_id", "updated_at", "id", postgresql_where=_LIVING),
        Index("ix_items_user_id_deleted_at", "user_id", "deleted_at", "id"),
        Index("ix_items_tags", "tags", postgresql_using="gin"),
        Index("ix_items_search", "search", postgresql_using="gin"),
        CheckConstraint("type IN ('image', 'video', 'canvas')", name="type"),
        CheckConstraint("like_count >= 0", name="like_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user())
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("generation_jobs.id", ondelete="SET NULL"))
    position: Mapped[int]
    type: Mapped[str]
    key: Mapped[str]
    thumbnail_key: Mapped[str]
    blob: Mapped[str]
    mime_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    stored_bytes: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    model: Mapped[str]
    title: Mapped[str | None]
    description: Mapped[str | None]
    prompt: Mapped[str]
    category: Mapped[str | None]
    licence: Mapped[str | None]
    recipe: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    search: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    allow_recipe: Mapped[bool]
    is_sensitive: Mapped[bool]
    is_public: Mapped[bool]
    is_starred: Mapped[bool]
    like_count: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)


class BoardRow(Base):
    """`parent_id` is the board in which it lies, among whose others `position` orders it."""

    __tablename__ = "boards"
    __table_args__ = (
        Index("ix_boards_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_boards_user_id_parent_id", "user_id", "parent_id", "position", "id"),
        Index(
            "ix_boards_public",
            "created_at",
            "id",
            postgresql_where=text("NOT is_private AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user())
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("boards.id", ondelete="SET NULL"), index=True)
    cover_item_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("items.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str]
    description: Mapped[str | None]
    is_private: Mapped[bool]
    position: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class BoardItemRow(Base):
    __tablename__ = "board_items"
    __table_args__ = (Index("ix_board_items_board_id_position", "board_id", "position", "item_id"),)

    board_id: Mapped[UUID] = mapped_column(_board(), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(_item(), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]


class CanvasRow(Base):
    """The document of a canvas item. `version` is raised by every change; layers are blobs of its owner."""

    __tablename__ = "canvases"

    item_id: Mapped[UUID] = mapped_column(_item(), primary_key=True)
    version: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    layers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class PublicationRow(Base):
    """What others see of an item: narrow, so that the public lists are read from their indices.

    `visible` is true while it is approved and its item is neither withdrawn nor in the trash; an item that is only
    shared by a link is `unlisted`. The three keys are
    its public copies: whole, within 1024 pixels, and the thumbnail, all without metadata of place or person.
    """

    __tablename__ = "publications"
    __table_args__ = (
        *(
            Index(
                f"ix_publications{of and '_'}{of}_{column}",
                *filter(None, (of, column, "item_id")),
                postgresql_where=_VISIBLE,
            )
            for of in ("", "model", "category", "user_id")
            for column in ("published_at", "like_count", "view_count", "trending")
        ),
        Index("ix_publications_tags", "tags", postgresql_using="gin", postgresql_where=_VISIBLE),
        Index("ix_publications_search", "search", postgresql_using="gin", postgresql_where=_VISIBLE),
        Index(
            "ix_publications_waiting",
            "asked_at",
            "item_id",
            postgresql_where=text("state = 'waiting' OR open_reports > 0"),
        ),
        CheckConstraint("state IN ('unlisted', 'waiting', 'approved', 'hidden')", name="state"),
        CheckConstraint("like_count >= 0 AND view_count >= 0 AND download_count >= 0", name="counts"),
    )

    item_id: Mapped[UUID] = mapped_column(_item(), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user(), index=True)
    state: Mapped[str]
    visible: Mapped[bool]
    model: Mapped[str]
    category: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    search: Mapped[str] = mapped_column(TSVECTOR, deferred=True)
    is_sensitive: Mapped[bool]
    key: Mapped[str]
    preview_key: Mapped[str]
    thumbnail_key: Mapped[str]
    mime_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    like_count: Mapped[int]
    view_count: Mapped[int]
    download_count: Mapped[int]
    trending: Mapped[float] = mapped_column(Double)
    open_reports: Mapped[int]
    asked_at: Mapped[datetime]
    published_at: Mapped[datetime]


class LikeRow(Base):
    __tablename__ = "likes"

    item_id: Mapped[UUID] = mapped_column(_item(), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True, index=True)
    created_at: Mapped[datetime]


class VisitRow(Base):
    """That somebody saw or fetched an item on a day (UTC). `visitor` is `user:` and an id, or a hash of an address."""

    __tablename__ = "item_visits"
    __table_args__ = (CheckConstraint("kind IN ('view', 'download')", name="kind"),)

    item_id: Mapped[UUID] = mapped_column(_item(), primary_key=True)
    visitor: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)


class ShareRow(Base):
    """A link to one item or board. The token stands as it is, so that its owner can be shown the link again."""

    __tablename__ = "shares"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("ix_shares_user_id_created_at", "user_id", "created_at", "id"),
        CheckConstraint("(item_id IS NULL) <> (board_id IS NULL)", name="target"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user())
    item_id: Mapped[UUID | None] = mapped_column(_item(), index=True)
    board_id: Mapped[UUID | None] = mapped_column(_board(), index=True)
    token: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class BlockRow(Base):
    """`user_id` wants to see nothing of `blocked_id`, nor be liked by them."""

    __tablename__ = "blocks"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(_user(), primary_key=True, index=True)
    created_at: Mapped[datetime]


class ReportRow(Base):
    """One a person and item; open until a moderator decided."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("item_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(_item())
    user_id: Mapped[UUID] = mapped_column(_user(), index=True)
    reason: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class DecisionRow(Base):
    """What a moderator decided; kept when item or moderator goes."""

    __tablename__ = "moderation_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(index=True)
    author_id: Mapped[UUID]
    moderator_id: Mapped[UUID]
    decision: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]


class BlobRow(Base):
    """A file of a user by the hash of its bytes; kept as long as something uses it."""

    __tablename__ = "user_blobs"
    __table_args__ = (Index("ix_user_blobs_unused_since", "unused_since"),)

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    blob: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    unused_since: Mapped[datetime | None]


class BlobUseRow(Base):
    """That something of a user (an item, a canvas, a synced row) needs a blob."""

    __tablename__ = "blob_uses"
    __table_args__ = (Index("ix_blob_uses_user_id_blob", "user_id", "blob"),)

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    blob: Mapped[str] = mapped_column(primary_key=True)


class DoomedFileRow(Base):
    """A file that goes at `due_at`: one that no row needs any more, or one that was put down before its row was.

    The transaction that makes the row takes the doom away, so that neither a crash between leaves a file behind,
    nor a file goes that a row needs.
    """

    __tablename__ = "doomed_files"

    key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
