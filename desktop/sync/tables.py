"""The journal's own database: what every row is after all that this device knows, and what it has still to tell."""

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class KnownRow(Base):
    """`state` is a `SyncRow` as JSON."""

    __tablename__ = "rows"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)


class OutgoingRow(Base):
    """A change, as a `SyncRow` that holds only what changed; it stays until the server has answered."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[str] = mapped_column(Text)


class FactRow(Base):
    """`device`, `latest` (stamp), `next` and `epoch`."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
