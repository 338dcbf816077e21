"""Billing's tables. Users are known by id alone: what was paid is kept when the person is gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base

truth_tickets = Sequence("billing_truth_tickets", metadata=Base.metadata)
"""Drawn before a provider is asked: an answer never overwrites that of a later question."""


class SubscriptionRow(Base):
    """One per provider's subscription, and one free one (without a provider) for each user."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("provider", "provider_subscription_id"),
        Index(
            "uq_subscriptions_free_user_id",
            "user_id",
            unique=True,
            postgresql_where=text("provider IS NULL"),
        ),
        Index("ix_subscriptions_next_grant_at", "next_grant_at"),
        CheckConstraint(
            "status IN ('trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired')", name="status"
        ),
        CheckConstraint("billing_period IN ('monthly', 'yearly')", name="billing_period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    provider: Mapped[str | None]
    provider_subscription_id: Mapped[str | None]
    provider_customer_id: Mapped[str | None]
    plan: Mapped[str]
    billing_period: Mapped[str]
    status: Mapped[str]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    cancel_at_period_end: Mapped[bool]
    past_due_since: Mapped[datetime | None]
    next_plan: Mapped[str | None]
    next_grant_at: Mapped[datetime]
    last_grant_at: Mapped[datetime | None]
    month_granted: Mapped[int]
    grants_made: Mapped[int]
    card_brand: Mapped[str | None]
    card_last_four: Mapped[str | None]
    cancel_reason: Mapped[str | None]
    cancel_feedback: Mapped[str | None]
    truth_ticket: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SubscriptionGrantRow(Base):
    """Which credits a subscription brought and when: what a refund of its payment takes back."""

    __tablename__ = "subscription_grants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str]
    amount: Mapped[int]
    due_at: Mapped[datetime]


class PaymentRow(Base):
    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "provider_payment_id"),
        Index("ix_payments_user_id_billed_at", "user_id", "billed_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None]
    subscription_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="SET NULL"), index=True
    )
    provider: Mapped[str]
    provider_payment_id: Mapped[str]
    product: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    receipt_url: Mapped[str | None]
    credits: Mapped[int]
    credits_taken_back: Mapped[int]
    truth_ticket: Mapped[int] = mapped_column(BigInteger)
    billed_at: Mapped[datetime]
    created_at: Mapped[datetime]


class CheckoutRow(Base):
    """The intent to buy, committed before a provider is called."""

    __tablename__ = "checkouts"
    __table_args__ = (
        Index(
            "uq_checkouts_user_id_client_key",
            "user_id",
            "client_key",
            unique=True,
            postgresql_where=text("client_key IS NOT NULL"),
        ),
        Index("ix_checkouts_user_id_fingerprint", "user_id", "fingerprint"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    provider: Mapped[str]
    product: Mapped[str]
    client_key: Mapped[str | None]
    fingerprint: Mapped[str]
    success_url: Mapped[str]
    cancel_url: Mapped[str]
    url: Mapped[str | None]
    reference: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class WebhookRow(Base):
    """The inbox: kept as it came, handled once."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_webhook_events_state_received_at", "state", "received_at"),
        CheckConstraint("state IN ('waiting', 'handled', 'failed')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    attempts: Mapped[int]
    problem: Mapped[str | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
