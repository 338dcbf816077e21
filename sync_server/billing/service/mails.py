"""The mails about money; each is sent once its unit of work is committed."""

from uuid import UUID

from sync_server.accounts.service import Accounts
from sync_server.billing.service.products import product_from_key
from sync_server.platform.mail import Mail
from sync_server.platform.queue import TaskQueue


class BillingMails:
    def __init__(self, *, accounts: Accounts, queue: TaskQueue) -> None:
        self._accounts = accounts
        self._queue = queue

    async def payment_failed(self, user_id: UUID, *, product: str) -> None:
        bought = product_from_key(product)
        await self._send(user_id, "payment_failed", product=f"Pentimento {bought.name.title()}")

    async def refunded(self, user_id: UUID, *, amount: float, currency: str, taken: int) -> None:
        await self._send(user_id, "refunded", amount=f"{amount:g}", currency=currency, taken=str(taken))

    async def subscription_ended(self, user_id: UUID, *, plan: str) -> None:
        await self._send(user_id, "subscription_ended", plan=plan.title())

    async def _send(self, user_id: UUID, template: str, **values: str) -> None:
        account = await self._accounts.get(user_id)
        await self._queue.send_mail(
            Mail(to=account.email, template=template, language=account.language, values=values)
        )
