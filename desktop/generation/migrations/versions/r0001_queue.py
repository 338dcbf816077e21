"""Jobs, what they made, and whether the queue is paused."""

import sqlalchemy as sa
from alembic import op

revision = "r0001_queue"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, unique=True),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("price_credits", sa.Integer),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("error", sa.String),
        sa.Column("document_id", sa.String, nullable=False),
        sa.Column("placement_x", sa.Integer, nullable=False),
        sa.Column("placement_y", sa.Integer, nullable=False),
        sa.CheckConstraint("place IN ('local', 'cloud')", name="known_place"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'completed', 'failed', 'cancelled')", name="known_state"
        ),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "position"])
    op.create_table(
        "results",
        sa.Column("job_id", sa.String, primary_key=True),
        sa.Column("picture_index", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False, unique=True),
        sa.Column("picture_id", sa.String, nullable=False),
        sa.Column("library_blob", sa.String, nullable=False),
        sa.Column("blob", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("placement_x", sa.Integer, nullable=False),
        sa.Column("placement_y", sa.Integer, nullable=False),
        sa.Column("recipe", sa.String, nullable=False),
        sa.Column("document_id", sa.String, nullable=False),
        sa.Column("staging", sa.String, nullable=False),
        sa.CheckConstraint("staging IN ('storing', 'staged', 'taken', 'dropped')", name="known_staging"),
    )
    op.create_index("results_by_staging", "results", ["staging", "position"])
    op.create_table(
        "queue_settings",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("queue_settings")
    op.drop_table("results")
    op.drop_table("jobs")
