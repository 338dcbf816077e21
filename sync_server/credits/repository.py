"""Rows of the ledger, read and locked."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import ColumnElement, DateTime, Uuid, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.credits.books import Account, Books, HoldPart, HoldRecord, Lot, Transaction
from sync_server.credits.tables import CreditAccountRow, CreditHoldRow, CreditLotRow, CreditTransactionRow
from sync_server.platform.ports import Clock, NewId
from sync_server.platform.statements import Row, Statement
from sync_server.platform.work import Work

_TIME = DateTime(timezone=True)


SHOWN_KINDS = ("purchase", "subscription_grant", "bonus", "refund", "spend", "expiry", "adjustment")


_ACCOUNT = select(
    *(getattr(CreditAccountRow, each.name) for each in dataclasses.fields(Account))
).with_for_update()
_LOCK = Statement(_ACCOUNT.where(CreditAccountRow.user_id == bindparam("user_id")))
_LOCK_BY_ID = Statement(_ACCOUNT.where(CreditAccountRow.id == bindparam("account_id")))
_LOCK_BY_HOLD = Statement(
    _ACCOUNT.where(
        CreditAccountRow.id
        == select(CreditHoldRow.account_id).where(CreditHoldRow.id == bindparam("hold_id")).scalar_subquery()
    )
)
_MAKE = Statement.of("""
    INSERT INTO credit_accounts (id, user_id, available, reserved, owed, lifetime_earned, lifetime_spent, created_at)
    VALUES (:id, :user_id, 0, 0, 0, 0, 0, :now) ON CONFLICT DO NOTHING RETURNING id
""")
_READ = Statement.of("""
    SELECT
        (SELECT jsonb_agg(l) FROM credit_lots l WHERE l.account_id = :account_id AND l.remaining > 0) AS lots,
        (SELECT to_jsonb(t) FROM credit_transactions t WHERE t.key = :key) AS booked,
        (SELECT to_jsonb(h) FROM credit_holds h WHERE h.key = :hold_key) AS hold,
        NULL AS parts
""")
_READ_HOLD = Statement.of("""
    SELECT
        (SELECT jsonb_agg(l) FROM credit_lots l WHERE l.account_id = :account_id
            AND (l.remaining > 0 OR l.id IN (SELECT lot_id FROM credit_hold_parts WHERE hold_id = :hold_id))) AS lots,
        NULL AS booked,
        (SELECT to_jsonb(h) FROM credit_holds h WHERE h.id = :hold_id) AS hold,
        (SELECT jsonb_agg(p ORDER BY p.position) FROM credit_hold_parts p WHERE p.hold_id = :hold_id) AS parts
""")
# Foreign keys are checked at the end of the statement, so the order of its parts does not matter.
_WRITE = Statement.of("""
    WITH account AS (
        UPDATE credit_accounts
        SET user_id = :user_id, available = :available, reserved = :reserved, owed = :owed,
            lifetime_earned = :lifetime_earned, lifetime_spent = :lifetime_spent, last_recharged_at = :last_recharged_at
        WHERE id = :id
    ), new_lots AS (
        INSERT INTO credit_lots (id, account_id, reference, amount, remaining, expires_at, created_at)
        SELECT id, account_id, reference, amount, remaining, expires_at, created_at
        FROM jsonb_populate_recordset(NULL::credit_lots, :new_lots)
    ), changed_lots AS (
        UPDATE credit_lots l SET remaining = c.remaining
        FROM jsonb_populate_recordset(NULL::credit_lots, :changed_lots) c WHERE l.id = c.id
    ), new_holds AS (
        INSERT INTO credit_holds
            (id, account_id, key, amount, settled, state, kind, model, reference, description, created_at)
        SELECT id, account_id, key, amount, settled, state, kind, model, reference, description, created_at
        FROM jsonb_populate_recordset(NULL::credit_holds, :new_holds)
    ), new_parts AS (
        INSERT INTO credit_hold_parts (hold_id, lot_id, position, amount)
        SELECT hold_id, lot_id, position, amount
        FROM jsonb_populate_recordset(NULL::credit_hold_parts, :new_parts)
    ), closed_holds AS (
        UPDATE credit_holds h SET state = c.state, settled = c.settled, closed_at = c.closed_at
        FROM jsonb_populate_recordset(NULL::credit_holds, :closed_holds) c WHERE h.id = c.id
    ), transactions AS (
        INSERT INTO credit_transactions
            (id, account_id, key, kind, amount, balance_after, description, reference, created_at)
        SELECT id, account_id, key, kind, amount, balance_after, description, reference, created_at
        FROM jsonb_populate_recordset(NULL::credit_transactions, :transactions)
    ), entries AS (
        INSERT INTO credit_entries (transaction_id, account_id, place, amount)
        SELECT transaction_id, account_id, place, amount
        FROM jsonb_populate_recordset(NULL::credit_entries, :entries)
    )
    SELECT 1
""")

_LOTS = TypeAdapter(list[Lot])
_PARTS = TypeAdapter(list[HoldPart])
_HOLD = TypeAdapter(HoldRecord)
_TRANSACTION = TypeAdapter(Transaction)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`booked` and `hold` are what is there already under the keys asked for."""

    books: Books
    booked: Transaction | None
    hold: HoldRecord | None
    parts: Sequence[HoldPart]


