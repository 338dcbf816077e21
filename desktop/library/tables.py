"""The library's tables; the full-text index `picture_words` is made and kept in step by the migration."""

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class PictureRow(Base):
    """Times are microseconds since 1970 in UTC, whole numbers, so that they sort and compare exactly."""

    __tablename__ = "pictures"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    file: Mapped[str] = mapped_column(Text, unique=True)
    """Relative to the pictures folder, with forward slashes on every system."""
    blob: Mapped[str] = mapped_column(Text, unique=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[int]
    prompt: Mapped[str] = mapped_column(Text)
    model_name: Mapped[str] = mapped_column(Text)
    seed: Mapped[int | None]
    recipe: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    """What a search reads: prompt, model and notes, folded."""
    starred: Mapped[bool]
    trashed_at: Mapped[int | None]

    __table_args__ = (
        Index("pictures_present", "created_at", "id", sqlite_where=text("trashed_at IS NULL")),
        Index("pictures_starred", "created_at", "id", sqlite_where=text("trashed_at IS NULL AND starred")),
        Index("pictures_trashed", "created_at", "id", sqlite_where=text("trashed_at IS NOT NULL")),
    )
