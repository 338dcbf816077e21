"""A customer's whole life with each provider, over HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sync_server.billing.tasks import catch_up_all
from tests.support.server import FakeClock, Server
from tests.sync_server.billing.shop import BOTH, Shop


@pytest.mark.parametrize("provider", BOTH)
async def test_buy_use_fail_recover_upgrade_cancel_refund(
    provider: str, server: Server, clock: FakeClock, shops: Callable[[str], Shop]
) -> None:
    shop, user = shops(provider), await server.register()
    assert await shop.credits(user) == 100

    number = await shop.subscribe(user)
    bought = await shop.subscription(user)
    assert (bought["plan_type"], bought["status"], bought["credits"]["remaining"]) == ("pro", "active", 2100)
    assert bought["payment_method"] == {"type": "card", "brand": "visa", "last_four": "4242"}
    await shop.spend(user, 300, key="job-1")
    assert await shop.credits(user) == 1800

    clock.advance(timedelta(days=31))
    user = await server.sign_in(email=user.email)
    invoice = shop.simulator.renew(number, declined=True)
    await shop.deliver()
    failing = await shop.subscription(user)
    assert (failing["plan_type"], failing["status"]) == ("pro", "past_due")
    assert failing["credits"]["remaining"] == 0
    assert [mail.subject for mail in server.mails()].count("A payment did not go through") == 1

    clock.advance(timedelta(days=2))
    user = await server.sign_in(email=user.email)
    shop.simulator.recover(number, invoice)
    await shop.deliver()
    recovered = await shop.subscription(user)
    assert (recovered["status"], recovered["credits"]["remaining"]) == ("active", 2000)

    reply = await shop.post(user, "subscriptions/upgrade", {"new_plan_type": "studio"})
    assert reply.status_code == 200, reply.text
    change = reply.json()["data"]
    assert change["checkout_url"] is None
    assert (change["previous_plan"], change["new_plan"], change["credits_granted"]) == ("pro", "studio", 3000)
    assert 20 < change["prorated_amount"] <= 30
    await shop.deliver()
    assert await shop.credits(user) == 5000

    reply = await shop.post(user, "subscriptions/cancel", {"reason": "Too expensive", "feedback": "Sorry"})
    assert reply.status_code == 200, reply.text
    assert (reply.json()["data"]["status"], reply.json()["data"]["cancel_at_period_end"]) == ("active", True)
    await shop.deliver()
    reply = await shop.post(user, "subscriptions/resume")
    assert reply.json()["data"]["cancel_at_period_end"] is False
    await shop.deliver()
    await shop.post(user, "subscriptions/cancel")
    await shop.deliver()

    await shop.spend(user, 4500, key="job-2")
    shop.simulator.refund_invoice(invoice)
    await shop.deliver()
    balance = await server.client.get("/api/v1/payments/credits/balance", headers=user.headers)
    assert balance.json()["data"]["available"] == 0
    assert balance.json()["data"]["owed"] == 1500
    assert any(mail.subject == "Your refund" for mail in server.mails())

    clock.advance(timedelta(days=40))
    user = await server.sign_in(email=user.email)
    shop.simulator.expire(number)
    await shop.deliver()
    await catch_up_all(server.container.transactions)
    ended = await shop.subscription(user)
    assert (ended["plan_type"], ended["status"]) == ("free", "active")
    statuses = sorted(row["status"] for row in await shop.history(user))
    assert statuses == ["paid", "paid", "refunded"]
    await shop.assert_books_balance()
