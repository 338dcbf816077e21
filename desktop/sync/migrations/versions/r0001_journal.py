"""Rows, the outbox, and facts."""

import sqlalchemy as sa
from alembic import op

revision = "r0001_journal"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "rows",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("change", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("facts", "outbox", "rows"):
        op.drop_table(table)
