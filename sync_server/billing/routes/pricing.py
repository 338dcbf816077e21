"""What everything costs; public."""

from typing import Annotated

from fastapi import APIRouter

from shared.contracts.billing import PlanView, Pricing
from sync_server.billing.service import Products, views
from sync_server.platform.edge import service
from sync_server.platform.errors import RateLimitExceededError
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter()

Sold = Annotated[Products, service(Products)]


@router.get(
    "/pricing",
    status_code=200,
    summary="Plans, packages, limits and prices",
    responses=errors(RateLimitExceededError),
)
async def read_pricing(products: Sold) -> Reply[Pricing]:
    return Reply[Pricing](data=views.pricing(products))


@router.get(
    "/subscriptions/plans",
    status_code=200,
    summary="The plans, monthly and yearly",
    responses=errors(RateLimitExceededError),
)
async def list_plans(products: Sold) -> Reply[list[PlanView]]:
    return Reply[list[PlanView]](data=views.plans(products))
