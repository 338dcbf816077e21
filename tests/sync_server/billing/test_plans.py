"""Buying, changing and reading, over HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync_server.billing.tasks import catch_up_all
from tests.support.server import FakeClock, Server
from tests.support.stripe_simulator import StripeSimulator
from tests.sync_server.billing.shop import BOTH, Shop


@pytest.mark.parametrize("provider", BOTH)
async def test_a_package_and_its_refund_in_parts(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    reply = await shop.post(user, "credits/purchase", {"package": "credits_100", "provider": provider})
    assert reply.status_code == 200, reply.text
    assert reply.json()["data"]["total_credits"] == 110
    order = shop.simulator.pay(reply.json()["data"]["checkout_url"])
    await shop.deliver()
    assert await shop.credits(user) == 210
    shop.simulator.refund_order(order, cents=333)
    await shop.deliver()
    assert await shop.credits(user) == 210 - 110 * 333 // 999
    shop.simulator.refund_order(order)
    await shop.deliver()
    assert await shop.credits(user) == 100
    assert [row["status"] for row in await shop.history(user)] == ["refunded"]
    await shop.assert_books_balance()


@pytest.mark.parametrize("provider", BOTH)
async def test_the_same_request_finds_the_same_checkout(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    assert await shop.checkout(user) == await shop.checkout(user)
    body = {"plan": "starter", "provider": provider}
    headers = {**user.headers, "Idempotency-Key": "one"}
    path = "/api/v1/payments/subscriptions/subscribe"
    first = await server.client.post(path, json=body, headers=headers)
    second = await server.client.post(path, json=body, headers=headers)
    assert first.json() == second.json()
    other = await server.client.post(path, json={**body, "plan": "pro"}, headers=headers)
    assert other.status_code == 422


@pytest.mark.parametrize("provider", BOTH)
async def test_a_checkout_that_failed_is_found_by_its_retry(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.down = True
    reply = await shop.post(user, "subscriptions/subscribe", {"plan": "pro", "provider": provider})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    shop.simulator.down = False
    await shop.subscribe(user)
    reply = await shop.post(user, "subscriptions/subscribe", {"plan": "pro", "provider": provider})
    assert reply.status_code == 409


@pytest.mark.parametrize("provider", BOTH)
async def test_downgrade_waits_for_the_period_and_can_be_taken_back(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    reply = await shop.post(user, "subscriptions/upgrade", {"target_plan": "starter"})
    assert reply.json()["data"]["effective_immediately"] is False
    await shop.deliver()
    present = await shop.subscription(user)
    assert (present["plan_type"], present["next_plan"]) == ("pro", "starter")
    reply = await shop.post(user, "subscriptions/upgrade", {"plan": "pro"})
    assert reply.status_code == 200, reply.text
    assert (await shop.subscription(user))["next_plan"] is None
    await shop.post(user, "subscriptions/upgrade", {"plan": "starter"})
    clock.advance(timedelta(days=31))
    shop.simulator.renew(number)
    await shop.deliver()
    user = await server.sign_in(email=user.email)
    present = await shop.subscription(user)
    assert (present["plan_type"], present["next_plan"], present["credits"]["remaining"]) == (
        "starter",
        None,
        500,
    )


@pytest.mark.parametrize("provider", BOTH)
async def test_changing_to_and_fro_grants_nothing_twice(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    await shop.subscribe(user)
    for plan in ("studio", "pro", "studio", "starter", "studio"):
        await shop.post(user, "subscriptions/upgrade", {"plan": plan})
        await shop.deliver()
    assert await shop.credits(user) == 5100


@pytest.mark.parametrize("provider", BOTH)
async def test_a_year_brings_twelve_months(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    await shop.subscribe(user, period="yearly")
    granted = 0
    for _ in range(360 // 5):
        clock.advance(timedelta(days=5))
        await catch_up_all(server.container.transactions)
    user = await server.sign_in(email=user.email)
    lines = await server.client.get(
        "/api/v1/payments/credits/transactions",
        params={"transaction_type": "subscription_grant", "limit": 100},
        headers=user.headers,
    )
    granted = [line["amount"] for line in lines.json()["data"]].count(2000)
    assert granted == 12
    assert await shop.credits(user) == 2000


async def test_a_declined_upgrade_changes_nothing(
    server: Server, stripe: StripeSimulator, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    await shop.subscribe(user)
    stripe.declines = True
    reply = await shop.post(user, "subscriptions/upgrade", {"plan": "studio"})
    assert reply.status_code == 422
    assert await shop.credits(user) == 2100


async def test_portal_and_payment_method(server: Server, shops: Callable[[str], Shop]) -> None:
    user = await server.register()
    reply = await shops("stripe").post(user, "subscriptions/portal")
    assert reply.status_code == 409
    for provider in BOTH:
        shop, user = shops(provider), await server.register(email=f"{provider}@example.com")
        await shop.subscribe(user)
        reply = await shop.post(user, "subscriptions/portal", {"return_url": "https://example.com/back"})
        assert reply.json()["data"]["portal_url"].startswith("http")
        reply = await shop.post(user, "subscriptions/payment-method", {"payment_method_id": "pm_2"})
        data = reply.json()["data"]
        if provider == "stripe":
            assert data["payment_method"]["last_four"] == "4444"
        else:
            assert data["update_url"].startswith("http://lemon.test/card/")


async def test_who_may_buy(server: Server, shops: Callable[[str], Shop]) -> None:
    shop, user = shops("stripe"), await server.register(verified=False)
    for path, body in (
        ("subscriptions/subscribe", {"plan": "pro"}),
        ("credits/purchase", {"package": "credits_100"}),
        ("subscriptions/upgrade", {"plan": "pro"}),
    ):
        reply = await shop.post(user, path, body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "EMAIL_NOT_VERIFIED")
        reply = await server.client.post(f"/api/v1/payments/{path}", json=body)
        assert reply.status_code == 401


async def test_what_is_refused(server: Server, shops: Callable[[str], Shop]) -> None:
    shop, user = shops("stripe"), await server.register()
    for path, body, status in (
        ("subscriptions/subscribe", {"plan": "enterprise"}, 422),
        ("subscriptions/subscribe", {"plan": "pro", "tier": "studio"}, 400),
        ("subscriptions/subscribe", {"plan": "pro", "success_url": "javascript:alert(1)"}, 400),
        ("subscriptions/subscribe", {"plan": "starter", "billing_period": "yearly"}, 503),
        ("credits/purchase", {"package": "credits_77"}, 404),
        ("credits/purchase", {}, 400),
        ("subscriptions/cancel", {}, 409),
        ("subscriptions/resume", None, 409),
    ):
        reply = await shop.post(user, path, body)
        assert reply.status_code == status, (path, body, reply.text)


async def test_the_seeds_own_names(server: Server, shops: Callable[[str], Shop]) -> None:
    shop, user = shops("lemon_squeezy"), await server.register()
    for body in (
        {"plan_type": "pro", "billing_period": "monthly", "return_url": "https://example.com/done"},
        {"plan": "pro", "billing_cycle": "yearly"},
        {"plan_id": "pro_yearly", "success_url": "https://a.example/", "cancel_url": "https://b.example/"},
        {"plan": "basic", "cycle": "monthly"},
    ):
        reply = await shop.post(user, "subscriptions/subscribe", body)
        assert reply.status_code == 200, reply.text
    reply = await shop.post(
        user, "subscriptions/upgrade", {"plan": "pro", "cycle": "monthly", "paymentMethod": "x"}
    )
    assert reply.json()["data"]["checkout_url"].startswith("http://lemon.test/checkout/")
    reply = await shop.post(
        user, "credits/purchase", {"package": "pro_100", "amount": 100, "paymentMethod": "x"}
    )
    assert reply.json()["data"]["credits"] == 100


async def test_pricing_is_public(server: Server) -> None:
    pricing = (await server.client.get("/api/v1/payments/pricing")).json()["data"]
    assert [package["total_credits"] for package in pricing["packages"]] == [110, 575, 1200]
    plans = (await server.client.get("/api/v1/payments/subscriptions/plans")).json()["data"]
    assert {plan["id"]: plan["price_usd"] for plan in plans}["pro_yearly"] == pytest.approx(299.9)


async def test_history_goes_on_by_cursor(
    server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        reply = await shop.post(user, "credits/purchase", {"package": "credits_100", "provider": "stripe"})
        shop.simulator.pay(reply.json()["data"]["checkout_url"])
        await shop.deliver()
    path = "/api/v1/payments/subscriptions/history"
    seen, cursor = [], None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await server.client.get(path, params=params, headers=user.headers)).json()
        seen += [row["id"] for row in page["data"]]
        assert page["pagination"]["total_count"] == 3
        cursor = page["pagination"]["next_cursor"]
        if cursor is None:
            break
    assert len(set(seen)) == 3
    reply = await server.client.get(path, params={"cursor": "forged"}, headers=user.headers)
    assert reply.status_code == 400
