"""What accounts ask of billing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync_server.accounts.ports import Entitlements
from sync_server.billing.tasks import catch_up_all
from tests.support.server import FakeClock, Server
from tests.sync_server.billing.shop import BOTH, Shop


async def test_free_credits_come_once_a_month(
    server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    await shop.spend(user, 40, key="job")
    await catch_up_all(server.container.transactions)
    assert await shop.credits(user) == 60
    clock.advance(timedelta(days=100))
    for _ in range(2):
        await catch_up_all(server.container.transactions)
    user = await server.sign_in(email=user.email)
    assert await shop.credits(user) == 100


async def test_overview_usage_and_export(
    server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    await shop.subscribe(user)
    await shop.spend(user, 40, key="job")
    async with server.container.transactions.begin() as work:
        entitlements = work.get(Entitlements)  # type: ignore[type-abstract]  # the wiring is asked for by the port
        overview = await entitlements.overview(user.id)
        usage = await entitlements.usage(
            user.id, since=clock() - timedelta(days=1), until=clock() + timedelta(days=1)
        )
        export = await entitlements.export(user.id)
    assert (overview.tier, overview.credits.monthly_quota, overview.features.flux) == ("pro", 2000, True)
    assert overview.storage_quota_bytes == 100 * 1024**3
    assert (usage.credits.used, usage.credits.remaining) == (40, 2060)
    assert usage.trends.weekly[0].start.weekday() == 0
    assert [payment["status"] for payment in export["payments"]] == ["paid"]
    assert len(export["credit_transactions"]) == 3


@pytest.mark.parametrize("provider", BOTH)
async def test_an_erased_person_is_charged_no_more(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    async with server.container.transactions.begin() as work:
        await work.get(Entitlements).erase(user.id)  # type: ignore[type-abstract]  # as above
    await server.run_tasks()
    subscription = shop.simulator.subscriptions[number]
    assert subscription.get("cancelled") or subscription.get("cancel_at_period_end")
    await shop.assert_books_balance()
