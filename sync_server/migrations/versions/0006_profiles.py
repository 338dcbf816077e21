"""When a profile changed last, how much somebody stores, and one notification switch by its right name."""

import sqlalchemy as sa
from alembic import op

revision = "0006_profiles"
down_revision = "0005_ways_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE users SET updated_at = created_at")
    op.alter_column("users", "updated_at", nullable=False)
    op.add_column("users", sa.Column("stored_bytes", sa.BigInteger(), nullable=True))
    op.execute("UPDATE users SET stored_bytes = 0")
    op.alter_column("users", "stored_bytes", nullable=False)
    op.create_check_constraint(op.f("ck_users_stored_bytes"), "users", "stored_bytes >= 0")
    op.execute("UPDATE users SET preferences = preferences #- '{notifications,marketing}'")


def downgrade() -> None:
    op.execute("UPDATE users SET preferences = preferences #- '{notifications,training_complete}'")
    op.drop_constraint(op.f("ck_users_stored_bytes"), "users", type_="check")
    op.drop_column("users", "stored_bytes")
    op.drop_column("users", "updated_at")
