"""What credits promise: nothing twice, nothing below zero, nothing lost, and everything adds up."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sync_server.app.container import Container
from sync_server.credits.service import CreditLedger, CreditStatements, LedgerAudit
from sync_server.credits.tasks import expire_due
from sync_server.platform.errors import ConflictError, InsufficientCreditsError
from sync_server.platform.work import Work
from tests.support.server import FakeClock

USER = UUID(int=1)


async def grant(work: Work, amount: int, *, key: str = "", days: int | None = None, clock: FakeClock) -> None:
    expires_at = clock() + timedelta(days=days) if days else None
    await work.get(CreditLedger).grant(
        USER,
        amount,
        kind="bonus",
        key=key or uuid.uuid4().hex,
        expires_at=expires_at,
        description="A gift",
    )


async def available(work: Work) -> int:
    return (await work.get(CreditStatements).balance(USER)).available


async def hold(work: Work, amount: int, key: str = "job-1") -> UUID:
    held = await work.get(CreditLedger).hold(
        USER, amount, key=key, reference=f"job:{key}", description="A picture"
    )
    return held.id


async def assert_sound(work: Work) -> None:
    assert await work.get(LedgerAudit).run() == []


async def test_a_job_holds_its_price_settles_less_and_gets_the_rest_back(
    work: Work, clock: FakeClock
) -> None:
    await grant(work, 100, clock=clock)
    held = await hold(work, 30)
    during = await work.get(CreditStatements).balance(USER)
    assert (during.balance, during.reserved, during.available) == (100, 30, 70)
    await work.get(CreditLedger).settle(held, 12)
    after = await work.get(CreditStatements).balance(USER)
    assert (after.balance, after.reserved, after.available, after.lifetime_spent) == (88, 0, 88, 12)
    await assert_sound(work)


async def test_a_failed_job_gives_all_back(work: Work, clock: FakeClock) -> None:
    await grant(work, 20, clock=clock)
    held = await hold(work, 20)
    await work.get(CreditLedger).release(held)
    assert await available(work) == 20
    await assert_sound(work)


async def test_a_job_never_costs_more_than_its_shown_price(work: Work, clock: FakeClock) -> None:
    await grant(work, 100, clock=clock)
    held = await hold(work, 10)
    with pytest.raises(ConflictError):
        await work.get(CreditLedger).settle(held, 11)


async def test_too_few_credits_say_how_many_are_missing(work: Work, clock: FakeClock) -> None:
    await grant(work, 5, clock=clock)
    with pytest.raises(InsufficientCreditsError) as refused:
        await hold(work, 8)
    assert refused.value.details == {"required": 8, "available": 5, "shortfall": 3}
    assert await available(work) == 5


async def test_a_repeated_booking_finds_the_first(work: Work, clock: FakeClock) -> None:
    await grant(work, 40, key="webhook-7", clock=clock)
    await grant(work, 40, key="webhook-7", clock=clock)
    first, second = await hold(work, 10), await hold(work, 10)
    await work.get(CreditLedger).settle(first, 10)
    await work.get(CreditLedger).settle(second, 10)
    assert first == second
    assert await available(work) == 30
    await assert_sound(work)


async def test_a_key_with_other_values_is_refused(work: Work, clock: FakeClock) -> None:
    await grant(work, 40, key="webhook-7", clock=clock)
    with pytest.raises(ConflictError):
        await grant(work, 41, key="webhook-7", clock=clock)


async def test_a_settled_job_is_not_released_afterwards(work: Work, clock: FakeClock) -> None:
    await grant(work, 40, clock=clock)
    held = await hold(work, 10)
    await work.get(CreditLedger).settle(held, 10)
    with pytest.raises(ConflictError):
        await work.get(CreditLedger).release(held)
    assert await available(work) == 30


async def test_the_soonest_to_expire_go_first(work: Work, clock: FakeClock) -> None:
    await grant(work, 50, clock=clock)
    await grant(work, 50, days=30, clock=clock)
    held = await hold(work, 40)
    await work.get(CreditLedger).settle(held, 40)
    clock.advance(timedelta(days=31))
    assert await available(work) == 50  # ten of the month's expired, none of those that last
    await grant(work, 1, clock=clock)
    assert await available(work) == 51
    await assert_sound(work)


async def test_what_comes_back_after_its_time_expires(work: Work, clock: FakeClock) -> None:
    await grant(work, 50, days=1, clock=clock)
    held = await hold(work, 50)
    clock.advance(timedelta(days=2))
    await work.get(CreditLedger).release(held)
    assert await available(work) == 0
    rows, _, _ = await work.get(CreditStatements).history(USER)
    assert [(row.transaction_type, row.amount) for row in rows] == [("expiry", -50), ("bonus", 50)]
    await assert_sound(work)


async def test_a_refund_of_spent_credits_is_owed_and_blocks_new_jobs_until_it_is_paid(
    work: Work, clock: FakeClock
) -> None:
    ledger = work.get(CreditLedger)
    await ledger.purchase(USER, 100, bonus=10, key="order-1", description="100 credits", reference="order:1")
    held = await hold(work, 80)
    await ledger.settle(held, 80)
    await ledger.take_back(USER, 110, key="refund-1", reference="order:1", description="Refund")
    balance = await work.get(CreditStatements).balance(USER)
    assert (balance.available, balance.owed) == (0, 80)
    with pytest.raises(InsufficientCreditsError):
        await hold(work, 1, key="job-2")
    await grant(work, 100, clock=clock)
    balance = await work.get(CreditStatements).balance(USER)
    assert (balance.available, balance.owed) == (20, 0)
    await hold(work, 20, key="job-3")
    await assert_sound(work)


async def test_a_refund_leaves_what_a_running_job_holds(work: Work) -> None:
    ledger = work.get(CreditLedger)
    await ledger.purchase(USER, 100, bonus=0, key="order-1", description="100 credits", reference="order:1")
    held = await hold(work, 60)
    await ledger.take_back(USER, 100, key="refund-1", reference="order:1", description="Refund")
    balance = await work.get(CreditStatements).balance(USER)
    assert (balance.reserved, balance.available, balance.owed) == (60, 0, 60)
    await ledger.release(held)
    balance = await work.get(CreditStatements).balance(USER)
    assert (balance.reserved, balance.available, balance.owed) == (0, 0, 0)
    await assert_sound(work)


async def test_the_person_goes_and_the_entries_stay(work: Work, clock: FakeClock) -> None:
    await grant(work, 10, clock=clock)
    await work.get(CreditLedger).forget_person(USER)
    assert await available(work) == 0
    kept = await work.session.scalar(text("SELECT SUM(amount) FROM credit_entries WHERE place = 'available'"))
    assert kept == 10
    await assert_sound(work)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credit_entries SET amount = amount * 2",
        "DELETE FROM credit_entries",
        "UPDATE credit_transactions SET amount = 0",
        "TRUNCATE credit_transactions CASCADE",
    ],
)
async def test_the_database_refuses_to_rewrite_the_ledger(
    work: Work, clock: FakeClock, statement: str
) -> None:
    await grant(work, 10, clock=clock)
    await work.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # as after the commit
    with pytest.raises(DBAPIError, match="append-only"):
        await work.session.execute(text(statement))
    await work.session.rollback()


async def test_the_database_refuses_entries_that_do_not_add_up(
    container: Container, clock: FakeClock
) -> None:
    await container.start()
    lopsided = text(
        "INSERT INTO credit_entries (transaction_id, account_id, place, amount)"
        " SELECT id, account_id, 'available', 5 FROM credit_transactions"
    )

    async def book() -> None:
        async with container.transactions.begin() as work:
            await grant(work, 10, clock=clock)
            await work.session.execute(lopsided)

    with pytest.raises(DBAPIError, match="do not add up"):
        await book()
    await container.close()


async def test_of_many_jobs_at_once_exactly_those_pass_that_are_paid_for(
    container: Container, clock: FakeClock
) -> None:
    await container.start()
    async with container.transactions.begin() as work:
        await grant(work, 100, clock=clock)

    async def one(number: int) -> bool:
        try:
            async with container.transactions.begin() as work:
                await hold(work, 10, key=f"job-{number}")
        except InsufficientCreditsError:
            return False
        return True

    passed = await asyncio.gather(*(one(number) for number in range(20)))
    async with container.transactions.begin() as work:
        assert (sum(passed), await available(work)) == (10, 0)
        await assert_sound(work)
    await container.close()


async def test_one_settlement_of_many_at_once_counts(container: Container, clock: FakeClock) -> None:
    await container.start()
    async with container.transactions.begin() as work:
        await grant(work, 100, clock=clock)
        held = await hold(work, 50)

    async def close(action: Callable[[CreditLedger], Awaitable[object]]) -> bool:
        try:
            async with container.transactions.begin() as work:
                await action(work.get(CreditLedger))
        except ConflictError:
            return False
        return True

    settle, release = (lambda ledger: ledger.settle(held, 50)), (lambda ledger: ledger.release(held))
    await asyncio.gather(*(close(action) for action in [settle, release] * 8))
    async with container.transactions.begin() as work:
        assert await available(work) in {50, 100}
        await assert_sound(work)
    await container.close()


async def test_the_clock_expires_what_is_due(container: Container, clock: FakeClock) -> None:
    await container.start()
    async with container.transactions.begin() as work:
        await grant(work, 30, days=1, clock=clock)
        await grant(work, 5, clock=clock)
    clock.advance(timedelta(days=1))
    assert await expire_due(container.transactions, clock) == 30
    assert await expire_due(container.transactions, clock) == 0
    async with container.transactions.begin() as work:
        assert await available(work) == 5
        await assert_sound(work)
    await container.close()


async def test_the_audit_finds_a_balance_that_was_tampered_with(work: Work, clock: FakeClock) -> None:
    await grant(work, 10, clock=clock)
    await work.session.execute(text("UPDATE credit_accounts SET available = 1000"))
    found = await work.get(LedgerAudit).run()
    assert {(row.kept, row.derived) for row in found} == {(1000, 10)}
