"""The operator's commands, on a real database."""

import json
import re
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from sync_server.app.command_line import app


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {"PENTIMENTO_DATABASE_URL": database_url, "PENTIMENTO_DATA_FOLDER": str(tmp_path)}


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(app, words, env=environment)


def test_an_administrator_is_made_and_an_account_becomes_one(
    environment: dict[str, str], database_url: str
) -> None:
    made = run(environment, "admin", "create", "--email", "Boss@example.com")
    assert made.exit_code == 0, made.output
    assert re.search(r"boss@example\.com is an administrator\. The password is \S{20,}", made.output)
    again = run(
        environment, "admin", "create", "--email", "boss@example.com", "--password", "other-password-9"
    )
    assert "the password is as before" in again.output
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT role, email_verified_at IS NOT NULL FROM users").fetchall()
    assert rows == [("admin", True)]


def test_an_unfit_address_or_password_makes_nobody(environment: dict[str, str], database_url: str) -> None:
    for words in (
        ("--email", "no-address"),
        ("--email", "boss@example.com", "--password", "password1"),
    ):
        assert run(environment, "admin", "create", *words).exit_code != 0
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_the_ledger_is_audited_and_what_does_not_agree_is_named(
    environment: dict[str, str], database_url: str
) -> None:
    assert run(environment, "seed-demo").exit_code == 0
    sound = run(environment, "admin", "audit-ledger")
    assert (sound.exit_code, sound.output.strip()) == (0, "The ledger is sound.")
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE credit_lots DISABLE TRIGGER ALL")
        connection.execute("UPDATE credit_lots SET remaining = remaining - 1 WHERE remaining > 0")
    unsound = run(environment, "admin", "audit-ledger")
    assert unsound.exit_code == 1
    assert "derived" in unsound.output


def test_a_demonstration_is_made_once(environment: dict[str, str], database_url: str) -> None:
    for _ in range(2):
        result = run(environment, "seed-demo")
        assert "ada@example.com" in result.output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (5,)


def test_an_empty_database_is_migrated(empty_database_url: str, tmp_path: Path) -> None:
    environment = {"PENTIMENTO_DATABASE_URL": empty_database_url, "PENTIMENTO_DATA_FOLDER": str(tmp_path)}
    assert run(environment, "migrate").exit_code == 0
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_the_document_and_the_settings_are_printed(environment: dict[str, str]) -> None:
    document = json.loads(run(environment, "openapi").output)
    assert document["openapi"].startswith("3.1")
    table = run(environment, "settings").output
    assert "`PENTIMENTO_DATABASE_URL`" in table


def test_a_lost_second_factor_is_turned_off(environment: dict[str, str], database_url: str) -> None:
    run(environment, "admin", "create", "--email", "boss@example.com")
    command = ("admin", "two-factor-off", "--email", "boss@example.com")
    assert run(environment, *command).exit_code == 1
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO two_factor (user_id, sealed_secret, confirmed_at, last_step)"
            " SELECT id, 'sealed under a lost secret', now(), 0 FROM users"
        )
    assert run(environment, *command).exit_code == 0
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM two_factor").fetchone() == (0,)
        mails = connection.execute("SELECT count(*) FROM queue.procrastinate_jobs").fetchone()
    assert mails == (1,)


def test_events_that_failed_are_listed(environment: dict[str, str]) -> None:
    assert run(environment, "admin", "webhooks", "list").output.strip() == "No event has failed."
