"""How Alembic runs our revisions: one at a time over all processes, and never waiting long for a lock."""

from alembic import context
from sqlalchemy import create_engine, pool, text

import sync_server.accounts.tables
import sync_server.billing.tables
import sync_server.credits.tables
import sync_server.gallery.tables
import sync_server.generation.tables
import sync_server.models.tables
import sync_server.platform.idempotency_tables
import sync_server.sync.tables
import sync_server.workflows.tables
from sync_server.platform.tables import Base

_ONE_MIGRATION_AT_A_TIME = 7_305_191_125


def run() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET search_path TO public"))
        connection.execute(text("SET lock_timeout TO '10s'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_MIGRATION_AT_A_TIME})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
