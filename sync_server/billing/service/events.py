"""Handling of a provider's events. The order in which they come does not matter: an event only says what to ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sync_server.billing.providers.port import (
    PaymentProvider,
    ProviderEvent,
    ProviderName,
    ProviderPayment,
    ProviderSubscription,
)
from sync_server.billing.repository import BillingRepository
from sync_server.billing.service.checkouts import Checkouts
from sync_server.billing.service.inbox import WebhookInbox
from sync_server.billing.service.payments import Payments
from sync_server.billing.service.subscriptions import Subscriptions
from sync_server.platform.errors import ServerError
from sync_server.platform.work import Transactions, Work


class Providers:
    def __init__(self, *, by_name: Mapping[str, PaymentProvider]) -> None:
        self._by_name = by_name

    def named(self, name: str) -> PaymentProvider:
        return self._by_name[name]


@dataclass(frozen=True, kw_only=True)
class _Truth:
    subscription: ProviderSubscription | None
    payment: ProviderPayment | None


class EventHandler:
    """Asks the provider with no transaction open, then books the answer and the event's end in one."""

    def __init__(self, *, transactions: Transactions, providers: Providers) -> None:
        self._transactions = transactions
        self._providers = providers

    async def handle(self, row_id: UUID) -> None:
        async with self._transactions.begin() as work:
            row = await work.get(WebhookInbox).open(row_id)
            if row is None:
                return
            provider, payload = self._providers.named(row.provider), json.dumps(row.payload).encode()
            ticket = await work.get(BillingRepository).draw_ticket()
        try:
            event = provider.read_event(payload)
            truth = await _ask(provider, event)
            async with self._transactions.begin() as work:
                inbox = work.get(WebhookInbox)
                row = await inbox.open(row_id, lock=True)
                if row is None:
                    return
                if event.concerns_us:
                    await _book(work, provider.name, event, truth, ticket=ticket)
                await inbox.handled(row)
        except ServerError as error:
            await self._failed(row_id, problem=str(error), hopeless=error.status < 500)
        except Exception as error:  # noqa: BLE001 - whatever it is, the event must stay for another try
            await self._failed(row_id, problem=f"{type(error).__name__}: {error}", hopeless=False)

    async def refresh(self, provider_name: str, subscription: str) -> None:
        """Follow a subscription of which nothing was heard in time."""
        provider = self._providers.named(provider_name)
        async with self._transactions.begin() as work:
            ticket = await work.get(BillingRepository).draw_ticket()
        truth = await provider.subscription(subscription)
        async with self._transactions.begin() as work:
            await work.get(Subscriptions).follow(provider.name, truth, buyer=None, ticket=ticket)

    async def cancel(self, provider_name: str, subscription: str) -> None:
        """For an account that is no more."""
        await self._providers.named(provider_name).cancel(subscription)

    async def _failed(self, row_id: UUID, *, problem: str, hopeless: bool) -> None:
        async with self._transactions.begin() as work:
            inbox = work.get(WebhookInbox)
            row = await inbox.open(row_id, lock=True)
            if row is not None:
                await inbox.failed(row, problem=problem, hopeless=hopeless)


async def _ask(provider: PaymentProvider, event: ProviderEvent) -> _Truth:
    payment = None
    subscription = event.subscription_id
    if event.payment_reference is not None:
        payment = await provider.payment(event.payment_reference)
        subscription = subscription or payment.subscription_id
    return _Truth(
        subscription=await provider.subscription(subscription) if subscription else None, payment=payment
    )


async def _book(
    work: Work, provider: ProviderName, event: ProviderEvent, truth: _Truth, *, ticket: int
) -> None:
    buyer = None
    for custom in (
        truth.subscription.custom if truth.subscription else {},
        truth.payment.custom if truth.payment else {},
        event.custom,
    ):
        buyer = buyer or await work.get(Checkouts).buyer(custom)
    if truth.subscription is not None:
        await work.get(Subscriptions).follow(provider, truth.subscription, buyer=buyer, ticket=ticket)
    if truth.payment is not None:
        await work.get(Payments).follow(
            provider, truth.payment, buyer=buyer, failed=event.failed_payment, ticket=ticket
        )
