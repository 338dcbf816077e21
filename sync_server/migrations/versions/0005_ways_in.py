"""Accounts at other providers, codes for programs, second factors and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0005_ways_in"
down_revision = "0004_billing"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _hash() -> sa.Column[bytes]:
    return sa.Column("hash", sa.LargeBinary(), nullable=False)


def _user(table: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("user_id", sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
        ),
    )


def upgrade() -> None:
    op.create_table(
        "oauth_connections",
        *_user("oauth_connections"),
        _words("provider"),
        _words("subject"),
        _words("email", nullable=True),
        _moment("connected_at"),
        sa.PrimaryKeyConstraint("user_id", "provider", name=op.f("pk_oauth_connections")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_oauth_connections_provider_subject")),
    )
    op.create_table(
        "sign_in_codes",
        _hash(),
        *_user("sign_in_codes", nullable=True),
        sa.Column("is_new_user", sa.Boolean(), nullable=False),
        _words("provider", nullable=True),
        _words("subject", nullable=True),
        _words("email", nullable=True),
        _words("code_challenge"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_codes")),
    )
    op.create_index(op.f("ix_sign_in_codes_expires_at"), "sign_in_codes", ["expires_at"])
    op.create_table(
        "two_factor",
        *_user("two_factor"),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        _moment("confirmed_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_two_factor")),
    )
    op.create_table(
        "recovery_codes",
        *_user("recovery_codes"),
        _hash(),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("user_id", "hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_user("api_keys"),
        _words("name"),
        _words("hint"),
        _hash(),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        _moment("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"])
    op.create_table(
        "api_calls",
        *_user("api_calls"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_api_calls")),
    )


def downgrade() -> None:
    for table in (
        "api_calls",
        "api_keys",
        "recovery_codes",
        "two_factor",
        "sign_in_codes",
        "oauth_connections",
    ):
        op.drop_table(table)
