"""Jobs of the cloud queue, what was handed in for them, and the workers that do them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from sync_server.platform.tables import Base


def _user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


class JobRow(Base):
    """`attempt` is raised by whoever takes the job: what an earlier taker still writes finds no row.

    `request` is the shared contract's; `options` what is done around it (delivered format, board, background).
    `request_key` is that of the request that made it: its repetition finds the job, and makes no other.
    `started_order` of a job in the queue is its virtual start, in quarters of a second: smaller comes first.
    """

    __tablename__ = "generation_jobs"
    __table_args__ = (
        UniqueConstraint("user_id", "request_key"),
        Index("ix_generation_jobs_user_id_created_at", "user_id", "created_at", "id"),
        Index(
            "ix_generation_jobs_active",
            "user_id",
            "status",
            "id",
            postgresql_where=text("status IN ('pending', 'queued', 'processing')"),
        ),
        Index(
            "ix_generation_jobs_order",
            "model",
            "started_order",
            "id",
            postgresql_where=text("status = 'queued'"),
        ),
        Index("ix_generation_jobs_model_completed_at", "model", "completed_at"),
        CheckConstraint(
            "status IN ('pending', 'queued', 'processing', 'completed', 'failed', 'cancelled')", name="status"
        ),
        CheckConstraint("price >= 0 AND settled BETWEEN 0 AND price", name="price"),
        CheckConstraint("attempt >= 0", name="attempt"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user())
    batch_id: Mapped[UUID | None]
    kind: Mapped[str]
    model: Mapped[str]
    tier: Mapped[str]
    status: Mapped[str]
    stage: Mapped[str]
    attempt: Mapped[int]
    started_order: Mapped[int] = mapped_column(BigInteger)
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    prompt: Mapped[str]
    negative_prompt: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    pictures: Mapped[int]
    price: Mapped[int]
    settled: Mapped[int]
    hold_id: Mapped[UUID | None]
    estimated_seconds: Mapped[int]
    step: Mapped[int]
    steps: Mapped[int]
    worker_id: Mapped[UUID | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    board_id: Mapped[UUID | None]
    request_key: Mapped[str | None]
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class HostedRequestRow(Base):
    """A job that lies at a hosted provider. `outcome` is what its webhook told."""

    __tablename__ = "hosted_requests"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("generation_jobs.id", ondelete="CASCADE"), primary_key=True
    )
    request_id: Mapped[str]
    status_url: Mapped[str]
    response_url: Mapped[str]
    cancel_url: Mapped[str]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    submitted_at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class ScheduleRow(Base):
    """Where a user's next job begins in virtual time, so that users take turns."""

    __tablename__ = "generation_schedules"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    free_at: Mapped[datetime]


class WorkerRow(Base):
    """A worker process as it reports itself."""

    __tablename__ = "generation_workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    device: Mapped[str]
    memory_bytes: Mapped[int] = mapped_column(BigInteger)
    models: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    warm_model: Mapped[str | None]
    concurrency: Mapped[int]
    state: Mapped[str]
    started_at: Mapped[datetime]
    heard_at: Mapped[datetime] = mapped_column(index=True)


class UploadRow(Base):
    """`sha256` is what the client says it will be, `blob` what it is once all parts came and were looked at."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user(), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    sha256: Mapped[str | None]
    blob: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class InputRow(Base):
    """A picture that somebody handed in, by the hash of its bytes; kept as long as something needs it."""

    __tablename__ = "input_blobs"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    blob: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    last_used_at: Mapped[datetime] = mapped_column(index=True)
