"""What users do with their plan where a provider is called: intent, call, outcome, never a call in a transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.pricing.tariffs import Package
from sync_server.billing.providers.port import PaymentProvider, ProviderName
from sync_server.billing.repository import BillingRepository, standing_of
from sync_server.billing.rules import RANKS, BillingPeriod, prorated_amount
from sync_server.billing.service.checkouts import Checkouts
from sync_server.billing.service.events import Providers
from sync_server.billing.service.products import Product, Products
from sync_server.billing.service.subscriptions import Subscriptions
from sync_server.billing.tables import SubscriptionRow
from sync_server.platform.errors import ConflictError, ServiceUnavailableError, UnprocessableError
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions


@dataclass(frozen=True, kw_only=True)
class Bought:
    """Where to pay."""

    id: UUID
    url: str
    provider: ProviderName
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """`checkout` where there was nothing to change and the plan is bought instead."""

    old_plan: str
    new_plan: str
    at_once: bool
    effective_at: datetime
    prorated_amount: float | None
    credits_granted: int
    checkout: Bought | None = None


class BillingOperations:
    def __init__(
        self,
        *,
        transactions: Transactions,
        providers: Providers,
        default_provider: ProviderName,
        products: Products,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._providers = providers
        self._default = default_provider
        self._products = products
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    async def buy(
        self,
        user_id: UUID,
        product: Product,
        *,
        provider: ProviderName | None,
        success_url: str | None,
        cancel_url: str | None,
        client_key: str | None,
    ) -> Bought:
        """A page to pay on; the same one for the same request while it is open."""
        seller = self._providers.named(provider or self._default)
        async with self._transactions.begin() as work:
            checkouts = work.get(Checkouts)
            row = await checkouts.intend(
                user_id,
                product,
                provider=seller.name,
                success_url=success_url or f"{self._public_url}/payments/success",
                cancel_url=cancel_url or f"{self._public_url}/payments/cancelled",
                client_key=client_key,
            )
            request = await checkouts.request(row)
        if row.url is None:
            page = await seller.create_checkout(request)
            async with self._transactions.begin() as work:
                row = await work.get(Checkouts).opened(row.id, page)
        if row.url is None:
            raise ServiceUnavailableError("The checkout is not ready yet.", advice="Try again in a moment.")
        return Bought(id=row.id, url=row.url, provider=seller.name, expires_at=row.expires_at)

    async def buy_package(
        self,
        user_id: UUID,
        name: str,
        *,
        provider: ProviderName | None,
        success_url: str | None,
        cancel_url: str | None,
        client_key: str | None,
    ) -> tuple[Bought, Package]:
        package = self._products.package(name)
        product = Product(kind="package", name=str(package.credits))
        bought = await self.buy(
            user_id,
            product,
            provider=provider,
            success_url=success_url,
            cancel_url=cancel_url,
            client_key=client_key,
        )
        return bought, package

    async def buy_plan(
        self,
        user_id: UUID,
        plan: str,
        *,
        billing_period: BillingPeriod,
        provider: ProviderName | None,
        success_url: str | None,
        cancel_url: str | None,
        client_key: str | None,
    ) -> tuple[Bought, float | None]:
        """With the plan's price. Plans without one are agreed upon, not bought."""
        price = self._products.price(plan, billing_period)
        if price is None:
            raise _by_agreement()
        bought = await self.buy(
            user_id,
            Product(kind="plan", name=plan, billing_period=billing_period),
            provider=provider,
            success_url=success_url,
            cancel_url=cancel_url,
            client_key=client_key,
        )
        return bought, price

    async def change_plan(
        self,
        user_id: UUID,
        plan: str,
        *,
        billing_period: BillingPeriod | None,
        provider: ProviderName | None,
        payment_method: str | None,
        client_key: str | None,
    ) -> PlanChange:
        """A higher plan, or a yearly one, at once; a lower plan when the period ends."""
        if self._products.price(plan, billing_period or "monthly") is None:
            raise _by_agreement()
        async with self._transactions.begin() as work:
            subscriptions = work.get(Subscriptions)
            row = await subscriptions.paid(user_id)
            present = await subscriptions.current(user_id)
        if row is None:
            return await self._buy_instead(
                user_id,
                Product(kind="plan", name=plan, billing_period=billing_period or "monthly"),
                old_plan=present.plan,
                provider=provider,
                client_key=client_key,
            )
        period: BillingPeriod = billing_period or standing_of(row).billing_period
        _check_change(row, plan, period)
        up = RANKS[plan] > RANKS[row.plan] or period != row.billing_period
        cost = self._cost(row, plan, period) if up else None
        seller, known_as = self._of(row), str(row.provider_subscription_id)
        price_id = self._products.price_id(
            seller.name, Product(kind="plan", name=plan, billing_period=period)
        )
        if payment_method is not None:
            await seller.set_payment_method(
                known_as, customer=str(row.provider_customer_id), payment_method=payment_method
            )
        await seller.change_plan(
            known_as, price_id=price_id, prorate=up, key=f"change:{row.id}:{row.truth_ticket}:{price_id}"
        )
        after = await self._refresh(row)
        return PlanChange(
            old_plan=row.plan,
            new_plan=plan,
            at_once=up,
            effective_at=self._clock() if up else after.period_end,
            prorated_amount=cost,
            credits_granted=max(0, after.month_granted - row.month_granted) if up else 0,
        )

    async def cancel(self, user_id: UUID, *, reason: str | None, feedback: str | None) -> SubscriptionRow:
        async with self._transactions.begin() as work:
            row = await self._paid(work.get(Subscriptions), user_id)
            await work.get(Subscriptions).note_cancellation(row, reason=reason, feedback=feedback)
        if row.cancel_at_period_end:
            return row
        await self._of(row).cancel(str(row.provider_subscription_id))
        return await self._refresh(row)

    async def resume(self, user_id: UUID) -> SubscriptionRow:
        async with self._transactions.begin() as work:
            row = await self._paid(work.get(Subscriptions), user_id)
        if not row.cancel_at_period_end:
            raise ConflictError("The subscription is not being cancelled.")
        await self._of(row).resume(str(row.provider_subscription_id))
        return await self._refresh(row)

    async def portal(self, user_id: UUID, *, return_url: str | None) -> str:
        row = await self._bought(user_id)
        return await self._of(row).portal_url(
            str(row.provider_subscription_id),
            customer=str(row.provider_customer_id),
            return_url=return_url or self._public_url,
        )

    async def set_payment_method(
        self, user_id: UUID, payment_method: str | None
    ) -> tuple[str | None, SubscriptionRow]:
        """The page where it is to be done, if it is not done yet."""
        row = await self._bought(user_id)
        url = await self._of(row).set_payment_method(
            str(row.provider_subscription_id),
            customer=str(row.provider_customer_id),
            payment_method=payment_method,
        )
        return url, row if url else await self._refresh(row)

    async def _buy_instead(
        self,
        user_id: UUID,
        product: Product,
        *,
        old_plan: str,
        provider: ProviderName | None,
        client_key: str | None,
    ) -> PlanChange:
        bought = await self.buy(
            user_id, product, provider=provider, success_url=None, cancel_url=None, client_key=client_key
        )
        return PlanChange(
            old_plan=old_plan,
            new_plan=product.name,
            at_once=False,
            effective_at=self._clock(),
            prorated_amount=self._products.price(product.name, product.billing_period or "monthly"),
            credits_granted=0,
            checkout=bought,
        )

    async def _bought(self, user_id: UUID) -> SubscriptionRow:
        async with self._transactions.begin() as work:
            subscriptions = work.get(Subscriptions)
            row = await subscriptions.paid(user_id) or await subscriptions.latest_bought(user_id)
        if row is None:
            raise _nothing_bought()
        return row

    @staticmethod
    async def _paid(subscriptions: Subscriptions, user_id: UUID) -> SubscriptionRow:
        row = await subscriptions.paid(user_id)
        if row is None:
            raise _nothing_bought()
        return row

    async def _refresh(self, row: SubscriptionRow) -> SubscriptionRow:
        """What the provider says after the change; its webhook will say it again."""
        seller = self._of(row)
        async with self._transactions.begin() as work:
            ticket = await work.get(BillingRepository).draw_ticket()
        truth = await seller.subscription(str(row.provider_subscription_id))
        async with self._transactions.begin() as work:
            subscriptions = work.get(Subscriptions)
            await subscriptions.follow(seller.name, truth, buyer=row.user_id, ticket=ticket)
            return await subscriptions.get(row.id)

    def _of(self, row: SubscriptionRow) -> PaymentProvider:
        return self._providers.named(str(row.provider))

    def _cost(self, row: SubscriptionRow, plan: str, period: BillingPeriod) -> float | None:
        standing = standing_of(row)
        old = self._products.price(row.plan, standing.billing_period)
        new = self._products.price(plan, period)
        if old is None or new is None:
            return None
        return prorated_amount(standing, old_price=old, new_price=new, new_period=period, now=self._clock())


def _check_change(row: SubscriptionRow, plan: str, period: BillingPeriod) -> None:
    if row.cancel_at_period_end:
        raise UnprocessableError(
            "The subscription is being cancelled.", advice="Resume it first, then change its plan."
        )
    if row.status not in {"trialing", "active"}:
        raise UnprocessableError(
            "The subscription is not paid up.", advice="Update the payment method, then change the plan."
        )
    if row.billing_period == "yearly" and period == "monthly":
        raise UnprocessableError(
            "A yearly plan can't become a monthly one before its year ends.",
            advice="Cancel it, then subscribe monthly when the year is over.",
        )
    if RANKS[plan] < RANKS[row.plan] and period != row.billing_period:
        raise UnprocessableError(
            "A lower plan keeps its billing period.", advice="Change one of them at a time."
        )
    if plan == row.plan and period == row.billing_period and row.next_plan is None:
        raise ConflictError("You are on this plan already.")


def _nothing_bought() -> ConflictError:
    return ConflictError("You have no paid subscription.", advice="Subscribe to a plan first.")


def _by_agreement() -> UnprocessableError:
    return UnprocessableError("This plan is by agreement.", advice="Write to us about it.")
