"""How the subscription is paid."""

from fastapi import APIRouter

from shared.contracts.billing import PaymentMethodChange, PaymentMethodRequest
from sync_server.billing.routes.dependencies import CHANGING, Operations
from sync_server.billing.service import views
from sync_server.platform.edge import InPerson
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)


@router.post(
    "/subscriptions/payment-method",
    status_code=200,
    summary="Change the payment method",
    responses=CHANGING,
)
async def set_payment_method(
    principal: InPerson, operations: Operations, request: PaymentMethodRequest | None = None
) -> Reply[PaymentMethodChange]:
    """Done with Stripe; with Lemon Squeezy the reply holds the page where the customer does it."""
    url, row = await operations.set_payment_method(
        principal.user_id, request.payment_method_id if request else None
    )
    return Reply[PaymentMethodChange](
        data=PaymentMethodChange(
            updated=url is None, update_url=url, payment_method=views.payment_method(row)
        )
    )
