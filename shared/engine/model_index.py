"""What was learnt of models, so that no header and no weights are read twice; and what the artist chose for them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.contracts.errors import ErrorReport
from shared.contracts.models import ModelFile
from shared.engine.model_notes import ModelNotes

_Value = TypeVar("_Value")

_VERSION = 2
"""Goes up when headers are read otherwise: what was learnt is forgotten then, what was chosen never."""
_PATIENCE_SECONDS = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS readings (path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hashes (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, weights_sha256 TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS hashes_sha256 ON hashes (sha256);
CREATE TABLE IF NOT EXISTS choices (path TEXT PRIMARY KEY, content TEXT NOT NULL);
"""


class Reading(Contract):
    """A model, or why it is none that can be used; neither where the file is none of ours."""

    file: ModelFile | None = None
    problem: ErrorReport | None = None


@dataclass(frozen=True)
class KnownReading:
    fingerprint: str
    reading: Reading


@dataclass(frozen=True)
class KnownHash:
    """`weights_sha256` is of what follows the header, by which A1111 names a LoRA; empty where it was not taken."""

    size: int
    changed_ns: int
    sha256: str
    weights_sha256: str = ""


class ModelIndex:
    """One SQLite file, opened for each call, so that any thread and several processes may use it at once.

    Where it can't be read or written everything is learnt anew: that costs time, never a job.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def readings(self) -> dict[Path, KnownReading]:
        def read(connection: sqlite3.Connection) -> dict[Path, KnownReading]:
            known = {}
            for path, fingerprint, content in connection.execute("SELECT * FROM readings"):
                with suppress(ValidationError):
                    known[Path(path)] = KnownReading(fingerprint, Reading.model_validate_json(content))
            return known

        return self._do(read, otherwise={})

    def keep_readings(self, readings: dict[Path, KnownReading]) -> None:
        rows = [
            (str(path), each.fingerprint, each.reading.model_dump_json()) for path, each in readings.items()
        ]
        self._write("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", rows)

    def hashes(self) -> dict[Path, KnownHash]:
        def read(connection: sqlite3.Connection) -> dict[Path, KnownHash]:
            return {Path(path): KnownHash(*row) for path, *row in connection.execute("SELECT * FROM hashes")}

        return self._do(read, otherwise={})

    def hash_of(self, path: Path) -> KnownHash | None:
        def read(connection: sqlite3.Connection) -> KnownHash | None:
            row = connection.execute("SELECT * FROM hashes WHERE path = ?", (str(path),)).fetchone()
            return KnownHash(*row[1:]) if row else None

        return self._do(read, otherwise=None)

    def keep_hash(self, path: Path, known: KnownHash) -> None:
        row = (str(path), known.size, known.changed_ns, known.sha256, known.weights_sha256)
        self._write("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?)", [row])

    def choices(self) -> dict[Path, ModelNotes]:
        def read(connection: sqlite3.Connection) -> dict[Path, ModelNotes]:
            known = {}
            for path, content in connection.execute("SELECT * FROM choices"):
                with suppress(ValidationError):
                    known[Path(path)] = ModelNotes.model_validate_json(content)
            return known

        return self._do(read, otherwise={})

    def choose(self, path: Path, choice: ModelNotes) -> None:
        content = choice.model_dump_json(exclude_none=True)
        self._write("INSERT OR REPLACE INTO choices VALUES (?, ?)", [(str(path), content)])

    def forget(self, paths: Iterable[Path]) -> None:
        rows = [(str(path),) for path in paths]
        for table in ("readings", "hashes", "choices"):
            self._write(f"DELETE FROM {table} WHERE path = ?", rows)  # noqa: S608 - our own three names

    def move(self, old: Path, new: Path) -> None:
        """A file was found again elsewhere: what the artist chose for it goes along."""
        self._write("UPDATE OR REPLACE choices SET path = ? WHERE path = ?", [(str(new), str(old))])
        self.forget([old])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        if rows:
            self._do(write, otherwise=None)

    def _do(self, work: Callable[[sqlite3.Connection], _Value], *, otherwise: _Value) -> _Value:
        try:
            with self._open() as connection:
                return work(connection)
        except (sqlite3.Error, OSError):
            return otherwise

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at its end."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = self._connect()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname not in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
                raise
            self._file.replace(self._file.with_suffix(".broken.sqlite"))
            connection = self._connect()
        with closing(connection), connection:
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=_PATIENCE_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                if version:
                    connection.execute("DROP TABLE IF EXISTS readings")
                connection.executescript(_TABLES)
                connection.execute(f"PRAGMA user_version={_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection
