"""What a user paid."""

from typing import Annotated

from fastapi import APIRouter

from shared.contracts.billing import Payment
from sync_server.billing.service import PaymentHistory
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import SignedIn, service
from sync_server.platform.errors import (
    AccountSuspendedError,
    InvalidParametersError,
    InvalidTokenError,
    RateLimitExceededError,
    TokenExpiredError,
    UnauthorizedError,
    ValidationFailedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page

router = APIRouter()


@router.get(
    "/subscriptions/history",
    status_code=200,
    summary="Payments of plans and packages, and their refunds",
    responses=errors(
        ValidationFailedError,
        InvalidParametersError,
        UnauthorizedError,
        InvalidTokenError,
        TokenExpiredError,
        AccountSuspendedError,
        RateLimitExceededError,
    ),
)
async def list_payments(
    principal: SignedIn, page: Paging, history: Annotated[PaymentHistory, service(PaymentHistory)]
) -> Page[Payment]:
    payments, pagination = await history.page(principal.user_id, page)
    return Page[Payment](data=payments, pagination=pagination)
