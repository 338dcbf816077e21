"""Subscriptions, payments, checkouts and the inbox of webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_billing"
down_revision = "0003_credits"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("billing_truth_tickets")))
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _words("provider", nullable=True),
        _words("provider_subscription_id", nullable=True),
        _words("provider_customer_id", nullable=True),
        _words("plan"),
        _words("billing_period"),
        _words("status"),
        _moment("period_start"),
        _moment("period_end"),
        sa.Column("cancel_at_period_end", sa.Boolean(), nullable=False),
        _moment("past_due_since", nullable=True),
        _words("next_plan", nullable=True),
        _moment("next_grant_at"),
        _moment("last_grant_at", nullable=True),
        sa.Column("month_granted", sa.Integer(), nullable=False),
        sa.Column("grants_made", sa.Integer(), nullable=False),
        _words("card_brand", nullable=True),
        _words("card_last_four", nullable=True),
        _words("cancel_reason", nullable=True),
        _words("cancel_feedback", nullable=True),
        sa.Column("truth_ticket", sa.BigInteger(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint(
            "status IN ('trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired')",
            name=op.f("ck_subscriptions_status"),
        ),
        sa.CheckConstraint(
            "billing_period IN ('monthly', 'yearly')", name=op.f("ck_subscriptions_billing_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "provider",
            "provider_subscription_id",
            name=op.f("uq_subscriptions_provider_provider_subscription_id"),
        ),
    )
    op.create_index(op.f("ix_subscriptions_user_id"), "subscriptions", ["user_id"])
    op.create_index("ix_subscriptions_next_grant_at", "subscriptions", ["next_grant_at"])
    op.create_index(
        "uq_subscriptions_free_user_id",
        "subscriptions",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("provider IS NULL"),
    )
    op.create_table(
        "subscription_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        _words("reason"),
        sa.Column("amount", sa.Integer(), nullable=False),
        _moment("due_at"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_subscription_grants_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_grants")),
    )
    op.create_index(
        op.f("ix_subscription_grants_subscription_id"), "subscription_grants", ["subscription_id"]
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        _words("provider"),
        _words("provider_payment_id"),
        _words("product"),
        _words("reason"),
        _words("status"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        _words("currency"),
        _words("receipt_url", nullable=True),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("credits_taken_back", sa.Integer(), nullable=False),
        sa.Column("truth_ticket", sa.BigInteger(), nullable=False),
        _moment("billed_at"),
        _moment("created_at"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_payments_subscription_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "provider", "provider_payment_id", name=op.f("uq_payments_provider_provider_payment_id")
        ),
    )
    op.create_index(op.f("ix_payments_subscription_id"), "payments", ["subscription_id"])
    op.create_index("ix_payments_user_id_billed_at", "payments", ["user_id", "billed_at", "id"])
    op.create_table(
        "checkouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _words("provider"),
        _words("product"),
        _words("client_key", nullable=True),
        _words("fingerprint"),
        _words("success_url"),
        _words("cancel_url"),
        _words("url", nullable=True),
        _words("reference", nullable=True),
        _moment("completed_at", nullable=True),
        _moment("expires_at"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkouts")),
    )
    op.create_index("ix_checkouts_user_id_fingerprint", "checkouts", ["user_id", "fingerprint"])
    op.create_index(
        "uq_checkouts_user_id_client_key",
        "checkouts",
        ["user_id", "client_key"],
        unique=True,
        postgresql_where=sa.text("client_key IS NOT NULL"),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        _words("provider"),
        _words("event_id"),
        _words("kind"),
        sa.Column("payload", JSONB(), nullable=False),
        _words("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _words("problem", nullable=True),
        _moment("received_at"),
        _moment("handled_at", nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'handled', 'failed')", name=op.f("ck_webhook_events_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_webhook_events_provider_event_id")),
    )
    op.create_index("ix_webhook_events_state_received_at", "webhook_events", ["state", "received_at"])


def downgrade() -> None:
    for table in ("webhook_events", "checkouts", "payments", "subscription_grants", "subscriptions"):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("billing_truth_tickets")))
