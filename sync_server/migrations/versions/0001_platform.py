"""Replies kept under an Idempotency-Key, and the queue's own schema."""

import psycopg
import sqlalchemy as sa
from alembic import op

from sync_server.platform.queue import queue_schema_sql

revision = "0001_platform"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotent_replies",
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_idempotent_replies")),
    )
    op.create_index(op.f("ix_idempotent_replies_created_at"), "idempotent_replies", ["created_at"])
    # Straight to the driver: the queue's SQL is many statements, with percent signs and colons of its own.
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver that database.py knows
    driver.execute(queue_schema_sql().encode())


def downgrade() -> None:
    op.execute("DROP SCHEMA queue CASCADE")
    op.drop_table("idempotent_replies")
