"""A SQLite file that survives a kill at any moment, used from one thread of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, inspect, text
from sqlalchemy.orm import Session

from shared.contracts.errors import StorageError

Result = TypeVar("Result")

BUSY_MILLISECONDS = 10_000


class Database:
    """Opened and migrated at its first use, on its own thread, so that making one never blocks.

    `migrations` is an Alembic folder: `env.py` and `versions/`, where a revision's id is its file's stem and
    stems sort by age (`r0001_pictures`), so that the newest is known without importing Alembic.
    """

    def __init__(self, *, path: Path, migrations: Path) -> None:
        self._path = path
        self._migrations = migrations
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"database-{path.stem}")
        self._engine: Engine | None = None
        self._closed = False

    async def run(self, function: Callable[[Session], Result]) -> Result:
        """One transaction: committed when `function` returns, rolled back when it raises.

        Raises StorageError where the disk or the file refuses.
        """
        return await self._on_own_thread(lambda: self._transact(function))

    async def is_sound(self) -> bool:
        """Whether SQLite can read the whole file; a file that cannot even be opened is not sound."""
        try:
            answer = await self.run(lambda session: session.execute(text("PRAGMA integrity_check")).scalar())
        except StorageError:
            return False
        return answer == "ok"

    async def set_aside(self) -> None:
        """Keep a broken file under another name and begin with an empty one."""
        await self._on_own_thread(self._set_aside)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._executor.submit(self._dispose).result()
        self._executor.shutdown()

    async def _on_own_thread(self, function: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function)

    def _transact(self, function: Callable[[Session], Result]) -> Result:
        try:
            if self._engine is None:
                self._engine = self._open()
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return function(session)
        except (exc.IntegrityError, exc.ProgrammingError):
            raise
        except (exc.DatabaseError, OSError) as error:
            raise StorageError(
                "The file {file} could not be used: {reason}.",
                advice="Check that the disk has room and that the folder may be written, then try again.",
                file=self._path,
                reason=str(error.orig) if isinstance(error, exc.DatabaseError) else str(error),
            ) from error

    def _open(self) -> Engine:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(self._path)))
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin_immediately)
        try:
            with engine.begin() as connection:
                self._migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _migrate(self, connection: Connection) -> None:
        """Under the transaction's write lock, so that two processes that start at once migrate once."""
        newest = max(path.stem for path in (self._migrations / "versions").glob("r*.py"))
        current = ""
        if inspect(connection).has_table("alembic_version"):
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
        if current > newest:
            raise StorageError(
                "The file {file} was written by a newer Pentimento.",
                advice="Install the newest Pentimento; this one leaves the file untouched.",
                file=self._path,
            )
        if current < newest:
            _upgrade(connection, self._migrations)

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _set_aside(self) -> None:
        self._dispose()
        number = 1
        while (kept := self._path.with_suffix(f".broken-{number}{self._path.suffix}")).exists():
            number += 1
        for ending in ("", "-wal", "-shm"):
            file = self._path.with_name(self._path.name + ending)
            if file.exists():
                file.rename(kept.with_name(kept.name + ending))


def _prepare_connection(connection: Any, _record: object) -> None:
    # Python's own transaction handling would begin too late; "begin" below does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL may lose a commit at power loss
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediately(connection: Connection) -> None:
    # A transaction that reads first and writes later fails when another process wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection, migrations: Path) -> None:
    # Alembic takes 0.2 s to import and is needed once per version.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
