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
    "/gallery/images",
    "/gallery/trash",
    "/gallery/boards",
    "/gallery/shares",
    "/gallery/blocked",
    "/gallery/public/images",
    "/gallery/public/images?sort_by=trending&tags=many",
    "/gallery/public/search?q=many",
    "/gallery/public/boards",
    "/gallery/moderation/queue",
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
# Each of somebody else, public, on a public board, reported, liked and downloaded; and one's own beside it.
_ITEMS = """
    INSERT INTO items (id, user_id, position, type, key, thumbnail_key, blob, mime_type, width, height, size,
                       stored_bytes, model, prompt, tags, search, allow_recipe, is_sensitive, is_public, is_starred,
                       like_count, created_at, updated_at, deleted_at)
    SELECT gen_random_uuid(), author.id, 0, 'image', 'a/b.png', 'a/c.webp', '', 'image/png', 8, 8, 1, 1, 'm', 'many',
           '{many}', 'many', false, false, true, false, 1, now(), now(), CASE WHEN gone THEN now() END
    FROM (SELECT id FROM users WHERE email LIKE 'many%' UNION SELECT :user) AS author,
         generate_series(1, CASE WHEN author.id = :user THEN :count ELSE 1 END), unnest(ARRAY[false, true]) AS gone
"""
_PUBLICATIONS = """
    INSERT INTO publications (item_id, user_id, state, visible, model, tags, search, is_sensitive, key, preview_key,
                              thumbnail_key, mime_type, size, like_count, view_count, download_count, trending,
                              open_reports, asked_at, published_at)
    SELECT id, user_id, 'approved', deleted_at IS NULL, model, tags, search, false, key, key, thumbnail_key, mime_type,
           size, 1, 1, 1, 1, 1, now(), now() FROM items
"""
_BOARDS = """
    INSERT INTO boards (id, user_id, name, is_private, position, created_at, updated_at)
    SELECT gen_random_uuid(), :user, 'many', false, n, now(), now() FROM generate_series(1, :count) AS n
"""
_ON_BOARDS = """
    INSERT INTO board_items (board_id, item_id, position, added_at)
    SELECT boards.id, items.id, 0, now() FROM boards, items WHERE items.deleted_at IS NULL
"""
_LIKES = "INSERT INTO likes (item_id, user_id, created_at) SELECT id, :user, now() FROM items"
_REPORTS = """
    INSERT INTO reports (id, item_id, user_id, reason, note, created_at)
    SELECT gen_random_uuid(), id, :user, 'spam', '', now() FROM items
"""
_SHARES = """
    INSERT INTO shares (id, user_id, item_id, token, created_at)
    SELECT gen_random_uuid(), :user, id, id::text, now() FROM items WHERE user_id = :user
"""
_GALLERY = (_ITEMS, _PUBLICATIONS, _BOARDS, _ON_BOARDS, _LIKES, _REPORTS, _SHARES)
_CLEAR = ("payments", "items", "boards")


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
        for table in _CLEAR:
            await work.session.execute(text(f"DELETE FROM {table}"))
        await work.session.execute(text("DELETE FROM users WHERE email LIKE 'many%'"))
        for statement in (_SESSIONS, _PEOPLE, _PAYMENTS, _KEYS, *_GALLERY):
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


async def test_what_is_asked_most_takes_a_statement_or_two_and_no_transaction(server: Server) -> None:
    user = await server.register()
    alone: list[str] = []

    @contextmanager
    def note(statement: str) -> Iterator[None]:
        alone.append(statement)
        yield

    server.container.database.alone.observe(note)
    with counted(server) as in_transactions:
        me = await server.client.get(f"{API}/users/me", headers=user.headers)
        first = len(alone)
        refreshed = await server.client.post(
            f"{API}/users/auth/refresh", json={"refresh_token": user.refresh_token}
        )
    assert (me.status_code, refreshed.status_code) == (200, 200)
    assert (first, len(alone) - first, in_transactions) == (1, 2, [])
