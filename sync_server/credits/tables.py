"""The ledger's tables. Transactions and entries are append-only: triggers of the migration refuse the rest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base


class CreditAccountRow(Base):
    """One a person. The balances are sums of the entries, kept beside them; `user_id` goes when the person does."""

    __tablename__ = "credit_accounts"
    __table_args__ = (
        UniqueConstraint("user_id"),
        CheckConstraint("available >= 0", name="available"),
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("owed >= 0", name="owed"),
        CheckConstraint("lifetime_earned >= 0", name="earned"),
        CheckConstraint("lifetime_spent >= 0", name="spent"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None]
    available: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    owed: Mapped[int] = mapped_column(BigInteger)
    lifetime_earned: Mapped[int] = mapped_column(BigInteger)
    lifetime_spent: Mapped[int] = mapped_column(BigInteger)
    last_recharged_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CreditTransactionRow(Base):
    """`amount` is what the balance changed by; `key` makes a repetition find the first."""

    __tablename__ = "credit_transactions"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_credit_transactions_account_id_created_at", "account_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.id"))
    key: Mapped[str]
    kind: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str]
    reference: Mapped[str]
    created_at: Mapped[datetime]


class CreditEntryRow(Base):
    """A part of a transaction. `place` is the person's available, reserved or owed, or one of the house's own."""

    __tablename__ = "credit_entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(
            "place IN ('available', 'reserved', 'owed', 'issued', 'spent', 'expired')", name="place"
        ),
        Index("ix_credit_entries_account_id_place", "account_id", "place"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Checked at the commit, so that a transaction and its entries may be written in any order.
    transaction_id: Mapped[UUID] = mapped_column(
        ForeignKey("credit_transactions.id", deferrable=True, initially="DEFERRED"), index=True
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.id"))
    place: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)


class CreditLotRow(Base):
    """Credits that came together and expire together; None never expires."""

    __tablename__ = "credit_lots"
    __table_args__ = (
        CheckConstraint("remaining BETWEEN 0 AND amount", name="remaining"),
        Index("ix_credit_lots_account_id", "account_id", postgresql_where=text("remaining > 0")),
        Index("ix_credit_lots_expires_at", "expires_at", postgresql_where=text("remaining > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.id"))
    reference: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CreditHoldRow(Base):
    """A job's price, set aside until the job ends."""

    __tablename__ = "credit_holds"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("state IN ('held', 'settled', 'released')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("settled BETWEEN 0 AND amount", name="settled"),
        Index("ix_credit_holds_account_id_created_at", "account_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("credit_accounts.id"))
    key: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    settled: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    kind: Mapped[str]
    model: Mapped[str]
    reference: Mapped[str]
    description: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CreditHoldPartRow(Base):
    """From which lots a hold came: what is not spent goes back to them."""

    __tablename__ = "credit_hold_parts"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("credit_holds.id"), primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("credit_lots.id"), primary_key=True)
    position: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
