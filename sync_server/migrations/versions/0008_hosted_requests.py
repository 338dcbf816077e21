"""Requests that lie at a hosted provider; the request that made a job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_hosted_requests"
down_revision = "0007_generation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("generation_jobs", sa.Column("request_key", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_generation_jobs_user_id_request_key"), "generation_jobs", ["user_id", "request_key"]
    )
    op.create_table(
        "hosted_requests",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("status_url", sa.Text(), nullable=False),
        sa.Column("response_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["generation_jobs.id"],
            name=op.f("fk_hosted_requests_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_hosted_requests")),
    )


def downgrade() -> None:
    op.drop_table("hosted_requests")
    op.drop_constraint(op.f("uq_generation_jobs_user_id_request_key"), "generation_jobs", type_="unique")
    op.drop_column("generation_jobs", "request_key")
