"""Rows of the queue's own database. Times are ISO 8601 in UTC; requests, recipes and errors are JSON."""

from sqlalchemy import CheckConstraint, Float, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class JobRow(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("place IN ('local', 'cloud')", name="known_place"),
        CheckConstraint(
            "state IN ('waiting', 'running', 'completed', 'failed', 'cancelled')", name="known_state"
        ),
        Index("jobs_by_state", "state", "position"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[str]
    position: Mapped[int] = mapped_column(unique=True)
    place: Mapped[str]
    price_credits: Mapped[int | None]
    request: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int]
    error: Mapped[str | None]
    document_id: Mapped[str]
    placement_x: Mapped[int]
    placement_y: Mapped[int]


class ResultRow(Base):
    """A picture that a job made. It outlives its job's row, so that clearing the list loses no candidate.

    It begins as `storing`, the intent to put `library_blob` into the library; `picture_id` is empty till then.
    """

    __tablename__ = "results"
    __table_args__ = (
        CheckConstraint("staging IN ('storing', 'staged', 'taken', 'dropped')", name="known_staging"),
        Index("results_by_staging", "staging", "position"),
    )

    job_id: Mapped[str] = mapped_column(primary_key=True)
    picture_index: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    picture_id: Mapped[str]
    library_blob: Mapped[str]
    blob: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    placement_x: Mapped[int]
    placement_y: Mapped[int]
    recipe: Mapped[str]
    document_id: Mapped[str]
    staging: Mapped[str]


class QueueSettingRow(Base):
    __tablename__ = "queue_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class CloudJobRow(Base):
    """Stands before the cloud is asked, and as long as the job does: what is run again is the same job there.

    A job that is tried again after its end (`is_over`) becomes another. `is_cancelled` ones stay until the cloud was
    told.
    """

    __tablename__ = "cloud_jobs"
    __table_args__ = (Index("cloud_jobs_by_job", "job_id"),)

    cloud_id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str]
    server: Mapped[str]
    user_id: Mapped[str]
    email: Mapped[str]
    is_cancelled: Mapped[bool]
    is_over: Mapped[bool]


class PaceRow(Base):
    """How long a model takes here for one step of a million pixels."""

    __tablename__ = "paces"

    model_id: Mapped[str] = mapped_column(primary_key=True)
    seconds: Mapped[float] = mapped_column(Float)
