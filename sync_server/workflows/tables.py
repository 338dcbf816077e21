"""Workflows that users keep."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base


class WorkflowRow(Base):
    __tablename__ = "workflows"
    __table_args__ = (Index("ix_workflows_user_id_created_at", "user_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    description: Mapped[str | None]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_public: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
