"""The ledger of credits: accounts, transactions, entries, lots and holds, with what the database itself watches."""

import sqlalchemy as sa
from alembic import op

revision = "0003_credits"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)

_WATCH = """
CREATE FUNCTION credit_transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT SUM(amount) FROM credit_entries WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'the entries of credit transaction % do not add up to zero', NEW.transaction_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER credit_entries_balance AFTER INSERT ON credit_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_transaction_balances();

CREATE FUNCTION credit_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the credit ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER credit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER credit_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION credit_ledger_is_append_only();
"""


def upgrade() -> None:
    op.create_table(
        "credit_accounts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_earned", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_spent", sa.BigInteger(), nullable=False),
        sa.Column("last_recharged_at", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.UniqueConstraint("user_id", name="uq_credit_accounts_user_id"),
        sa.CheckConstraint("available >= 0", name=op.f("ck_credit_accounts_available")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_credit_accounts_reserved")),
        sa.CheckConstraint("owed >= 0", name=op.f("ck_credit_accounts_owed")),
        sa.CheckConstraint("lifetime_earned >= 0", name=op.f("ck_credit_accounts_earned")),
        sa.CheckConstraint("lifetime_spent >= 0", name=op.f("ck_credit_accounts_spent")),
    )
    op.create_table(
        "credit_transactions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("credit_accounts.id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.UniqueConstraint("key", name="uq_credit_transactions_key"),
    )
    op.create_index(
        "ix_credit_transactions_account_id_created_at",
        "credit_transactions",
        ["account_id", "created_at", "id"],
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column(
            "transaction_id",
            sa.Uuid(),
            sa.ForeignKey("credit_transactions.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("credit_accounts.id"), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_credit_entries_amount")),
        sa.CheckConstraint(
            "place IN ('available', 'reserved', 'owed', 'issued', 'spent', 'expired')",
            name=op.f("ck_credit_entries_place"),
        ),
    )
    op.create_index("ix_credit_entries_account_id_place", "credit_entries", ["account_id", "place"])
    op.create_index("ix_credit_entries_transaction_id", "credit_entries", ["transaction_id"])
    op.create_table(
        "credit_lots",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("credit_accounts.id"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("remaining BETWEEN 0 AND amount", name=op.f("ck_credit_lots_remaining")),
    )
    filled = sa.text("remaining > 0")
    op.create_index("ix_credit_lots_account_id", "credit_lots", ["account_id"], postgresql_where=filled)
    op.create_index("ix_credit_lots_expires_at", "credit_lots", ["expires_at"], postgresql_where=filled)
    op.create_table(
        "credit_holds",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("credit_accounts.id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.UniqueConstraint("key", name="uq_credit_holds_key"),
        sa.CheckConstraint("state IN ('held', 'settled', 'released')", name=op.f("ck_credit_holds_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_holds_amount")),
        sa.CheckConstraint("settled BETWEEN 0 AND amount", name=op.f("ck_credit_holds_settled")),
    )
    op.create_index("ix_credit_holds_account_id_created_at", "credit_holds", ["account_id", "created_at"])
    op.create_table(
        "credit_hold_parts",
        sa.Column("hold_id", sa.Uuid(), sa.ForeignKey("credit_holds.id"), primary_key=True),
        sa.Column("lot_id", sa.Uuid(), sa.ForeignKey("credit_lots.id"), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_hold_parts_amount")),
    )
    op.execute(_WATCH)


def downgrade() -> None:
    for table in (
        "credit_hold_parts",
        "credit_holds",
        "credit_lots",
        "credit_entries",
        "credit_transactions",
        "credit_accounts",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION credit_transaction_balances")
    op.execute("DROP FUNCTION credit_ledger_is_append_only")
