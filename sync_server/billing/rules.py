"""What a subscription is worth at a moment, and how it follows what its provider tells. Pure."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

Status = Literal["trialing", "active", "past_due", "paused", "cancelled", "expired"]
BillingPeriod = Literal["monthly", "yearly"]

RANKS: Mapping[str, int] = {"free": 0, "starter": 1, "pro": 2, "studio": 3, "enterprise": 4}
LIVE: frozenset[str] = frozenset({"trialing", "active", "past_due", "paused"})
PAID_UP: frozenset[str] = frozenset({"trialing", "active"})
GRACE = timedelta(days=7)
"""How long a failed renewal keeps its plan."""
_JITTER = timedelta(days=1)
"""Providers' periods start some seconds or hours off the calendar; no period is as short as this."""
LEAST_MONTH = timedelta(days=10)
"""A rest of a paid period that is shorter brings no credits: after a February, a period that began on the 28th
ends on the 31st, three days after its month."""
# Currencies whose smallest unit is a whole one (ISO 4217, as far as the providers sell in them).
_WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "VND", "CLP", "XAF", "XOF", "ISK", "UGX", "PYG"})
_MONTHS: Mapping[str, int] = {"monthly": 1, "yearly": 12}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A subscription as its provider has it now."""

    status: Status
    plan: str
    billing_period: BillingPeriod
    period_start: datetime
    period_end: datetime
    cancel_at_period_end: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A subscription as we have it. `month_granted` is what this month's grants came to."""

    status: Status
    plan: str
    billing_period: BillingPeriod
    period_start: datetime
    period_end: datetime
    cancel_at_period_end: bool
    past_due_since: datetime | None
    next_plan: str | None
    next_grant_at: datetime
    month_granted: int


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time so many months on, or the month's last day where it has no such day."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def period_start(period_end: datetime, billing_period: BillingPeriod) -> datetime:
    """For providers that tell only when a period ends."""
    return add_months(period_end, -_MONTHS[billing_period])


def begin(told: Told, *, now: datetime) -> Standing:
    return Standing(
        status=told.status,
        plan=told.plan,
        billing_period=told.billing_period,
        period_start=told.period_start,
        period_end=told.period_end,
        cancel_at_period_end=told.cancel_at_period_end,
        past_due_since=now if told.status == "past_due" else None,
        next_plan=None,
        next_grant_at=told.period_start,
        month_granted=0,
    )


def follow(standing: Standing, told: Told, *, now: datetime) -> Standing:
    """The state after the provider's word.

    A lower plan takes effect when a new period starts, a higher one at once. A subscription that ran out of
    its grace stays expired until it is paid.
    """
    new_period = told.period_end > standing.period_end + _JITTER
    postponed = RANKS[told.plan] < RANKS[standing.plan] and not new_period and told.status in LIVE
    status = told.status
    if status == "past_due" and standing.status == "expired":
        status = "expired"
    next_grant_at = standing.next_grant_at
    if new_period and next_grant_at < told.period_start + _JITTER:
        next_grant_at = told.period_start
    return replace(
        standing,
        status=status,
        plan=standing.plan if postponed else told.plan,
        next_plan=told.plan if postponed else None,
        billing_period=told.billing_period,
        period_start=told.period_start,
        period_end=told.period_end,
        cancel_at_period_end=told.cancel_at_period_end and status in LIVE,
        past_due_since=(standing.past_due_since or now) if told.status == "past_due" else None,
        next_grant_at=next_grant_at,
    )


def entitled(standing: Standing, *, now: datetime) -> bool:
    """Whether the plan may be used: paid up, or within the grace of a failed renewal."""
    if standing.status == "past_due":
        return not grace_over(standing, now=now)
    return standing.status in PAID_UP


def grace_over(standing: Standing, *, now: datetime) -> bool:
    return standing.past_due_since is not None and now >= standing.past_due_since + GRACE


def grant_due(standing: Standing, *, now: datetime) -> bool:
    """Once a month within what is paid, so a yearly plan has twelve; never before its period is paid."""
    return (
        standing.status in PAID_UP
        and standing.next_grant_at <= now
        and standing.next_grant_at + LEAST_MONTH < standing.period_end
    )


def after_grant(standing: Standing, *, quota: int) -> Standing:
    return replace(
        standing,
        next_grant_at=next_month(standing.period_start, after=standing.next_grant_at),
        month_granted=quota,
    )


def next_month(anchor: datetime, *, after: datetime) -> datetime:
    """The first monthly return of `anchor` that lies a whole month, or nearly, after `after`."""
    months = (after.year - anchor.year) * 12 + after.month - anchor.month
    moment = add_months(anchor, months)
    while moment < after + timedelta(days=20):
        months += 1
        moment = add_months(anchor, months)
    return moment


def upgrade_difference(standing: Standing, *, quota: int, now: datetime) -> int:
    """What a higher plan still adds to this month; nothing twice, whatever is changed to and fro."""
    if standing.status not in PAID_UP or not standing.month_granted or standing.next_grant_at <= now:
        return 0
    return max(0, quota - standing.month_granted)


def after_upgrade(standing: Standing, *, quota: int) -> Standing:
    """The month's credits are now those of the higher plan."""
    return replace(standing, month_granted=quota)


def prorated_amount(
    standing: Standing, *, old_price: float, new_price: float, new_period: BillingPeriod, now: datetime
) -> float:
    """What a change at once costs about, before tax; the provider's invoice decides."""
    whole = (standing.period_end - standing.period_start).total_seconds()
    left = max(0.0, (standing.period_end - now).total_seconds()) / whole if whole > 0 else 0.0
    if new_period != standing.billing_period:
        return round(max(0.0, new_price - old_price * left), 2)
    return round(max(0.0, (new_price - old_price) * left), 2)


def credits_to_take_back(*, brought: int, amount: int, refunded: int, taken: int) -> int:
    """Of what a payment brought, the part that its refunds so far take away and that is not taken yet."""
    if amount <= 0 or refunded <= 0:
        return 0
    return max(0, brought * min(refunded, amount) // amount - taken)


def whole_units(amount: int, currency: str) -> float:
    """What providers count in the smallest unit, in the currency's own."""
    return float(amount if currency in _WHOLE_CURRENCIES else Decimal(amount) / 100)
