"""What billing needs of a payment provider, in our words. Prices are told by the provider's ids, never by amounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from sync_server.billing.rules import Status

ProviderName = Literal["stripe", "lemon_squeezy"]
PaymentReason = Literal["order", "initial", "renewal", "update"]
PaymentStatus = Literal["open", "paid", "failed", "void", "refunded", "partly_refunded"]


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """`custom` comes back with every event of what was bought; `key` makes a retry the same checkout."""

    key: str
    price_id: str
    recurring: bool
    email: str
    customer_id: str | None
    success_url: str
    cancel_url: str
    expires_at: datetime
    custom: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CheckoutPage:
    url: str
    reference: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    brand: str
    last_four: str


@dataclass(frozen=True, kw_only=True)
class ProviderSubscription:
    """`status` is None while the first payment is not made. `period_start` is None where it is not told."""

    id: str
    customer_id: str
    price_id: str
    status: Status | None
    period_start: datetime | None
    period_end: datetime
    cancel_at_period_end: bool
    created_at: datetime
    card: Card | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """Amounts in the currency's smallest unit. `price_id` is None for a subscription's invoice."""

    id: str
    reason: PaymentReason
    status: PaymentStatus
    amount: int
    refunded: int
    currency: str
    billed_at: datetime
    price_id: str | None = None
    subscription_id: str | None = None
    receipt_url: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ProviderEvent:
    """What happened to which of the provider's things; their state is then asked of the provider itself."""

    id: str
    kind: str
    subscription_id: str | None = None
    payment_reference: str | None = None
    failed_payment: bool = False
    custom: Mapping[str, str] = field(default_factory=dict)

    @property
    def concerns_us(self) -> bool:
        return self.subscription_id is not None or self.payment_reference is not None


class PaymentProvider(Protocol):
    """Calls raise ServiceUnavailableError where keys are missing or the provider can't be reached."""

    @property
    def name(self) -> ProviderName: ...

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutPage: ...

    async def portal_url(self, subscription: str, *, customer: str, return_url: str) -> str: ...

    async def change_plan(self, subscription: str, *, price_id: str, prorate: bool, key: str) -> None:
        """With `prorate` the difference is charged now; without, the new price holds from the next period."""

    async def cancel(self, subscription: str) -> None:
        """At the period's end."""

    async def resume(self, subscription: str) -> None: ...

    async def set_payment_method(
        self, subscription: str, *, customer: str, payment_method: str | None
    ) -> str | None:
        """None where it is done, else the page where the customer does it."""

    async def subscription(self, subscription: str) -> ProviderSubscription: ...

    async def payment(self, reference: str) -> ProviderPayment: ...

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        """Raises UnauthorizedError where the signature is missing, wrong or stale."""

    def read_event(self, body: bytes) -> ProviderEvent:
        """Raises InvalidRequestError for what is no event."""
