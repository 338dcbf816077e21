"""Buying credits."""

from fastapi import APIRouter

from shared.contracts.billing import Purchase, PurchaseRequest
from sync_server.billing.routes.dependencies import BUYING, ClientKey, Operations
from sync_server.platform.edge import Buyer
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)


@router.post(
    "/credits/purchase",
    status_code=200,
    summary="Start the purchase of a package of credits",
    responses=BUYING,
)
async def purchase(
    request: PurchaseRequest, principal: Buyer, operations: Operations, client_key: ClientKey = None
) -> Reply[Purchase]:
    """The credits come when the provider tells that the order is paid."""
    bought, package = await operations.buy_package(
        principal.user_id,
        request.package_name,
        provider=request.provider,
        success_url=request.success_url,
        cancel_url=request.cancel_url,
        client_key=client_key,
    )
    return Reply[Purchase](
        data=Purchase(
            order_id=bought.id,
            checkout_url=bought.url,
            expires_at=bought.expires_at,
            provider=bought.provider,
            package=package.id,
            price_usd=package.price_usd,
            credits=package.credits,
            bonus_credits=package.bonus_credits,
            total_credits=package.total_credits,
        )
    )
