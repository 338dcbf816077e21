"""Webhooks that come twice, late, in any order, at once, forged or of things we don't sell."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from sync_server.billing.service import Providers, Subscriptions, WebhookInbox
from sync_server.billing.tasks import catch_up_all
from tests.support.server import FakeClock, Server
from tests.support.stripe_simulator import StripeSimulator
from tests.sync_server.billing.shop import BOTH, Shop


@pytest.mark.parametrize("provider", BOTH)
async def test_order_and_repetition_do_not_matter(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    webhooks = shop.simulator.outbox.take()
    for webhook in [*reversed(webhooks), *webhooks]:
        await shop.deliver([webhook])
    assert await shop.credits(user) == 2100
    assert len(await shop.history(user)) == 1
    await shop.assert_books_balance()


@pytest.mark.parametrize("provider", BOTH)
async def test_deliveries_at_once(provider: str, server: Server, shops: Callable[[str], Shop]) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    outbox = shop.simulator.outbox
    webhooks = outbox.take()
    replies = await asyncio.gather(
        *(
            outbox.send(server.client, shop.webhook_path, webhook)
            for webhook in [*webhooks, *webhooks, *webhooks]
        )
    )
    assert {reply.status_code for reply in replies} == {200}
    assert sum(not reply.json()["data"]["duplicate"] for reply in replies) == len(webhooks)
    await asyncio.gather(server.run_tasks(), server.run_tasks())
    assert await shop.credits(user) == 2100
    await shop.assert_books_balance()


@pytest.mark.parametrize("provider", BOTH)
async def test_an_older_answer_changes_nothing(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    async with server.container.transactions.begin() as work:
        seller = work.get(Providers).named(provider)
    late = await seller.subscription(number)
    shop.simulator.expire(number)
    await shop.deliver()
    async with server.container.transactions.begin() as work:
        await work.get(Subscriptions).follow(seller.name, late, buyer=user.id, ticket=1)
    assert (await shop.subscription(user))["plan_type"] == "free"


@pytest.mark.parametrize("provider", BOTH)
async def test_bad_signatures(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    body = shop.simulator.outbox.take()[0].body
    header = "Stripe-Signature" if provider == "stripe" else "X-Signature"
    sent = int(clock().timestamp())
    for value in (None, "", "sha256=", f"t={sent},v1={'0' * 64}", "0" * 64, "ü", "t=,v1=", f"t={'9' * 40}"):
        headers = httpx.Headers([(header.encode(), value.encode())] if value is not None else [])
        reply = await server.client.post(shop.webhook_path, content=body, headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "UNAUTHORIZED")


async def test_a_stale_stripe_signature(
    server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    webhook = shop.simulator.outbox.take()[0]
    signed = shop.simulator.outbox._sign(webhook.body)
    clock.advance(timedelta(seconds=301))
    reply = await server.client.post(shop.webhook_path, content=webhook.body, headers=signed)
    assert reply.status_code == 401


async def test_lemon_squeezy_signs_with_or_without_a_prefix(
    server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("lemon_squeezy"), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    webhook = shop.simulator.outbox.take()[0]
    signature = shop.simulator.outbox._sign(webhook.body)["X-Signature"]
    reply = await server.client.post(
        shop.webhook_path, content=webhook.body, headers={"X-Signature": f"sha256={signature}"}
    )
    assert reply.status_code == 200


@pytest.mark.parametrize("provider", BOTH)
async def test_an_unknown_product_is_kept_for_an_operator(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    unknown = "999" if provider == "lemon_squeezy" else "price_500"
    if provider == "stripe":
        row = next(iter(shop.simulator.subscriptions.values()))
        row["items"]["data"][0]["price"]["id"] = unknown
    else:
        row = next(iter(shop.simulator.subscriptions.values()))
        row["variant_id"] = unknown
    await shop.deliver()
    assert await shop.credits(user) == 100
    health = (await server.client.get("/api/v1/payments/webhooks/health")).json()["data"]
    assert health["status"] == "degraded"
    assert health["failed"] >= 2

    if provider == "stripe":
        row["items"]["data"][0]["price"]["id"] = "price_pro"
    else:
        row["variant_id"] = 102
    async with server.container.transactions.begin() as work:
        inbox = work.get(WebhookInbox)
        for event in await inbox.list_failed():
            assert event.problem
            await inbox.retry(event.id)
    await server.run_tasks()
    assert await shop.credits(user) == 2100
    health = (await server.client.get("/api/v1/payments/webhooks/health")).json()["data"]
    assert (health["status"], health["failed"], health["waiting"]) == ("healthy", 0, 0)


@pytest.mark.parametrize("provider", BOTH)
async def test_a_provider_that_is_down_is_asked_again(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    shop.simulator.pay(await shop.checkout(user))
    webhooks = shop.simulator.outbox.take()
    shop.simulator.down = True
    await shop.deliver(webhooks)
    assert await shop.credits(user) == 100
    shop.simulator.down = False
    await shop.deliver(webhooks)
    assert await shop.credits(user) == 2100


@pytest.mark.parametrize("provider", BOTH)
async def test_custom_data_of_another_user_buys_nothing(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    thief = await server.register(email="thief@example.com")
    url = await shop.checkout(user)
    if isinstance(shop.simulator, StripeSimulator):
        custom = next(iter(shop.simulator.sessions.values()))["metadata"]
    else:
        custom = next(iter(shop.simulator.checkouts.values()))["custom"]
    custom["user_id"] = str(thief.id)
    shop.simulator.pay(url)
    await shop.deliver()
    assert (await shop.credits(user), await shop.credits(thief)) == (100, 100)


@pytest.mark.parametrize("provider", BOTH)
async def test_grace_ends(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    clock.advance(timedelta(days=31))
    shop.simulator.renew(number, declined=True)
    await shop.deliver()
    clock.advance(timedelta(days=6, hours=23))
    await catch_up_all(server.container.transactions)
    user = await server.sign_in(email=user.email)
    assert (await shop.subscription(user))["plan_type"] == "pro"
    clock.advance(timedelta(hours=2))
    await catch_up_all(server.container.transactions)
    user = await server.sign_in(email=user.email)
    assert (await shop.subscription(user))["plan_type"] == "free"
    await server.run_tasks()
    assert any(mail.subject == "Your subscription has ended" for mail in server.mails())


@pytest.mark.parametrize("provider", BOTH)
async def test_a_renewal_nobody_told_of(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    clock.advance(timedelta(days=32))
    shop.simulator.renew(number)
    shop.simulator.outbox.take()
    await catch_up_all(server.container.transactions)
    await server.run_tasks()
    user = await server.sign_in(email=user.email)
    assert await shop.credits(user) == 2000
