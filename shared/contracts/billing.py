"""Plans, subscriptions and payments as clients see them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import AliasChoices, Field, model_validator

from shared.contracts.base import Contract
from shared.contracts.credits import CreditBalance, CreditUsageDay, CreditUsageModel

BillingPeriod = Literal["monthly", "yearly"]
Provider = Literal["stripe", "lemon_squeezy"]
PaidPlan = Literal["starter", "pro", "studio", "enterprise"]
Plan = Literal["free", "starter", "pro", "studio", "enterprise"]
SubscriptionStatus = Literal["trialing", "active", "past_due", "paused", "cancelled", "expired"]

_PLAN_NAMES = AliasChoices("plan", "plan_type", "plan_id", "new_plan_type", "target_plan", "new_plan")
_PERIOD_NAMES = AliasChoices("billing_period", "billing_cycle", "cycle")
_METHOD_NAMES = AliasChoices("payment_method_id", "payment_method", "paymentMethod")


def _plan_and_period(data: Any) -> Any:
    """`pro_monthly` names both at once, and `basic` is starter."""
    if not isinstance(data, Mapping):
        return data
    values = dict(data)
    for name in _PLAN_NAMES.choices:
        given = values.get(str(name))
        if not isinstance(given, str):
            continue
        plan, _, period = given.removeprefix("plan-").partition("_")
        if period in {"monthly", "yearly"}:
            values.setdefault("billing_period", period)
            given = plan
        values[str(name)] = "starter" if given == "basic" else given
    return values


class SubscribeRequest(Contract):
    plan: PaidPlan = Field(validation_alias=_PLAN_NAMES)
    billing_period: BillingPeriod = Field("monthly", validation_alias=_PERIOD_NAMES)
    provider: Provider | None = Field(None, description="The operator's default where it is left out.")
    success_url: str | None = Field(
        None,
        max_length=2000,
        pattern=r"^https?://\S+$",
        validation_alias=AliasChoices("success_url", "return_url"),
    )
    cancel_url: str | None = Field(None, max_length=2000, pattern=r"^https?://\S+$")

    @model_validator(mode="before")
    @classmethod
    def _both_in_one(cls, data: Any) -> Any:
        return _plan_and_period(data)


class ChangePlanRequest(Contract):
    plan: PaidPlan = Field(validation_alias=_PLAN_NAMES)
    billing_period: BillingPeriod | None = Field(
        None, validation_alias=_PERIOD_NAMES, description="The present one where it is left out."
    )
    provider: Provider | None = Field(None, description="Where the plan has to be bought first.")
    payment_method_id: str | None = Field(None, max_length=200, validation_alias=_METHOD_NAMES)

    @model_validator(mode="before")
    @classmethod
    def _both_in_one(cls, data: Any) -> Any:
        return _plan_and_period(data)


class CancelRequest(Contract):
    reason: str | None = Field(None, max_length=200)
    feedback: str | None = Field(None, max_length=2000)


class PortalRequest(Contract):
    return_url: str | None = Field(None, max_length=2000, pattern=r"^https?://\S+$")


class PaymentMethodRequest(Contract):
    """Stripe takes a method's id; Lemon Squeezy none: its page is in the reply."""

    payment_method_id: str | None = Field(None, max_length=200, validation_alias=_METHOD_NAMES)


class PurchaseRequest(Contract):
    """A package by id (`credits_500`) or, as `amount`, by its number of credits."""

    package: str | None = Field(None, max_length=50)
    amount: int | None = Field(None, ge=1, le=1_000_000)
    provider: Provider | None = None
    success_url: str | None = Field(
        None,
        max_length=2000,
        pattern=r"^https?://\S+$",
        validation_alias=AliasChoices("success_url", "return_url"),
    )
    cancel_url: str | None = Field(None, max_length=2000, pattern=r"^https?://\S+$")
    payment_method_id: str | None = Field(
        None,
        max_length=200,
        validation_alias=_METHOD_NAMES,
        description="Taken for older clients; the checkout page asks how to pay.",
    )

    @model_validator(mode="after")
    def _one_package(self) -> Self:
        if self.package is None and self.amount is None:
            raise ValueError("name a package")
        number = (self.package or "").rpartition("_")[2]
        if self.amount is not None and number.isdigit() and int(number) != self.amount:
            raise ValueError("package and amount name different packages")
        return self

    @property
    def package_name(self) -> str:
        """Its number of credits, whatever an older client's id says before it."""
        if self.amount is not None:
            return str(self.amount)
        return (self.package or "").rpartition("_")[2]


class Limits(Contract):
    """None is by agreement."""

    max_resolution: str
    max_side: int
    max_queue_size: int
    max_images_per_generation: int
    batch: int
    priority: int
    storage_gb: int
    requests_per_minute: int | None
    requests_per_hour: int | None
    requests_per_day: int | None
    generations_per_minute: int
    video_seconds: int
    custom_models: int


class Features(Contract):
    hosted_models: bool
    flux: bool
    lora_training: bool
    api_keys: bool
    commercial_use: bool


class PlanView(Contract):
    """One plan in one billing period; `price_usd` is of that period, None by agreement."""

    id: str
    plan_type: Plan
    name: Plan
    display_name: str
    billing_period: BillingPeriod
    price_usd: float | None
    monthly_price: float | None
    yearly_price: float | None
    monthly_credits: int | None
    credits: int | None
    storage_gb: int
    queue_count: int
    highlights: list[str]
    features: Features
    limits: Limits
    popular: bool
    lemon_squeezy_product_id: str | None
    stripe_price_id: str | None