def _json(rows: Sequence[object]) -> str:
    return to_json(rows).decode()


def balance_facts(user_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """An account's sums, and `due`: what has expired of it by the parameter `now`, booked or not. NULL without one."""
    account, lot = CreditAccountRow, CreditLotRow
    due = (
        select(func.coalesce(func.sum(lot.remaining), 0))
        .where(
            lot.account_id == account.id, lot.remaining > 0, lot.expires_at <= bindparam("now", type_=_TIME)
        )
        .scalar_subquery()
    )
    sums = (
        account.available,
        account.reserved,
        account.owed,
        account.lifetime_earned,
        account.lifetime_spent,
    )
    named = [part for column in (*sums, account.last_recharged_at) for part in (column.key, column)]
    return (
        select(func.jsonb_build_object(*named, "due", due))
        .where(account.user_id == user_id)
        .scalar_subquery()
    )


_BALANCE = Statement(select(balance_facts(bindparam("user_id", type_=Uuid())).label("facts")))


class CreditRepository:
    def __init__(self, *, work: Work, clock: Clock, new_id: NewId) -> None:
        self._work = work
        self._clock = clock
        self._new_id = new_id

    @property
    def session(self) -> AsyncSession:
        return self._work.session

    async def open(self, user_id: UUID, *, key: str = "", hold_key: str = "") -> Opened:
        """A person's books, and what was booked or held under a key before. An account is made where there is none.
        Nobody else opens them until this transaction ends.
        """
        account = await self._work.run(_LOCK, user_id=user_id)
        if not account:
            await self._work.run(_MAKE, id=self._new_id(), user_id=user_id, now=self._clock())
            account = await self._work.run(_LOCK, user_id=user_id)
        return await self._opened(account[0], _READ, key=key, hold_key=hold_key)

    async def open_account(self, account_id: UUID) -> Books:
        account = await self._work.run(_LOCK_BY_ID, account_id=account_id)
        return (await self._opened(account[0], _READ, key="", hold_key="")).books

    async def open_hold(self, hold_id: UUID) -> Opened | None:
        """The books that a hold is in, and the hold with its parts."""
        account = await self._work.run(_LOCK_BY_HOLD, hold_id=hold_id)
        return await self._opened(account[0], _READ_HOLD, hold_id=hold_id) if account else None

    async def _opened(self, account: Row, read: Statement, **parameters: Any) -> Opened:
        # After the lock, in a statement of its own: one that waits for a lock would see the lots as they were before.
        (found,) = await self._work.run(read, account_id=account.id, **parameters)
        books = Books(
            account=Account(**account._asdict()),
            lots={lot.id: lot for lot in _LOTS.validate_python(found.lots or ())},
            now=self._clock(),
            new_id=self._new_id,
        )
        return Opened(
            books=books,
            booked=_TRANSACTION.validate_python(found.booked) if found.booked else None,
            hold=_HOLD.validate_python(found.hold) if found.hold else None,
            parts=_PARTS.validate_python(found.parts or ()),
        )

    async def write(self, books: Books) -> None:
        """Everything that changed, in one statement."""
        new = {lot.id for lot in books.new_lots}
        changed = [books.lots[lot_id] for lot_id in books.changed_lots - new]
        await self._work.run(
            _WRITE,
            **vars(books.account),
            new_lots=_json(books.new_lots),
            changed_lots=_json(changed),
            new_holds=_json(books.new_holds),
            new_parts=_json(books.new_parts),
            closed_holds=_json(books.closed_holds),
            transactions=_json(books.transactions),
            entries=_json(books.entries),
        )

    async def account(self, user_id: UUID) -> CreditAccountRow | None:
        return await self.session.scalar(select(CreditAccountRow).where(CreditAccountRow.user_id == user_id))

    async def balance_facts(self, user_id: UUID, now: datetime) -> Any:
        rows = await self._work.read(_BALANCE, user_id=user_id, now=now)
        return rows[0].facts

    async def accounts_with_due_lots(self, now: datetime, *, limit: int) -> Sequence[UUID]:
        query = (
            select(CreditLotRow.account_id)
            .where(CreditLotRow.remaining > 0, CreditLotRow.expires_at <= now)
            .distinct()
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def history(
        self,
        account_id: UUID,
        *,
        kinds: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        after: tuple[datetime, UUID] | None,
        newest_first: bool,
        limit: int,
    ) -> tuple[Sequence[CreditTransactionRow], int]:
        """A page of one more than `limit` (so that the caller sees whether there is more), and the count of all."""
        table = CreditTransactionRow
        conditions = [table.account_id == account_id, table.kind.in_(kinds)]
        if since is not None:
            conditions.append(table.created_at >= since)
        if until is not None:
            conditions.append(table.created_at <= until)
        total = await self.session.scalar(select(func.count()).select_from(table).where(*conditions))
        place = tuple_(table.created_at, table.id)
        if after is not None:
            conditions.append(place < after if newest_first else place > after)
        order = (table.created_at.desc(), table.id.desc()) if newest_first else (table.created_at, table.id)
        rows = await self.session.scalars(select(table).where(*conditions).order_by(*order).limit(limit + 1))
        return rows.all(), int(total or 0)
