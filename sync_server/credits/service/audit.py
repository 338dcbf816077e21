"""Derives every balance anew from what was booked, and tells what does not agree."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Each finds what must not be; a row is (id, kept, derived).
_CHECKS = {
    "a transaction's entries do not add up to zero": """
        SELECT t.id, 0, COALESCE(SUM(e.amount), 0)
        FROM credit_transactions t LEFT JOIN credit_entries e ON e.transaction_id = t.id
        GROUP BY t.id HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.id) = 0""",
    "available credits are not the sum of their entries": """
        SELECT a.id, a.available, COALESCE(SUM(e.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_entries e ON e.account_id = a.id AND e.place = 'available'
        GROUP BY a.id HAVING a.available <> COALESCE(SUM(e.amount), 0)""",
    "reserved credits are not the sum of their entries": """
        SELECT a.id, a.reserved, COALESCE(SUM(e.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_entries e ON e.account_id = a.id AND e.place = 'reserved'
        GROUP BY a.id HAVING a.reserved <> COALESCE(SUM(e.amount), 0)""",
    "owed credits are not the sum of their entries": """
        SELECT a.id, a.owed, -COALESCE(SUM(e.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_entries e ON e.account_id = a.id AND e.place = 'owed'
        GROUP BY a.id HAVING a.owed <> -COALESCE(SUM(e.amount), 0)""",
    "lifetime spending is not the sum of its entries": """
        SELECT a.id, a.lifetime_spent, COALESCE(SUM(e.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_entries e ON e.account_id = a.id AND e.place = 'spent'
        GROUP BY a.id HAVING a.lifetime_spent <> COALESCE(SUM(e.amount), 0)""",
    "lifetime earnings are not the sum of what was granted": """
        SELECT a.id, a.lifetime_earned, COALESCE(SUM(t.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_transactions t ON t.account_id = a.id AND t.amount > 0
            AND t.kind IN ('purchase', 'subscription_grant', 'bonus', 'adjustment')
        GROUP BY a.id HAVING a.lifetime_earned <> COALESCE(SUM(t.amount), 0)""",
    "available credits are not what the lots hold": """
        SELECT a.id, a.available, COALESCE(SUM(l.remaining), 0) FROM credit_accounts a
        LEFT JOIN credit_lots l ON l.account_id = a.id
        GROUP BY a.id HAVING a.available <> COALESCE(SUM(l.remaining), 0)""",
    "reserved credits are not what open holds hold": """
        SELECT a.id, a.reserved, COALESCE(SUM(h.amount), 0) FROM credit_accounts a
        LEFT JOIN credit_holds h ON h.account_id = a.id AND h.state = 'held'
        GROUP BY a.id HAVING a.reserved <> COALESCE(SUM(h.amount), 0)""",
    "a hold is not the sum of its parts": """
        SELECT h.id, h.amount, COALESCE(SUM(p.amount), 0) FROM credit_holds h
        LEFT JOIN credit_hold_parts p ON p.hold_id = h.id
        GROUP BY h.id HAVING h.amount <> COALESCE(SUM(p.amount), 0)""",
    "an amount shown is not what its entries changed": """
        SELECT id, amount, derived FROM (
            SELECT t.id, t.amount,
                   COALESCE((SELECT SUM(e.amount) FROM credit_entries e
                             WHERE e.transaction_id = t.id AND e.place IN ('available', 'reserved')), 0) AS derived
            FROM credit_transactions t) AS told
        WHERE told.amount <> told.derived""",
}


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    what: str
    id: str
    kept: int
    derived: int


class LedgerAudit:
    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session

    async def run(self) -> list[Discrepancy]:
        """Nothing where all is right. One statement, so that it sees the whole ledger at one moment."""
        checks = " UNION ALL ".join(
            f"SELECT {number}, found.* FROM ({query}) AS found (id, kept, derived)"  # noqa: S608 - our own constants
            for number, query in enumerate(_CHECKS.values())
        )
        names = list(_CHECKS)
        rows = await self._session.execute(text(checks))
        return [
            Discrepancy(what=names[number], id=str(row_id), kept=int(kept), derived=int(derived))
            for number, row_id, kept, derived in rows
        ]
