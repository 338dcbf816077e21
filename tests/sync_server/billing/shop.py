"""A user's dealings with one provider, in few words."""

from collections.abc import Sequence
from typing import Any

import httpx

from sync_server.credits.service import CreditLedger, LedgerAudit
from tests.support.lemon_squeezy_simulator import LemonSqueezySimulator
from tests.support.server import Server, SignedInUser
from tests.support.stripe_simulator import StripeSimulator
from tests.support.webhooks import Webhook

BOTH = ("lemon_squeezy", "stripe")


class Shop:
    def __init__(
        self, *, name: str, server: Server, simulator: LemonSqueezySimulator | StripeSimulator
    ) -> None:
        self.name = name
        self.server = server
        self.simulator = simulator
        self.webhook_path = f"/api/v1/payments/webhooks/{name.replace('_', '-')}"

    async def deliver(self, webhooks: Sequence[Webhook] | None = None) -> None:
        """And handle them."""
        for reply in await self.simulator.outbox.deliver(self.server.client, self.webhook_path, webhooks):
            assert reply.status_code == 200, reply.text
        await self.server.run_tasks()

    async def post(self, user: SignedInUser, path: str, body: Any = None) -> httpx.Response:
        return await self.server.client.post(f"/api/v1/payments/{path}", json=body, headers=user.headers)

    async def checkout(self, user: SignedInUser, plan: str = "pro", period: str = "monthly") -> str:
        reply = await self.post(
            user,
            "subscriptions/subscribe",
            {"plan": plan, "billing_period": period, "provider": self.name},
        )
        assert reply.status_code == 200, reply.text
        return str(reply.json()["data"]["checkout_url"])

    async def subscribe(self, user: SignedInUser, plan: str = "pro", period: str = "monthly") -> str:
        number = self.simulator.pay(await self.checkout(user, plan, period))
        await self.deliver()
        return number

    async def subscription(self, user: SignedInUser) -> dict[str, Any]:
        reply = await self.server.client.get("/api/v1/payments/subscriptions/me", headers=user.headers)
        assert reply.status_code == 200, reply.text
        data: dict[str, Any] = reply.json()["data"]
        return data

    async def credits(self, user: SignedInUser) -> int:
        return int((await self.subscription(user))["credits"]["remaining"])

    async def history(self, user: SignedInUser) -> list[dict[str, Any]]:
        reply = await self.server.client.get("/api/v1/payments/subscriptions/history", headers=user.headers)
        assert reply.status_code == 200, reply.text
        rows: list[dict[str, Any]] = reply.json()["data"]
        return rows

    async def spend(self, user: SignedInUser, amount: int, *, key: str) -> None:
        async with self.server.container.transactions.begin() as work:
            ledger = work.get(CreditLedger)
            hold = await ledger.hold(user.id, amount, key=key, reference=key, description="a picture")
            await ledger.settle(hold.id, amount)

    async def assert_books_balance(self) -> None:
        async with self.server.container.transactions.begin() as work:
            assert await work.get(LedgerAudit).run() == []
