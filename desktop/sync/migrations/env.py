"""Runs inside the transaction of `desktop.library.database.Database`."""

from alembic import context

from desktop.sync.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
