"""What other features, routes and tasks may ask of billing."""

from sync_server.billing.service.checkouts import Checkouts
from sync_server.billing.service.entitlements import (
    CANCEL,
    BillingEntitlements,
    BillingOverview,
    entitlement_facts,
)
from sync_server.billing.service.events import EventHandler, Providers
from sync_server.billing.service.history import PaymentHistory
from sync_server.billing.service.inbox import HANDLE, InboxHealth, WebhookInbox
from sync_server.billing.service.mails import BillingMails
from sync_server.billing.service.operations import BillingOperations
from sync_server.billing.service.payments import Payments
from sync_server.billing.service.products import Products
from sync_server.billing.service.subscriptions import Subscriptions

__all__ = [
    "CANCEL",
    "HANDLE",
    "BillingEntitlements",
    "BillingMails",
    "BillingOperations",
    "BillingOverview",
    "Checkouts",
    "EventHandler",
    "InboxHealth",
    "PaymentHistory",
    "Payments",
    "Products",
    "Providers",
    "Subscriptions",
    "WebhookInbox",
    "entitlement_facts",
]