class PackageView(Contract):
    id: str
    name: str
    credits: int
    bonus_credits: int
    total_credits: int
    price_usd: float
    price_per_credit: float
    popular: bool


class Pricing(Contract):
    """All that has a price. `work` holds what prices of jobs are computed from."""

    version: str
    currency: Literal["USD"] = "USD"
    plans: list[PlanView]
    packages: list[PackageView]
    work: dict[str, Any]


class PlanName(Contract):
    name: Plan
    display_name: str


class PaymentMethod(Contract):
    type: Literal["card"] = "card"
    brand: str
    last_four: str


class SubscriptionCredits(Contract):
    remaining: int
    reserved: int
    total: int | None
    reset_date: datetime | None


class BillingView(Contract):
    cycle: BillingPeriod
    next_billing: datetime | None
    amount: float | None
    provider: Provider | None


class SubscriptionView(Contract):
    """Cancelling is `active` with `cancel_at_period_end`; `next_plan` takes over when the period ends."""

    id: UUID
    plan_type: Plan
    plan: PlanName
    status: SubscriptionStatus
    billing_period: BillingPeriod
    billing_cycle: BillingPeriod
    current_period_start: datetime
    current_period_end: datetime
    cancel_at_period_end: bool
    ends_at: datetime | None
    grace_ends_at: datetime | None
    next_plan: Plan | None
    monthly_credit_quota: int | None
    last_credit_grant_at: datetime | None
    next_credit_grant_at: datetime
    payment_method: PaymentMethod | None
    credits: SubscriptionCredits
    limits: Limits
    features: Features
    billing: BillingView
    created_at: datetime


class Checkout(Contract):
    checkout_url: str
    expires_at: datetime
    provider: Provider
    plan_type: Plan
    billing_period: BillingPeriod
    price_usd: float | None


class Purchase(Contract):
    order_id: UUID
    checkout_url: str
    expires_at: datetime
    provider: Provider
    package: str
    price_usd: float
    credits: int
    bonus_credits: int
    total_credits: int


class PlanChanged(Contract):
    """`checkout_url` is set where the plan has to be bought first. `prorated_amount` is an estimate in US dollars."""

    checkout_url: str | None
    current_plan: Plan
    previous_plan: Plan
    new_plan: Plan
    effective_immediately: bool
    effective_at: datetime
    prorated_amount: float | None
    credits_granted: int


class Portal(Contract):
    portal_url: str


class PaymentMethodChange(Contract):
    """`update_url` is where the customer has to do it; None where it is done."""

    updated: bool
    update_url: str | None
    payment_method: PaymentMethod | None


class Payment(Contract):
    """`amount` and `refunded_amount` in units of `currency`."""

    id: UUID
    kind: Literal["subscription", "package"]
    product: str
    description: str
    status: Literal["open", "paid", "failed", "void", "refunded", "partly_refunded"]
    amount: float
    refunded_amount: float
    currency: str
    credits: int
    provider: Provider
    receipt_url: str | None
    billed_at: datetime
    created_at: datetime


class WebhookReceipt(Contract):
    received: Literal[True] = True
    duplicate: bool


class WebhookBacklog(Contract):
    provider: Provider
    state: Literal["waiting", "failed"]
    count: int
    oldest: datetime


class WebhookHealth(Contract):
    status: Literal["healthy", "degraded"]
    waiting: int
    failed: int
    backlog: list[WebhookBacklog]
    last_handled_at: datetime | None


class StorageView(Contract):
    used_bytes: int
    quota_bytes: int


class EntitlementsOverview(Contract):
    """What a user has and may do."""

    tier: Plan
    credits: CreditBalance
    storage_quota_bytes: int
    subscription: SubscriptionView
    features: Features
    limits: Limits


class UsageSpan(Contract):
    """A day, a week from its Monday, or a month from its first."""

    start: date
    jobs: int
    credits: int


class UsageTrends(Contract):
    daily: list[UsageSpan]
    weekly: list[UsageSpan]
    monthly: list[UsageSpan]


class UsageCredits(Contract):
    """`efficiency` is settled over held; None where nothing was held."""

    held: int
    used: int
    remaining: int
    efficiency: float | None


class SpentReport(Contract):
    """Of credits."""

    credits: UsageCredits
    by_kind: dict[str, int]
    by_model: list[CreditUsageModel]
    days: list[CreditUsageDay]
    trends: UsageTrends


class CreationDay(Contract):
    date: date
    generations: int
    images: int


class CreationUsage(Contract):
    """Of what was made."""

    generations: int
    images: int
    videos: int
    enhancements: int
    daily: list[CreationDay]


class UsageSummary(Contract):
    total_generations: int
    total_credits_used: int
    total_images_created: int
    storage_used_bytes: int
    api_calls: int


class UsageGenerations(Contract):
    total: int
    images: int
    videos: int
    enhancements: int


class UsageDay(Contract):
    date: date
    generations: int
    credits_used: int
    images_created: int


class UsageModel(Contract):
    model: str
    generations: int
    credits_used: int


class UsageReport(Contract):
    """`generations` counts jobs asked for in the period, `credits` what was settled in it."""

    period: str
    start_date: date
    end_date: date
    since: datetime
    until: datetime
    summary: UsageSummary
    generations: UsageGenerations
    credits: UsageCredits
    by_kind: dict[str, int]
    by_model: list[UsageModel]
    daily: list[UsageDay]
    trends: UsageTrends
    api_calls: int
