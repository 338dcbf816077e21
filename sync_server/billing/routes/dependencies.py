"""What billing's routes ask for."""

from typing import Annotated

from fastapi import Depends, Header

from sync_server.billing.service import BillingOperations
from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import (
    AccountSuspendedError,
    ConflictError,
    EmailNotVerifiedError,
    ForbiddenError,
    InvalidTokenError,
    NotFoundError,
    RateLimitExceededError,
    ServiceUnavailableError,
    TokenExpiredError,
    UnauthorizedError,
    UnprocessableError,
    ValidationFailedError,
)
from sync_server.platform.openapi import errors


async def _operations(transactions: AllTransactions) -> BillingOperations:
    """Outside any transaction: it opens its own around its calls."""
    async with transactions.begin() as work:
        return work.get(BillingOperations)


Operations = Annotated[BillingOperations, Depends(_operations)]
ClientKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=255, description="The same key again gives the same reply."),
]

READING = errors(
    UnauthorizedError, InvalidTokenError, TokenExpiredError, AccountSuspendedError, RateLimitExceededError
)
CHANGING = errors(
    ValidationFailedError,
    UnauthorizedError,
    InvalidTokenError,
    TokenExpiredError,
    AccountSuspendedError,
    ForbiddenError,
    ConflictError,
    UnprocessableError,
    RateLimitExceededError,
    ServiceUnavailableError,
)
BUYING = errors(
    ValidationFailedError,
    UnauthorizedError,
    InvalidTokenError,
    TokenExpiredError,
    AccountSuspendedError,
    EmailNotVerifiedError,
    ForbiddenError,
    NotFoundError,
    ConflictError,
    UnprocessableError,
    RateLimitExceededError,
    ServiceUnavailableError,
)
