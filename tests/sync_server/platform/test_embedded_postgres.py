"""One PostgreSQL in a data folder: shared by its processes, ended by the last, adopted where one was killed."""

import subprocess
import sys
from pathlib import Path

import psycopg

from sync_server.platform.embedded_postgres import EmbeddedPostgres

USER = """
import sys
from pathlib import Path
from sync_server.platform.embedded_postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
print(postgres.start(), flush=True)
sys.stdin.readline()
postgres.stop()
print("stopped", flush=True)
"""


def another_process(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def runs(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


def test_a_folder_has_one_server_that_outlives_a_kill_and_ends_with_the_last(postgres_folder: Path) -> None:
    killed, url = another_process(postgres_folder)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed.kill()
    killed.communicate()

    ours = EmbeddedPostgres(postgres_folder)
    try:
        assert ours.start() == url
        beside, same_url = another_process(postgres_folder)
        assert same_url == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        beside.communicate("\n")
        with psycopg.connect(url) as connection:  # still there: we use it
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        ours.stop()
    assert not runs(postgres_folder)

    again = EmbeddedPostgres(postgres_folder)
    try:
        with psycopg.connect(again.start()) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        again.stop()
    assert not runs(postgres_folder)
