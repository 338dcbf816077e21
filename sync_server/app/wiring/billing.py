"""How the services of billing are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.accounts.ports import Entitlements
from sync_server.accounts.service import Accounts
from sync_server.billing import tasks
from sync_server.billing.providers.lemon_squeezy import LemonSqueezy, LemonSqueezyKeys
from sync_server.billing.providers.stripe import Stripe, StripeKeys
from sync_server.billing.repository import BillingRepository
from sync_server.billing.service import (
    BillingEntitlements,
    BillingMails,
    BillingOperations,
    BillingOverview,
    Checkouts,
    EventHandler,
    PaymentHistory,
    Payments,
    Products,
    Providers,
    Subscriptions,
    WebhookInbox,
)
from sync_server.credits.service import CreditLedger, CreditStatements
from sync_server.platform.queue import TaskQueue
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, products, providers = container.world, _products(container), _providers(container)
    return {
        Products: lambda _: products,
        Providers: lambda _: providers,
        BillingRepository: lambda work: BillingRepository(work=work),
        BillingMails: lambda work: BillingMails(accounts=work.get(Accounts), queue=work.get(TaskQueue)),
        Subscriptions: lambda work: Subscriptions(
            repository=work.get(BillingRepository),
            accounts=work.get(Accounts),
            ledger=work.get(CreditLedger),
            products=products,
            mails=work.get(BillingMails),
            world=world,
        ),
        Payments: lambda work: Payments(
            repository=work.get(BillingRepository),
            subscriptions=work.get(Subscriptions),
            ledger=work.get(CreditLedger),
            products=products,
            mails=work.get(BillingMails),
            world=world,
        ),
        Checkouts: lambda work: Checkouts(
            repository=work.get(BillingRepository),
            subscriptions=work.get(Subscriptions),
            accounts=work.get(Accounts),
            products=products,
            world=world,
        ),
        WebhookInbox: lambda work: WebhookInbox(
            repository=work.get(BillingRepository), queue=work.get(TaskQueue), world=world
        ),
        PaymentHistory: lambda work: PaymentHistory(
            repository=work.get(BillingRepository), cursors=container.cursors
        ),
        BillingOverview: lambda work: BillingOverview(
            work=work,
            subscriptions=work.get(Subscriptions),
            statements=work.get(CreditStatements),
            products=products,
            clock=world.clock,
        ),
        Entitlements: lambda work: BillingEntitlements(
            repository=work.get(BillingRepository),
            subscriptions=work.get(Subscriptions),
            overview=work.get(BillingOverview),
            statements=work.get(CreditStatements),
            ledger=work.get(CreditLedger),
            queue=work.get(TaskQueue),
        ),
        BillingOperations: lambda _: BillingOperations(
            transactions=container.transactions,
            providers=providers,
            default_provider=container.settings.billing_provider,
            products=products,
            public_url=container.settings.public_url,
            clock=world.clock,
        ),
        EventHandler: lambda _: EventHandler(transactions=container.transactions, providers=providers),
    }


def register_tasks(container: Container) -> None:
    tasks.register(container.queue.app, transactions=container.transactions)


def _products(container: Container) -> Products:
    return Products(ids=container.settings.product_ids, tariffs=container.tariffs)


def _providers(container: Container) -> Providers:
    settings = container.settings
    stripe = Stripe(
        keys=StripeKeys(
            api_key=settings.stripe_api_key,
            webhook_secret=settings.stripe_webhook_secret,
            url=settings.stripe_url,
        ),
        http=container.http,
    )
    lemon_squeezy = LemonSqueezy(
        keys=LemonSqueezyKeys(
            api_key=settings.lemon_squeezy_api_key,
            webhook_secret=settings.lemon_squeezy_webhook_secret,
            store_id=settings.lemon_squeezy_store_id,
            url=settings.lemon_squeezy_url,
        ),
        http=container.http,
    )
    return Providers(by_name={stripe.name: stripe, lemon_squeezy.name: lemon_squeezy})
