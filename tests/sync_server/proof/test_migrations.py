"""Alembic's chain: up from anywhere, clean against the tables in the code, down and up again without loss."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql

from sync_server.platform.database import migration_config, upgrade
from tests.support.server import Server

# A table's columns, and what PostgreSQL says of every column, constraint and index of ours.
_COLUMNS = """
    SELECT table_schema || '.' || table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema IN ('public', 'queue')
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'queue'))
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname IN ('public', 'queue')"
_ROUTINES = """
    SELECT proname, pg_get_functiondef(oid) FROM pg_proc
    WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'queue')) AND prokind <> 'a'
"""
_TRIGGERS = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"


def revisions() -> list[str]:
    """From the first to the last."""
    script = ScriptDirectory.from_config(migration_config("postgresql://nowhere"))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def schema(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return [
            row
            for query in (_COLUMNS, _CONSTRAINTS, _INDEXES, _ROUTINES, _TRIGGERS)
            for row in sorted(connection.execute(query.encode()).fetchall(), key=repr)
        ]


def columns(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
        ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return tables


def contents(url: str, tables: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of `tables`, in those columns."""
    with psycopg.connect(url) as connection:
        return {
            table: sorted(
                connection.execute(
                    sql.SQL("SELECT {} FROM {}").format(
                        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
                    )
                ).fetchall(),
                key=repr,
            )
            for table, names in tables.items()
        }


def test_the_chain_is_one_line() -> None:
    script = ScriptDirectory.from_config(migration_config("postgresql://nowhere"))
    assert len(script.get_heads()) == 1
    assert len(revisions()) >= 4


def test_an_empty_database_gets_what_the_code_says(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    command.check(migration_config(empty_database_url))


@pytest.mark.parametrize("revision", revisions())
def test_every_earlier_revision_comes_up_to_date(
    empty_database_url: str, database_url: str, revision: str
) -> None:
    upgrade(empty_database_url, revision=revision)
    upgrade(empty_database_url)
    assert schema(empty_database_url) == schema(database_url)


def test_down_to_nothing_and_up_again(empty_database_url: str, database_url: str) -> None:
    upgrade(empty_database_url)
    command.downgrade(migration_config(empty_database_url), "base")
    assert columns(empty_database_url) == {}
    upgrade(empty_database_url)
    assert schema(empty_database_url) == schema(database_url)


async def test_what_an_earlier_revision_holds_is_not_lost_on_the_way_down_and_up(
    server: Server, database_url: str
) -> None:
    """Each step down may drop only what that step brought."""
    await server.register(tier="pro", role="admin")
    await server.run_tasks()
    await server.container.database.engine.dispose()
    whole = contents(database_url, columns(database_url))
    for revision in reversed(revisions()[:-1]):
        command.downgrade(migration_config(database_url), revision)
        left = columns(database_url)
        expected = {table: len(rows) for table, rows in whole.items() if table in left}
        found = contents(database_url, left)
        assert {table: len(rows) for table, rows in found.items()} == expected, revision
        upgrade(database_url)
        assert contents(database_url, left) == found, revision
    command.check(migration_config(database_url))
