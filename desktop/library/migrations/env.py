"""Runs inside the transaction of `desktop.library.database.Database`."""

from typing import Any

from alembic import context

from desktop.library.tables import Base


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """SQLite makes tables of its own for a full-text index."""
    return not (kind == "table" and (name or "").startswith("picture_words"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=include_name,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
