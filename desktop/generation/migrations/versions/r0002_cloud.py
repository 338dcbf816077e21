"""Which job of the cloud a job of the queue is, and how fast models paint here."""

import sqlalchemy as sa
from alembic import op

revision = "r0002_cloud"
down_revision = "r0001_queue"


def upgrade() -> None:
    op.create_table(
        "cloud_jobs",
        sa.Column("cloud_id", sa.String, primary_key=True),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("server", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
    )
    op.create_index("cloud_jobs_by_job", "cloud_jobs", ["job_id"])
    op.create_table(
        "paces",
        sa.Column("model_id", sa.String, primary_key=True),
        sa.Column("seconds", sa.Float, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("paces")
    op.drop_table("cloud_jobs")
