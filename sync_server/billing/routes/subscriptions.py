"""A user's plan: read, buy, change, cancel, resume."""

from typing import Annotated

from fastapi import APIRouter

from shared.contracts.billing import (
    CancelRequest,
    ChangePlanRequest,
    Checkout,
    PlanChanged,
    SubscribeRequest,
    SubscriptionView,
)
from sync_server.billing.routes.dependencies import BUYING, CHANGING, READING, ClientKey, Operations
from sync_server.billing.service import BillingOverview
from sync_server.billing.service.operations import PlanChange
from sync_server.platform.edge import AllTransactions, Buyer, InPerson, SignedIn, service
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/subscriptions", route_class=IdempotentRoute)


@router.get(
    "/me",
    status_code=200,
    summary="The present subscription",
    responses=READING,
)
async def read_subscription(
    principal: SignedIn, overview: Annotated[BillingOverview, service(BillingOverview)]
) -> Reply[SubscriptionView]:
    return Reply[SubscriptionView](data=await overview.subscription(principal.user_id))


@router.post(
    "/subscribe",
    status_code=200,
    summary="Start the purchase of a plan",
    responses=BUYING,
)
async def subscribe(
    request: SubscribeRequest, principal: Buyer, operations: Operations, client_key: ClientKey = None
) -> Reply[Checkout]:
    """The plan begins when the provider tells that it is paid."""
    bought, price = await operations.buy_plan(
        principal.user_id,
        request.plan,
        billing_period=request.billing_period,
        provider=request.provider,
        success_url=request.success_url,
        cancel_url=request.cancel_url,
        client_key=client_key,
    )
    return Reply[Checkout](
        data=Checkout(
            checkout_url=bought.url,
            expires_at=bought.expires_at,
            provider=bought.provider,
            plan_type=request.plan,
            billing_period=request.billing_period,
            price_usd=price,
        )
    )


@router.post(
    "/upgrade",
    status_code=200,
    summary="Change the plan, up at once or down at the period's end",
    responses=BUYING,
)
async def change_plan(
    request: ChangePlanRequest, principal: Buyer, operations: Operations, client_key: ClientKey = None
) -> Reply[PlanChanged]:
    """A higher plan is charged in proportion and holds at once; a lower one begins with the next period. The
    present plan takes a planned change back. Without a subscription the reply holds a checkout.
    """
    change = await operations.change_plan(
        principal.user_id,
        request.plan,
        billing_period=request.billing_period,
        provider=request.provider,
        payment_method=request.payment_method_id,
        client_key=client_key,
    )
    if change.checkout:
        return Reply[PlanChanged](data=_changed(change), message="The plan begins when it is paid.")
    if change.at_once:
        return Reply[PlanChanged](data=_changed(change), message="The new plan holds now.")
    return Reply[PlanChanged](data=_changed(change), message="The plan changes when the period ends.")


@router.post(
    "/cancel",
    status_code=200,
    summary="Cancel at the period's end",
    responses=CHANGING,
)
async def cancel(
    principal: InPerson,
    operations: Operations,
    transactions: AllTransactions,
    request: CancelRequest | None = None,
) -> Reply[SubscriptionView]:
    given = request or CancelRequest()
    await operations.cancel(principal.user_id, reason=given.reason, feedback=given.feedback)
    async with transactions.begin() as work:
        view = await work.get(BillingOverview).subscription(principal.user_id)
    return Reply[SubscriptionView](data=view, message="The subscription ends with its paid period.")


@router.post(
    "/resume",
    status_code=200,
    summary="Take a cancellation back",
    responses=CHANGING,
)
async def resume(
    principal: InPerson, operations: Operations, transactions: AllTransactions
) -> Reply[SubscriptionView]:
    await operations.resume(principal.user_id)
    async with transactions.begin() as work:
        view = await work.get(BillingOverview).subscription(principal.user_id)
    return Reply[SubscriptionView](data=view, message="The subscription goes on.")


def _changed(change: PlanChange) -> PlanChanged:
    return PlanChanged.model_validate(
        {
            "checkout_url": change.checkout.url if change.checkout else None,
            "current_plan": change.old_plan,
            "previous_plan": change.old_plan,
            "new_plan": change.new_plan,
            "effective_immediately": change.at_once,
            "effective_at": change.effective_at,
            "prorated_amount": change.prorated_amount,
            "credits_granted": change.credits_granted,
        }
    )
