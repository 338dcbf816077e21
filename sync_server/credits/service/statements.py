"""What a person reads of their credits: balance, history, use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.credits import (
    CreditBalance,
    CreditTransaction,
    CreditUsage,
    CreditUsageDay,
    CreditUsageModel,
    TransactionType,
)
from sync_server.credits.repository import SHOWN_KINDS, CreditRepository
from sync_server.credits.tables import CreditHoldRow, CreditTransactionRow
from sync_server.platform.ports import Clock

_NOTHING: Mapping[str, Any] = {
    "available": 0,
    "reserved": 0,
    "owed": 0,
    "lifetime_earned": 0,
    "lifetime_spent": 0,
    "last_recharged_at": None,
    "due": 0,
}


class CreditStatements:
    """Reads only."""

    def __init__(self, *, repository: CreditRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def balance(
        self, user_id: UUID, *, monthly_quota: int | None = None, resets_at: datetime | None = None
    ) -> CreditBalance:
        """What has expired does not count, booked or not."""
        facts = await self._repository.balance_facts(user_id, self._clock())
        return self.balance_from(facts, monthly_quota=monthly_quota, resets_at=resets_at)

    def balance_from(
        self, facts: Any, *, monthly_quota: int | None = None, resets_at: datetime | None = None
    ) -> CreditBalance:
        """From the value of `balance_facts` in a query of another feature's."""
        found = facts or _NOTHING
        available = found["available"] - found["due"]
        return CreditBalance(
            balance=available + found["reserved"],
            reserved=found["reserved"],
            available=available,
            owed=found["owed"],
            lifetime_earned=found["lifetime_earned"],
            lifetime_spent=found["lifetime_spent"],
            monthly_quota=monthly_quota,
            resets_at=resets_at,
            last_recharged_at=found["last_recharged_at"],
        )

    async def history(
        self,
        user_id: UUID,
        *,
        kind: TransactionType | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: tuple[datetime, UUID] | None = None,
        newest_first: bool = True,
        limit: int = 20,
    ) -> tuple[Sequence[CreditTransaction], bool, int]:
        """A page, whether more follow, and how many there are in all."""
        account = await self._repository.account(user_id)
        if account is None:
            return [], False, 0
        rows, total = await self._repository.history(
            account.id,
            kinds=[kind] if kind else SHOWN_KINDS,
            since=since,
            until=until,
            after=after,
            newest_first=newest_first,
            limit=limit,
        )
        return [_shown(row) for row in rows[:limit]], len(rows) > limit, total

    async def usage(self, user_id: UUID, *, since: datetime, until: datetime) -> CreditUsage:
        """Of holds closed in the time given; days by UTC."""
        account = await self._repository.account(user_id)
        if account is None:
            return CreditUsage(held=0, settled=0, efficiency=None, by_kind={}, by_model=[], daily=[])
        session: AsyncSession = self._repository.session
        table = CreditHoldRow
        closed = (
            table.account_id == account.id,
            table.state != "held",
            table.closed_at >= since,
            table.closed_at < until,
        )
        held, settled = (
            await session.execute(
                select(
                    func.coalesce(func.sum(table.amount), 0), func.coalesce(func.sum(table.settled), 0)
                ).where(*closed)
            )
        ).one()
        kinds = await session.execute(
            select(table.kind, func.sum(table.settled)).where(*closed).group_by(table.kind)
        )
        models = await session.execute(
            select(table.model, func.count(), func.sum(table.settled)).where(*closed).group_by(table.model)
        )
        day = cast(func.timezone("UTC", table.closed_at), Date)
        days = await session.execute(
            select(day, func.count(), func.sum(table.settled)).where(*closed).group_by(day).order_by(day)
        )
        return CreditUsage(
            held=int(held),
            settled=int(settled),
            efficiency=round(int(settled) / int(held), 4) if held else None,
            by_kind={kind: int(amount) for kind, amount in kinds},
            by_model=[
                CreditUsageModel(model=model, jobs=jobs, credits=int(amount))
                for model, jobs, amount in models
            ],
            daily=[CreditUsageDay(day=date, jobs=jobs, credits=int(amount)) for date, jobs, amount in days],
        )


def _shown(row: CreditTransactionRow) -> CreditTransaction:
    kind, _, reference = row.reference.rpartition(":")
    return CreditTransaction.model_validate(
        {
            "id": row.id,
            "transaction_type": row.kind,
            "amount": row.amount,
            "balance_after": row.balance_after,
            "description": row.description,
            "reference_id": reference or None,
            "reference_type": kind or None,
            "created_at": row.created_at,
        }
    )
