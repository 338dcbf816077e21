"""Rows of the ledger, read and locked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.credits.tables import (
    CreditAccountRow,
    CreditHoldPartRow,
    CreditHoldRow,
    CreditLotRow,
    CreditTransactionRow,
)
from sync_server.platform.ports import Clock, NewId

SHOWN_KINDS = ("purchase", "subscription_grant", "bonus", "refund", "spend", "expiry", "adjustment")


class CreditRepository:
    def __init__(self, *, session: AsyncSession, clock: Clock, new_id: NewId) -> None:
        self.session = session
        self._clock = clock
        self._new_id = new_id

    async def locked_account(self, user_id: UUID) -> CreditAccountRow:
        """The person's account, made where there is none; nobody else changes it until this transaction ends."""
        query = select(CreditAccountRow).where(CreditAccountRow.user_id == user_id).with_for_update()
        account = await self.session.scalar(query)
        if account is not None:
            return account
        await self.session.execute(
            insert(CreditAccountRow)
            .values(
                id=self._new_id(),
                user_id=user_id,
                available=0,
                reserved=0,
                owed=0,
                lifetime_earned=0,
                lifetime_spent=0,
                created_at=self._clock(),
            )
            .on_conflict_do_nothing()
        )
        return (await self.session.scalars(query)).one()

    async def locked_account_by_id(self, account_id: UUID) -> CreditAccountRow:
        query = select(CreditAccountRow).where(CreditAccountRow.id == account_id).with_for_update()
        return (await self.session.scalars(query)).one()

    async def account(self, user_id: UUID) -> CreditAccountRow | None:
        return await self.session.scalar(select(CreditAccountRow).where(CreditAccountRow.user_id == user_id))

    async def transaction(self, key: str) -> CreditTransactionRow | None:
        return await self.session.scalar(select(CreditTransactionRow).where(CreditTransactionRow.key == key))

    async def hold_by_key(self, key: str) -> CreditHoldRow | None:
        return await self.session.scalar(select(CreditHoldRow).where(CreditHoldRow.key == key))

    async def hold(self, hold_id: UUID) -> CreditHoldRow | None:
        return await self.session.get(CreditHoldRow, hold_id)

    async def hold_again(self, hold: CreditHoldRow) -> None:
        """As it stands now that its account is locked."""
        await self.session.refresh(hold)

    async def hold_parts(self, hold_id: UUID) -> Sequence[CreditHoldPartRow]:
        query = select(CreditHoldPartRow).where(CreditHoldPartRow.hold_id == hold_id)
        return (await self.session.scalars(query.order_by(CreditHoldPartRow.position))).all()

    async def filled_lots(self, account_id: UUID) -> Sequence[CreditLotRow]:
        query = select(CreditLotRow).where(CreditLotRow.account_id == account_id, CreditLotRow.remaining > 0)
        return (await self.session.scalars(query)).all()

    async def lots(self, lot_ids: Sequence[UUID]) -> dict[UUID, CreditLotRow]:
        query = select(CreditLotRow).where(CreditLotRow.id.in_(lot_ids))
        return {lot.id: lot for lot in await self.session.scalars(query)}

    async def account_and_due(self, user_id: UUID, now: datetime) -> tuple[CreditAccountRow, int] | None:
        """The account, and what has expired of it but is not booked yet."""
        due = (
            select(func.coalesce(func.sum(CreditLotRow.remaining), 0))
            .where(
                CreditLotRow.account_id == CreditAccountRow.id,
                CreditLotRow.remaining > 0,
                CreditLotRow.expires_at <= now,
            )
            .scalar_subquery()
        )
        query = select(CreditAccountRow, due).where(CreditAccountRow.user_id == user_id)
        row = (await self.session.execute(query)).one_or_none()
        return (row[0], int(row[1])) if row else None

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
