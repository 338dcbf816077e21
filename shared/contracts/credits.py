"""Credits as clients see them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts.base import Contract

TransactionType = Literal[
    "purchase", "subscription_grant", "bonus", "refund", "spend", "expiry", "adjustment"
]


class CreditBalance(Contract):
    """`balance` is `available` and `reserved` together; `owed` is what a refund took back beyond it."""

    balance: int
    reserved: int
    available: int
    owed: int
    lifetime_earned: int
    lifetime_spent: int
    monthly_quota: int | None
    resets_at: datetime | None
    last_recharged_at: datetime | None


class CreditTransaction(Contract):
    """`amount` is what it changed the balance by, negative where credits went."""

    id: UUID
    transaction_type: TransactionType
    amount: int
    balance_after: int
    description: str
    reference_id: str | None
    reference_type: str | None
    created_at: datetime


class CreditPackage(Contract):
    id: str
    name: str
    credits: int
    bonus_credits: int
    total_credits: int
    price_usd: float
    price_per_credit: float
    popular: bool


class CreditUsageDay(Contract):
    day: date
    jobs: int
    credits: int


class CreditUsageModel(Contract):
    model: str
    jobs: int
    credits: int


class CreditUsage(Contract):
    """`efficiency` is settled over held, 1.0 where nothing was given back; None where nothing was held."""

    held: int
    settled: int
    efficiency: float | None
    by_kind: dict[str, int]
    by_model: list[CreditUsageModel]
    daily: list[CreditUsageDay]
