"""The provider's own page for a customer."""

from fastapi import APIRouter

from shared.contracts.billing import Portal, PortalRequest
from sync_server.billing.routes.dependencies import CHANGING, Operations
from sync_server.platform.edge import InPerson
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)


@router.post(
    "/subscriptions/portal",
    status_code=200,
    summary="A page with invoices and payment methods",
    responses=CHANGING,
)
async def open_portal(
    principal: InPerson, operations: Operations, request: PortalRequest | None = None
) -> Reply[Portal]:
    url = await operations.portal(principal.user_id, return_url=request.return_url if request else None)
    return Reply[Portal](data=Portal(portal_url=url))
