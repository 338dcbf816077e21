"""The server as an operator starts it: real processes on a real port."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.support.server_process import ServerProcess


@pytest.fixture
def processes(database_url: str, tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(
        environment={
            "DATABASE_URL": database_url,
            "DATA_FOLDER": str(tmp_path),
            "METRICS": "true",
            "PROCESSES": "2",
        },
        log=tmp_path / "log",
    )
    server.start()
    server.wait_until_ready()
    yield server
    server.stop()


def test_the_metrics_of_all_processes_are_told_as_one(processes: ServerProcess) -> None:
    for _ in range(20):
        assert httpx.get(f"{processes.url}/health").status_code == 200
    for _ in range(6):  # whichever process answers
        told = httpx.get(f"{processes.url}/metrics").text
        found = re.search(r'pentimento_request_seconds_count\{.*route="/health".*\} (\S+)', told)
        assert found
        assert float(found[1]) == 20


def test_one_command_is_a_whole_server_and_ends_cleanly(postgres_folder: Path) -> None:
    server = ServerProcess(
        environment={"DATA_FOLDER": str(postgres_folder / "data")}, log=postgres_folder / "log"
    )
    server.start()
    try:
        server.wait_until_ready()
        account = {"email": "artist@example.com", "password": "correct-horse-7-battery"}
        reply = httpx.post(f"{server.url}/api/v1/users/auth/register", json=account)
        assert reply.status_code == 201, reply.text
    finally:
        server.stop()
    assert "Pentimento listens on" in (postgres_folder / "log").read_text()
    (mail,) = (postgres_folder / "data" / "mails").iterdir()
    assert f"{server.url}/verify-email?token=" in mail.read_text().replace("=\n", "").replace("=3D", "=")
    assert not (postgres_folder / "data" / "postgres" / "postmaster.pid").exists()


def test_a_secret_of_development_is_refused_in_production(database_url: str, tmp_path: Path) -> None:
    server = ServerProcess(
        environment={"DATABASE_URL": database_url, "ENVIRONMENT": "production"}, log=tmp_path / "log"
    )
    server.start()
    with pytest.raises(AssertionError, match="PENTIMENTO_SECRET_KEY must be set"):
        server.wait_until_ready()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)
