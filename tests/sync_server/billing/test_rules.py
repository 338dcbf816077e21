"""The state machine, without a database."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from sync_server.billing.rules import (
    GRACE,
    Standing,
    Status,
    Told,
    add_months,
    after_grant,
    begin,
    credits_to_take_back,
    entitled,
    follow,
    grant_due,
    prorated_amount,
    upgrade_difference,
    whole_units,
)

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def told(status: Status = "active", plan: str = "pro", *, month: int = 0, cancelling: bool = False) -> Told:
    return Told(
        status=status,
        plan=plan,
        billing_period="monthly",
        period_start=add_months(START, month),
        period_end=add_months(START, month + 1),
        cancel_at_period_end=cancelling,
    )


def standing() -> Standing:
    return begin(told(), now=START)


def test_months_end_where_they_end() -> None:
    assert add_months(START, 1).day == 28
    assert add_months(START, 2).day == 31
    assert add_months(START, -2) == datetime(2025, 11, 30, 12, tzinfo=UTC)


def test_a_failed_renewal_has_its_grace_and_then_stays_ended_until_paid() -> None:
    late = follow(standing(), told("past_due", month=1), now=START)
    assert entitled(late, now=START + GRACE - timedelta(seconds=1))
    assert not entitled(late, now=START + GRACE)
    again = follow(late, told("past_due", month=1), now=START + timedelta(days=3))
    assert again.past_due_since == START
    ended = Standing(**{**late.__dict__, "status": "expired"})
    assert follow(ended, told("past_due", month=1), now=START + GRACE).status == "expired"
    assert follow(ended, told("active", month=1), now=START + GRACE).status == "active"


def test_a_lower_plan_waits_and_a_higher_one_does_not() -> None:
    waiting = follow(standing(), told(plan="starter"), now=START)
    assert (waiting.plan, waiting.next_plan) == ("pro", "starter")
    assert follow(waiting, told(plan="starter", month=1), now=START).plan == "starter"
    assert follow(waiting, told(plan="studio"), now=START).plan == "studio"
    assert follow(waiting, told(plan="pro"), now=START).next_plan is None


def test_no_month_is_brought_before_it_is_paid() -> None:
    granted = after_grant(standing(), quota=2000)
    assert not grant_due(granted, now=START + timedelta(days=60))
    renewed = follow(granted, told(month=1), now=START)
    assert grant_due(renewed, now=add_months(START, 1))
    assert not grant_due(follow(granted, told("past_due", month=1), now=START), now=add_months(START, 1))


def test_an_upgrade_adds_what_is_missing() -> None:
    granted = after_grant(standing(), quota=2000)
    assert upgrade_difference(granted, quota=5000, now=START) == 3000
    assert upgrade_difference(granted, quota=500, now=START) == 0
    assert upgrade_difference(standing(), quota=5000, now=START) == 0


def test_prorated_amounts() -> None:
    half = START + (standing().period_end - START) / 2
    assert prorated_amount(standing(), old_price=10, new_price=30, new_period="monthly", now=half) == 10
    assert prorated_amount(standing(), old_price=10, new_price=100, new_period="yearly", now=half) == 95


def test_currencies_without_cents() -> None:
    assert (whole_units(999, "USD"), whole_units(999, "KRW")) == (9.99, 999)


@given(
    brought=st.integers(0, 10_000),
    amount=st.integers(1, 100_000),
    refunds=st.lists(st.integers(0, 60_000), max_size=6),
)
def test_refunds_in_parts_take_no_more_than_came(brought: int, amount: int, refunds: list[int]) -> None:
    taken = 0
    for refunded in sorted(refunds):
        taken += credits_to_take_back(brought=brought, amount=amount, refunded=refunded, taken=taken)
    assert taken <= brought
    rest = credits_to_take_back(brought=brought, amount=amount, refunded=amount, taken=taken)
    assert taken + rest == brought


@given(months=st.lists(st.integers(0, 14), min_size=1, max_size=40))
@example(months=[0, 1])  # from the 28th of February to the 31st of March
def test_each_paid_month_comes_once_whatever_is_told_how_often(months: list[int]) -> None:
    present, grants = standing(), 0
    now = add_months(START, 15)
    for month in months:
        if add_months(START, month + 1) >= present.period_end:
            present = follow(present, told(month=month), now=now)
        while grant_due(present, now=now):
            present = after_grant(present, quota=1)
            grants += 1
    assert grants <= max(months) + 1
    assert grants >= 1
