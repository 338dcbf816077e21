"""States that begin at the provider: trials, pauses, and banks that take money back."""

from collections.abc import Callable

import pytest

from tests.support.lemon_squeezy_simulator import LemonSqueezySimulator
from tests.support.server import Server
from tests.support.stripe_simulator import StripeSimulator
from tests.sync_server.billing.shop import BOTH, Shop


def set_status(shop: Shop, number: str, status: str) -> None:
    if isinstance(shop.simulator, LemonSqueezySimulator):
        named = {"trialing": "on_trial"}.get(status, status)
        event = {"paused": "subscription_paused", "active": "subscription_unpaused"}.get(
            status, "subscription_updated"
        )
        shop.simulator.set_status(number, named, event)
    else:
        shop.simulator.set_status(number, status)


@pytest.mark.parametrize("provider", BOTH)
async def test_a_paused_plan_gives_nothing_until_it_goes_on(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    credits_before = await shop.credits(user)
    set_status(shop, number, "paused")
    await shop.deliver()
    paused = await shop.subscription(user)
    assert (paused["plan_type"], paused["status"]) == ("pro", "paused")
    me = (await server.client.get("/api/v1/users/me", headers=user.headers)).json()["data"]
    assert me["tier"] == "free"  # what it may do meanwhile
    set_status(shop, number, "active")
    await shop.deliver()
    assert (await shop.subscription(user))["status"] == "active"
    me = (await server.client.get("/api/v1/users/me", headers=user.headers)).json()["data"]
    assert me["tier"] == "pro"
    assert await shop.credits(user) == credits_before
    await shop.assert_books_balance()


@pytest.mark.parametrize("provider", BOTH)
async def test_a_trial_may_do_what_its_plan_may(
    provider: str, server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    number = await shop.subscribe(user)
    set_status(shop, number, "trialing")
    await shop.deliver()
    trial = await shop.subscription(user)
    assert (trial["plan_type"], trial["status"]) == ("pro", "trialing")
    me = (await server.client.get("/api/v1/users/me", headers=user.headers)).json()["data"]
    assert me["tier"] == "pro"
    await shop.assert_books_balance()


async def test_a_bank_that_takes_the_money_back_takes_the_credits_once(
    server: Server, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops("stripe"), await server.register()
    assert isinstance(shop.simulator, StripeSimulator)
    reply = await shop.post(user, "credits/purchase", {"package": "credits_100", "provider": "stripe"})
    intent = shop.simulator.pay(reply.json()["data"]["checkout_url"])
    await shop.deliver()
    await shop.spend(user, 150, key="job")
    assert await shop.credits(user) == 60
    shop.simulator.dispute_order(intent)
    await shop.deliver()
    shop.simulator.refund_order(intent)  # the seller gives in: the same money, not twice
    await shop.deliver()
    balance = (await server.client.get("/api/v1/payments/credits/balance", headers=user.headers)).json()[
        "data"
    ]
    assert (balance["available"], balance["owed"]) == (0, 50)
    await shop.assert_books_balance()
