"""Where providers tell what happened: checked, stored, answered at once; handled in a task."""

from typing import Annotated

from fastapi import APIRouter, Request

from shared.contracts.billing import Provider, WebhookBacklog, WebhookHealth, WebhookReceipt
from sync_server.billing.service import Providers, WebhookInbox
from sync_server.platform.edge import CurrentWork, service
from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidRequestError,
    RateLimitExceededError,
    ServiceUnavailableError,
    UnauthorizedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply
from sync_server.platform.work import Work

router = APIRouter(prefix="/webhooks")

_RECEIVING = errors(
    InvalidRequestError,
    UnauthorizedError,
    FileTooLargeError,
    RateLimitExceededError,
    ServiceUnavailableError,
)


@router.post(
    "/lemon-squeezy",
    status_code=200,
    summary="Lemon Squeezy's events",
    responses=_RECEIVING,
)
async def receive_lemon_squeezy(request: Request, work: CurrentWork) -> Reply[WebhookReceipt]:
    return await _receive("lemon_squeezy", request, work)


@router.post(
    "/stripe",
    status_code=200,
    summary="Stripe's events",
    responses=_RECEIVING,
)
async def receive_stripe(request: Request, work: CurrentWork) -> Reply[WebhookReceipt]:
    return await _receive("stripe", request, work)


@router.get(
    "/health",
    status_code=200,
    summary="Whether webhooks are handled in time",
    responses=errors(RateLimitExceededError),
)
async def read_health(inbox: Annotated[WebhookInbox, service(WebhookInbox)]) -> Reply[WebhookHealth]:
    health = await inbox.health()
    counts = {
        state: sum(b.count for b in health.backlog if b.state == state) for state in ("waiting", "failed")
    }
    return Reply[WebhookHealth](
        data=WebhookHealth(
            status="healthy" if health.well else "degraded",
            waiting=counts["waiting"],
            failed=counts["failed"],
            backlog=[
                WebhookBacklog.model_validate(
                    {
                        "provider": entry.provider,
                        "state": entry.state,
                        "count": entry.count,
                        "oldest": entry.oldest,
                    }
                )
                for entry in health.backlog
            ],
            last_handled_at=health.last_handled_at,
        )
    )


async def _receive(name: Provider, request: Request, work: Work) -> Reply[WebhookReceipt]:
    provider = work.get(Providers).named(name)
    new = await work.get(WebhookInbox).receive(provider, await request.body(), request.headers)
    return Reply[WebhookReceipt](data=WebhookReceipt(duplicate=not new), message="Webhook processed")
