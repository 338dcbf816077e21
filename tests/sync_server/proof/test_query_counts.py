"""A list asks the database as often for many rows as for few."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from sync_server.credits.service import CreditLedger
from tests.support.server import Server, SignedInUser

API = "/api/v1"
LISTS = (
    "/users",
    "/users/me/sessions",
    "/users/me/api-keys",
    "/payments/credits/transactions",
    "/payments/credits/packages",
    "/payments/subscriptions/history",
    "/payments/subscriptions/plans",
)
FEW, MANY = 2, 15

# Rows that a user of ours can have many of, straight into the tables.
_SESSIONS = """
    INSERT INTO sessions (id, user_id, user_agent, address, created_at, last_used_at, expires_at)
    SELECT gen_random_uuid(), :user, 'test', '10.0.0.1', now(), now(), '2030-01-01' FROM generate_series(1, :count)
"""
_PEOPLE = """
    INSERT INTO users (id, email, username, role, tier, state, created_at, updated_at, language, timezone, theme,
                       preferences, stored_bytes)
    SELECT gen_random_uuid(), 'many' || n || '@example.com', 'many' || n, 'user', 'free', 'active', now(), now(), 'en',
           'UTC', 'auto', '{}', 0
    FROM generate_series(1, :count) AS n
"""
_PAYMENTS = """
    INSERT INTO payments (id, user_id, provider, provider_payment_id, product, reason, status, amount, refunded,
                          currency, credits, credits_taken_back, truth_ticket, billed_at, created_at)
    SELECT gen_random_uuid(), :user, 'stripe', 'many' || n, 'package:100', 'order', 'paid', 999, 0, 'USD', 110, 0, 0,
           now(), now()
    FROM generate_series(1, :count) AS n
"""

_KEYS = """
    INSERT INTO api_keys (id, user_id, name, hint, hash, created_at)
    SELECT gen_random_uuid(), :user, 'test', 'pmt_0000', gen_random_uuid()::text::bytea, now()
    FROM generate_series(1, :count)
"""


@contextmanager
def counted(server: Server) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        statements.append(statement)

    engine = server.container.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def fill(server: Server, user: SignedInUser, *, count: int) -> None:
    async with server.container.transactions.begin() as work:
        for statement in ("DELETE FROM payments", "DELETE FROM users WHERE email LIKE 'many%'"):
            await work.session.execute(text(statement))
        for statement in (_SESSIONS, _PEOPLE, _PAYMENTS, _KEYS):
            await work.session.execute(text(statement), {"user": user.id, "count": count})
        for number in range(count):
            await work.get(CreditLedger).grant(
                user.id, 1, kind="bonus", key=f"{count}-{number}", expires_at=None, description="A gift"
            )


@pytest.mark.parametrize("path", LISTS)
async def test_as_often_for_many_rows_as_for_few(server: Server, path: str) -> None:
    user = await server.register(role="admin", tier="studio")
    counts = {}
    for rows in (FEW, MANY):
        await fill(server, user, count=rows)
        with counted(server) as statements:
            reply = await server.client.get(API + path, headers=user.headers)
        assert reply.status_code == 200, reply.text
        counts[rows] = len(statements)
    assert counts[FEW] == counts[MANY]
    assert counts[MANY] <= 10
