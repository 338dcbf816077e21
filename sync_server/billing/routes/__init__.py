"""/payments: plans, subscriptions, purchases, history, webhooks."""

from fastapi import APIRouter

from sync_server.billing.routes import (
    history,
    payment_methods,
    portal,
    pricing,
    purchases,
    subscriptions,
    webhooks,
)

router = APIRouter(prefix="/payments", tags=["payments"])
for part in (pricing, purchases, subscriptions, portal, payment_methods, history, webhooks):
    router.include_router(part.router)

__all__ = ["router"]
