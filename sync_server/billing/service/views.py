"""Plans, subscriptions and payments in the API's words."""

from collections.abc import Sequence
from typing import cast

from shared.contracts.billing import (
    BillingPeriod,
    BillingView,
    Features,
    Limits,
    PackageView,
    Payment,
    PaymentMethod,
    Plan,
    PlanName,
    PlanView,
    Pricing,
    Provider,
    SubscriptionCredits,
    SubscriptionView,
)
from shared.contracts.credits import CreditBalance
from shared.pricing.tariffs import TIER_NAMES, Tier
from sync_server.billing.repository import SubscriptionFacts, standing_of
from sync_server.billing.rules import GRACE, LIVE, whole_units
from sync_server.billing.service.products import Product, Products, product_from_key
from sync_server.billing.tables import PaymentRow, SubscriptionRow

_POPULAR = "pro"
_PERIODS: Sequence[BillingPeriod] = ("monthly", "yearly")


def pricing(products: Products) -> Pricing:
    tariffs = products.tariffs
    return Pricing(
        version=tariffs.version,
        plans=plans(products),
        packages=[
            PackageView(
                id=package.id,
                name=package.name,
                credits=package.credits,
                bonus_credits=package.bonus_credits,
                total_credits=package.total_credits,
                price_usd=package.price_usd,
                price_per_credit=round(package.price_usd / package.credits, 4),
                popular=package.popular,
            )
            for package in tariffs.packages
        ],
        work=tariffs.work.model_dump(mode="json"),
    )


def plans(products: Products) -> list[PlanView]:
    """Monthly, and yearly where a plan costs something."""
    return [
        _plan(products, name, period)
        for name in TIER_NAMES
        for period in _PERIODS
        if period == "monthly" or products.price(name, period)
    ]


def _plan(products: Products, name: Plan, period: BillingPeriod) -> PlanView:
    tier = products.tier(name)
    product = Product(kind="plan", name=name, billing_period=period)
    return PlanView(
        id=f"{name}_{period}",
        plan_type=name,
        name=name,
        display_name=name.title(),
        billing_period=period,
        price_usd=products.price(name, period),
        monthly_price=products.price(name, "monthly"),
        yearly_price=products.price(name, "yearly"),
        monthly_credits=tier.credits,
        credits=tier.credits,
        storage_gb=tier.storage_gb,
        queue_count=tier.queued_jobs,
        highlights=_highlights(tier),
        features=features(tier),
        limits=limits(tier),
        popular=name == _POPULAR,
        lemon_squeezy_product_id=products.listed_id("lemon_squeezy", product),
        stripe_price_id=products.listed_id("stripe", product),
    )


def _highlights(tier: Tier) -> list[str]:
    lines = [
        f"{tier.credits:,} credits a month" if tier.credits is not None else "Credits by agreement",
        f"Pictures up to {tier.side}x{tier.side}",
        f"{tier.storage_gb:,} GB of storage",
        f"{tier.queued_jobs} jobs in the queue",
    ]
    if tier.hosted_models:
        lines.append("Hosted models and FLUX" if tier.flux else "Hosted models")
    if tier.lora_training:
        lines.append("LoRA training")
    if tier.commercial_use:
        lines.append("Commercial use")
    return lines


def limits(tier: Tier) -> Limits:
    minute, hour, day = tier.requests or (None, None, None)
    return Limits(
        max_resolution=f"{tier.side}x{tier.side}",
        max_side=tier.side,
        max_queue_size=tier.queued_jobs,
        max_images_per_generation=tier.images_per_generation,
        batch=tier.batch,
        priority=tier.priority,
        storage_gb=tier.storage_gb,
        requests_per_minute=minute,
        requests_per_hour=hour,
        requests_per_day=day,
        generations_per_minute=tier.generations_per_minute,
        video_seconds=tier.video_seconds,
        custom_models=tier.custom_models,
    )


def features(tier: Tier) -> Features:
    return Features(
        hosted_models=tier.hosted_models,
        flux=tier.flux,
        lora_training=tier.lora_training,
        api_keys=tier.api_keys,
        commercial_use=tier.commercial_use,
    )


def subscription(
    row: SubscriptionFacts, *, products: Products, credits_now: CreditBalance
) -> SubscriptionView:
    standing, plan = standing_of(row), cast(Plan, row.plan)
    tier = products.tier(plan)
    following = row.next_plan or row.plan
    renews = row.provider is not None and row.status in LIVE and not row.cancel_at_period_end
    return SubscriptionView(
        id=row.id,
        plan_type=plan,
        plan=PlanName(name=plan, display_name=plan.title()),
        status=standing.status,
        billing_period=standing.billing_period,
        billing_cycle=standing.billing_period,
        current_period_start=row.period_start,
        current_period_end=row.period_end,
        cancel_at_period_end=row.cancel_at_period_end,
        ends_at=row.period_end if row.cancel_at_period_end else None,
        grace_ends_at=row.past_due_since + GRACE if row.past_due_since else None,
        next_plan=cast(Plan | None, row.next_plan),
        monthly_credit_quota=tier.credits,
        last_credit_grant_at=row.last_grant_at,
        next_credit_grant_at=row.next_grant_at,
        payment_method=payment_method(row),
        credits=SubscriptionCredits(
            remaining=credits_now.available,
            reserved=credits_now.reserved,
            total=tier.credits,
            reset_date=row.next_grant_at,
        ),
        limits=limits(tier),
        features=features(tier),
        billing=BillingView(
            cycle=standing.billing_period,
            next_billing=row.period_end if renews else None,
            amount=products.price(following, standing.billing_period),
            provider=cast(Provider | None, row.provider),
        ),
        created_at=row.created_at,
    )


def payment_method(row: SubscriptionRow | SubscriptionFacts) -> PaymentMethod | None:
    if row.card_last_four is None:
        return None
    return PaymentMethod(brand=row.card_brand or "", last_four=row.card_last_four)


def payment(row: PaymentRow) -> Payment:
    product = product_from_key(row.product)
    package = product.kind == "package"
    return Payment.model_validate(
        {
            "id": row.id,
            "kind": "package" if package else "subscription",
            "product": row.product,
            "description": f"{product.name} credits"
            if package
            else f"{product.name.title()}, {product.billing_period}",
            "status": row.status,
            "amount": whole_units(row.amount, row.currency),
            "refunded_amount": whole_units(row.refunded, row.currency),
            "currency": row.currency,
            "credits": row.credits,
            "provider": row.provider,
            "receipt_url": row.receipt_url,
            "billed_at": row.billed_at,
            "created_at": row.created_at,
        }
    )
