"""Where the replies to operations with an Idempotency-Key are kept."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base


class IdempotentReplyRow(Base):
    """Neither the key nor the asker can be read from `identity`; `reply` is null while the operation runs."""

    __tablename__ = "idempotent_replies"
    __table_args__ = (Index(None, "created_at"),)

    identity: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    reply: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
