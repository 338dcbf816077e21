"""What the database's two ways promise: transactions, and statements that stand alone."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text

from sync_server.platform.database import Database
from sync_server.platform.errors import ConflictError
from sync_server.platform.statements import Statement
from sync_server.platform.work import Transactions

ADD = Statement.of("INSERT INTO notes (word) VALUES (:word) RETURNING word")
COUNT = Statement.of("SELECT count(*) AS found FROM notes WHERE word = :word")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE notes (word text NOT NULL)")
    database = Database(url=database_url)
    yield database
    await database.close()


@pytest.fixture
def transactions(database: Database) -> Transactions:
    return Transactions(database=database, builders={})


def kill_connections(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def found(transactions: Transactions, word: str) -> int:
    async with transactions.begin() as work:
        return int((await work.read(COUNT, word=word))[0].found)


async def test_a_reading_sees_what_its_own_transaction_wrote(transactions: Transactions) -> None:
    async with transactions.begin() as work:
        await work.session.execute(text("INSERT INTO notes VALUES ('red')"))
        assert (await work.read(COUNT, word="red"))[0].found == 1
        assert await found(transactions, "red") == 0, "nobody else does"
    assert await found(transactions, "red") == 1


async def test_a_reading_alone_opens_no_transaction(transactions: Transactions) -> None:
    async with transactions.begin() as work:
        await work.read(COUNT, word="red")
        assert not work.began


async def test_a_statement_of_a_transaction_goes_with_it(transactions: Transactions) -> None:
    async def fail_after_it() -> None:
        async with transactions.begin() as work:
            await work.run(ADD, word="red")
            raise ConflictError("Not now.")

    with pytest.raises(ConflictError):
        await fail_after_it()
    assert await found(transactions, "red") == 0


async def test_a_statement_alone_stays_whatever_comes_after(transactions: Transactions) -> None:
    async def fail_after_it() -> None:
        async with transactions.begin() as work:
            await work.run_alone(ADD, word="red")
            raise ConflictError("Not now.")

    with pytest.raises(ConflictError):
        await fail_after_it()
    assert await found(transactions, "red") == 1


async def test_a_database_that_was_restarted_costs_no_request(
    transactions: Transactions, database_url: str
) -> None:
    async with transactions.begin() as work:
        await work.run(ADD, word="red")
    assert await found(transactions, "red") == 1
    kill_connections(database_url)
    assert await found(transactions, "red") == 1
    await asyncio.sleep(1.1)  # a restart takes at least as long
    async with transactions.begin() as work:
        await work.run(ADD, word="red")
    assert await found(transactions, "red") == 2
