"""Rows of libraries that follow their artist, as every device merges them."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base


def _user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


class SyncCounterRow(Base):
    """One a user: whoever pushes holds its lock, so that numbers become visible in their order."""

    __tablename__ = "sync_counters"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    epoch: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)


class SyncedRow(Base):
    """The merge of all that was pushed of one row; `seq` is the number of its last change."""

    __tablename__ = "sync_rows"
    __table_args__ = (Index("ix_sync_rows_user_id_seq", "user_id", "seq", unique=True),)

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
