import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.library.finding import find_numbers
from desktop.library.query import Query
from desktop.library.tables import Base
from shared.contracts.errors import StorageError
from tests.desktop.library.shelf import MIGRATIONS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "100% mine" / "library.sqlite"


async def test_a_commit_is_durable_and_a_failure_leaves_nothing(path: Path) -> None:
    database = Database(path=path, migrations=MIGRATIONS)

    def pragmas(session: Session) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [session.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    def fails(session: Session) -> None:
        session.execute(text("CREATE TABLE half (number INTEGER)"))
        raise ValueError("stop")

    assert await database.run(pragmas) == ["wal", 2, 1, 10_000]
    with pytest.raises(ValueError, match="stop"):
        await database.run(fails)
    tables = await database.run(
        lambda session: session.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    )
    assert "half" not in tables
    assert "pictures" in tables
    database.close()
    database.close()


async def test_the_migrations_make_exactly_the_tables_of_the_code(path: Path) -> None:
    database = Database(path=path, migrations=MIGRATIONS)

    def differences(session: Session) -> Any:
        options = {"include_name": lambda name, kind, _: kind != "table" or "picture_words" not in name}
        context = MigrationContext.configure(session.connection(), opts=options)
        return compare_metadata(context, Base.metadata)

    assert await database.run(differences) == []
    database.close()


def test_the_newest_file_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == max(file.stem for file in (MIGRATIONS / "versions").glob("r*.py"))


async def test_an_up_to_date_database_opens_without_alembic(path: Path) -> None:
    database = Database(path=path, migrations=MIGRATIONS)
    await database.run(lambda session: session.execute(text("SELECT 1")).scalar())
    database.close()
    program = f"""
import asyncio, sys
from pathlib import Path
from sqlalchemy import text
from desktop.library.database import Database
from desktop.library.finding import find_numbers
from desktop.library.query import Query
database = Database(path=Path({str(path)!r}), migrations=Path({str(MIGRATIONS)!r}))
assert asyncio.run(database.run(lambda session: session.execute(text("SELECT count(*) FROM pictures")).scalar())) == 0
database.close()
sys.exit("alembic" in sys.modules)
"""
    assert await asyncio.to_thread(subprocess.call, [sys.executable, "-c", program]) == 0


async def test_two_programs_may_write_at_once(path: Path) -> None:
    one, other = (Database(path=path, migrations=MIGRATIONS) for _ in range(2))

    def count_up(session: Session) -> None:
        session.execute(text("CREATE TABLE IF NOT EXISTS counter (value INTEGER)"))
        value = session.execute(text("SELECT max(value) FROM counter")).scalar() or 0
        session.execute(text("INSERT INTO counter VALUES (:value)"), {"value": value + 1})

    await asyncio.gather(*(database.run(count_up) for database in (one, other) * 10))
    values = await one.run(
        lambda session: session.execute(text("SELECT value FROM counter ORDER BY value")).scalars().all()
    )
    assert list(values) == list(range(1, 21))
    one.close()
    other.close()


def ruin(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)


async def test_a_file_that_is_no_database_is_an_error_in_words_and_can_be_set_aside(path: Path) -> None:
    ruin(path)
    database = Database(path=path, migrations=MIGRATIONS)
    with pytest.raises(StorageError, match=r"library\.sqlite could not be used"):
        await database.run(lambda session: session.execute(text("SELECT 1")).scalar())
    assert not await database.is_sound()
    await database.set_aside()
    assert await database.is_sound()
    assert path.with_name("library.broken-1.sqlite").read_bytes().startswith(b"not a database")
    database.close()


async def test_a_database_of_a_newer_program_stays_untouched(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('r9999_future')")
    connection.close()
    database = Database(path=path, migrations=MIGRATIONS)
    with pytest.raises(StorageError, match="newer Pentimento"):
        await database.run(lambda session: session.execute(text("SELECT 1")).scalar())
    database.close()


async def test_a_library_of_the_first_release_is_brought_along(path: Path) -> None:
    """Its words are indexed anew, and what its recipes say becomes columns."""
    first = path.parent / "first"
    (first / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/r0001_pictures.py"):
        shutil.copy(MIGRATIONS / name, first / name)
    row = {
        "id": "one",
        "file": "a.png",
        "blob": "b",
        "width": 8,
        "height": 8,
        "created_at": 1,
        "prompt": "눈 덮인 들판의 빨간 집",
        "model_name": "Landscapes",
        "recipe": json.dumps({"request": {"kind": "image_to_image", "image": "parent"}}),
        "notes": "cover",
        "words": "old",
        "starred": True,
    }
    before = Database(path=path, migrations=first)
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    await before.run(
        lambda session: session.execute(text(f"INSERT INTO pictures ({columns}) VALUES ({values})"), row)
    )
    before.close()
    after = Database(path=path, migrations=MIGRATIONS)

    def found(session: Session) -> list[Any]:
        return [
            session.execute(text("SELECT kind, parent, rating, starred, prompt FROM pictures")).one(),
            *(find_numbers(session, Query(search=words), zone=UTC).size for words in ("들판", "cov", "old")),
        ]

    picture, *counts = await after.run(found)
    assert tuple(picture) == ("image_to_image", "parent", 0, 1, row["prompt"])
    assert counts == [1, 1, 0]
    assert await after.is_sound()
    after.close()
