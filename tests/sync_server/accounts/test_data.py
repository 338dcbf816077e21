"""A copy of one's data, and what was used."""

from datetime import timedelta

from sync_server.credits.service import CreditLedger
from tests.support.server import FakeClock, Server

ME = "/api/v1/users/me"


async def test_the_copy_holds_the_profile_and_every_movement_of_credits(server: Server) -> None:
    user = await server.register(email="ann@example.com")
    await server.register(email="ben@example.com")
    async with server.container.transactions.begin() as work:
        ledger = work.get(CreditLedger)
        hold = await ledger.hold(user.id, 30, key="job", reference="job", description="A picture")
        await ledger.settle(hold.id, 20)
    reply = await server.client.get(f"{ME}/export", headers=user.headers)
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert data["profile"]["email"] == "ann@example.com"
    assert data["profile"]["oauth_connections"] == []
    assert "ben@example.com" not in reply.text
    assert "password" not in reply.text
    assert sorted(row["amount"] for row in data["credit_transactions"]) == [-20, 100]
    assert data["subscription"]["plan_type"] == "free"


async def test_usage_is_of_the_period_asked_for(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    for number, (amount, days) in enumerate(((10, 0), (5, 20))):
        clock.advance(timedelta(days=days))
        async with server.container.transactions.begin() as work:
            ledger = work.get(CreditLedger)
            hold = await ledger.hold(
                user.id, amount, key=f"job-{number}", reference="job", description="A picture"
            )
            await ledger.settle(hold.id, amount)
    clock.advance(timedelta(seconds=1))
    here = await server.sign_in(email=user.email)
    for period, spent in (("day", 5), ("7d", 5), ("30d", 15)):
        reply = await server.client.get(f"{ME}/usage", params={"period": period}, headers=here.headers)
        assert reply.json()["data"]["credits"]["used"] == spent, (period, reply.text)
    assert (
        await server.client.get(f"{ME}/usage", params={"period": "century"}, headers=here.headers)
    ).status_code == 400
