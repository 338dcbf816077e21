"""Which models workers have, and those that users own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from sync_server.platform.tables import Base


class ModelOfferRow(Base):
    """A model as a worker last described it; it can be used while such a worker lives."""

    __tablename__ = "model_offers"

    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[dict[str, Any]] = mapped_column(JSONB)
    first_offered_at: Mapped[datetime]
    last_offered_at: Mapped[datetime]


class CustomModelRow(Base):
    """A model that was trained for a user, who may share it."""

    __tablename__ = "custom_models"
    __table_args__ = (Index("ix_custom_models_user_id_created_at", "user_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    description: Mapped[str | None]
    base: Mapped[str]
    trigger_word: Mapped[str | None]
    category: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    key: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger)
    is_public: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
