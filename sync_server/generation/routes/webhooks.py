"""Where a hosted provider tells that a picture is made."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from shared.contracts.billing import WebhookReceipt
from sync_server.generation.service.hosted import HostedRequests
from sync_server.platform.edge import calling_out
from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidRequestError,
    NotFoundError,
    ServiceUnavailableError,
    UnauthorizedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/webhooks")


@router.post(
    "/fal/{job_id}",
    status_code=200,
    summary="fal.ai's events",
    responses=errors(
        InvalidRequestError, UnauthorizedError, NotFoundError, FileTooLargeError, ServiceUnavailableError
    ),
)
async def receive_fal(
    job_id: UUID, request: Request, requests: Annotated[HostedRequests, calling_out(HostedRequests)]
) -> Reply[WebhookReceipt]:
    """Signed with Ed25519. The worker that waits for it goes on."""
    new = await requests.receive(job_id, request.headers, await request.body())
    return Reply(data=WebhookReceipt(duplicate=not new), message="Webhook processed")
