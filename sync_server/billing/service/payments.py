"""Payments: what was paid and refunded, as providers tell it, and the credits that came and went with it."""

from datetime import timedelta
from uuid import UUID

from sync_server.billing.providers.port import PaymentStatus, ProviderName, ProviderPayment
from sync_server.billing.repository import BillingRepository
from sync_server.billing.rules import add_months, credits_to_take_back, whole_units
from sync_server.billing.service.mails import BillingMails
from sync_server.billing.service.products import Products, UnknownProductError, product_from_key
from sync_server.billing.service.subscriptions import Subscriptions
from sync_server.billing.tables import PaymentRow, SubscriptionRow
from sync_server.credits.service import CreditLedger
from sync_server.platform.errors import UnprocessableError
from sync_server.platform.ports import World

_JITTER = timedelta(days=1)
_RECEIVED = frozenset({"paid", "partly_refunded", "refunded"})


class Payments:
    def __init__(
        self,
        *,
        repository: BillingRepository,
        subscriptions: Subscriptions,
        ledger: CreditLedger,
        products: Products,
        mails: BillingMails,
        world: World,
    ) -> None:
        self._repository = repository
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._products = products
        self._mails = mails
        self._world = world

    async def follow(
        self,
        provider: ProviderName,
        truth: ProviderPayment,
        *,
        buyer: UUID | None,
        failed: bool,
        ticket: int,
    ) -> None:
        """Book what is new since the payment was last seen. Its subscription has been followed before."""
        subscription = None
        if truth.subscription_id is not None:
            subscription = await self._repository.provider_subscription(provider, truth.subscription_id)
            buyer = subscription.user_id if subscription else buyer
        known = await self._repository.payment(provider, truth.id)
        user_id = known.user_id if known and known.user_id else buyer
        if user_id is None:
            raise UnprocessableError(
                "Nobody is known who bought {thing}.",
                advice="Find the buyer in the provider's dashboard, then run the event again.",
                thing=truth.id,
            )
        product = self._product(provider, truth, subscription)
        if truth.reason == "order" and product_from_key(product).kind == "plan":
            return  # its subscription's own invoice tells of it
        await self._subscriptions.lock(user_id)
        row = await self._repository.payment(provider, truth.id)
        if row is not None and row.truth_ticket > ticket:
            return
        if row is None:
            row = self._new_row(provider, truth, user_id=user_id, product=product)
            row.subscription_id = subscription.id if subscription else None
            await self._repository.add(row)
        await self._book(row, truth, user_id=user_id, failed=failed)
        row.truth_ticket, row.receipt_url = ticket, truth.receipt_url
        await self._repository.flush()

    async def _book(self, row: PaymentRow, truth: ProviderPayment, *, user_id: UUID, failed: bool) -> None:
        status: PaymentStatus = "failed" if failed and truth.status == "open" else truth.status
        if status == "failed" and row.status != "failed":
            await self._mails.payment_failed(user_id, product=row.product)
        if status == "open" and row.status == "failed":
            status = "failed"
        product = product_from_key(row.product)
        if product.kind == "package" and truth.status in _RECEIVED and not row.credits:
            package = self._products.package(product.name)
            await self._ledger.purchase(
                user_id,
                package.credits,
                bonus=package.bonus_credits,
                key=f"purchase:{row.provider}:{row.provider_payment_id}",
                description=f"{package.credits} credits",
                reference=_reference(row),
            )
            row.credits = package.credits + package.bonus_credits
        if truth.refunded > row.refunded:
            await self._refund(row, truth, user_id=user_id)
        row.status, row.amount, row.refunded = status, truth.amount, max(row.refunded, truth.refunded)

    async def _refund(self, row: PaymentRow, truth: ProviderPayment, *, user_id: UUID) -> None:
        brought = row.credits or await self._brought(row)
        taken = credits_to_take_back(
            brought=brought, amount=truth.amount, refunded=truth.refunded, taken=row.credits_taken_back
        )
        if taken:
            row.credits_taken_back += taken
            await self._ledger.take_back(
                user_id,
                taken,
                key=f"refund:{row.id}:{row.credits_taken_back}",
                reference=_reference(row),
                description="Refund of a payment",
            )
        await self._mails.refunded(
            user_id,
            amount=whole_units(truth.refunded - row.refunded, truth.currency),
            currency=truth.currency,
            taken=taken,
        )

    async def _brought(self, row: PaymentRow) -> int:
        """The credits of the months that a subscription's payment paid, or of its upgrade."""
        if row.subscription_id is None:
            return 0
        since = row.billed_at - _JITTER
        if row.reason == "update":
            before, reason = row.billed_at + _JITTER, "upgrade"
        else:
            yearly = row.product.endswith(":yearly")
            before, reason = add_months(row.billed_at, 12 if yearly else 1) - _JITTER, "month"
        return await self._repository.granted(row.subscription_id, reason=reason, since=since, before=before)

    def _product(
        self, provider: ProviderName, truth: ProviderPayment, subscription: SubscriptionRow | None
    ) -> str:
        if truth.price_id is not None:
            return self._products.sold(provider, truth.price_id).key
        if subscription is None:
            raise UnknownProductError("{thing} names nothing that was bought.", thing=truth.id)
        return f"{subscription.plan}:{subscription.billing_period}"

    def _new_row(
        self, provider: ProviderName, truth: ProviderPayment, *, user_id: UUID, product: str
    ) -> PaymentRow:
        return PaymentRow(
            id=self._world.new_id(),
            user_id=user_id,
            provider=provider,
            provider_payment_id=truth.id,
            product=product,
            reason=truth.reason,
            status="open",
            amount=truth.amount,
            refunded=0,
            currency=truth.currency,
            receipt_url=truth.receipt_url,
            credits=0,
            credits_taken_back=0,
            truth_ticket=0,
            billed_at=truth.billed_at,
            created_at=self._world.clock(),
        )


def _reference(row: PaymentRow) -> str:
    """What the ledger's lots are known by."""
    return f"subscription:{row.subscription_id}" if row.subscription_id else f"payment:{row.id}"
