"""Stripe through its own package."""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
import stripe
from pydantic import SecretStr

from sync_server.billing.providers.port import (
    Card,
    CheckoutPage,
    CheckoutRequest,
    PaymentReason,
    PaymentStatus,
    ProviderEvent,
    ProviderPayment,
    ProviderSubscription,
)
from sync_server.billing.providers.signatures import stripe_signed
from sync_server.billing.providers.stripe_http import SharedHttpClient
from sync_server.billing.rules import Status
from sync_server.platform.errors import (
    InvalidRequestError,
    ServiceUnavailableError,
    UnauthorizedError,
    UnprocessableError,
)

_STATUSES: Mapping[str, Status | None] = {
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
    "paused": "paused",
    "canceled": "cancelled",
    "incomplete": None,
    "incomplete_expired": None,
}
_REASONS: Mapping[str, PaymentReason] = {
    "subscription_create": "initial",
    "subscription_cycle": "renewal",
    "subscription_update": "update",
}
_SUBSCRIPTION_EVENTS = frozenset(
    {"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
)
_INVOICE_EVENTS = frozenset({"invoice.paid", "invoice.payment_failed"})
_CHARGE_EVENTS = frozenset({"charge.refunded", "charge.dispute.created"})


@dataclass(frozen=True, kw_only=True)
class StripeKeys:
    api_key: SecretStr
    webhook_secret: SecretStr
    url: str


class Stripe:
    name: Literal["stripe"] = "stripe"

    def __init__(self, *, keys: StripeKeys, http: httpx.AsyncClient) -> None:
        self._keys = keys
        self._http = http

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutPage:
        custom = dict(request.custom)
        params: dict[str, Any] = {
            "mode": "subscription" if request.recurring else "payment",
            "line_items": [{"price": request.price_id, "quantity": 1}],
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "expires_at": int(request.expires_at.timestamp()),
            "client_reference_id": custom["user_id"],
            "metadata": custom,
        }
        if request.customer_id:
            params["customer"] = request.customer_id
        else:
            params["customer_email"] = request.email
        if request.recurring:
            params["subscription_data"] = {"metadata": custom}
        else:
            params["payment_intent_data"] = {"metadata": {**custom, "price_id": request.price_id}}
        session = await self._ask(
            self._client().v1.checkout.sessions.create_async(
                params,  # type: ignore[arg-type]  # built above, field by field
                {"idempotency_key": request.key},
            )
        )
        return CheckoutPage(url=session["url"], reference=session["id"], expires_at=request.expires_at)

    async def portal_url(self, subscription: str, *, customer: str, return_url: str) -> str:  # noqa: ARG002 - its portal is the customer's
        session = await self._ask(
            self._client().v1.billing_portal.sessions.create_async(
                {"customer": customer, "return_url": return_url}
            )
        )
        return str(session["url"])

    async def change_plan(self, subscription: str, *, price_id: str, prorate: bool, key: str) -> None:
        """Charged at once, and not changed at all where the card is refused."""
        client = self._client()
        present = await self._ask(client.v1.subscriptions.retrieve_async(subscription))
        await self._ask(
            client.v1.subscriptions.update_async(
                subscription,
                {
                    "items": [{"id": present["items"]["data"][0]["id"], "price": price_id}],
                    "proration_behavior": "always_invoice" if prorate else "none",
                    "payment_behavior": "error_if_incomplete",
                },
                {"idempotency_key": key},
            )
        )

    async def cancel(self, subscription: str) -> None:
        await self._set_cancel(subscription, cancel=True)

    async def resume(self, subscription: str) -> None:
        await self._set_cancel(subscription, cancel=False)

    async def set_payment_method(
        self, subscription: str, *, customer: str, payment_method: str | None
    ) -> str | None:
        if payment_method is None:
            raise InvalidRequestError(
                "Name the payment method.", advice="Send payment_method_id, such as pm_….", field="payment"
            )
        client = self._client()
        await self._ask(client.v1.payment_methods.attach_async(payment_method, {"customer": customer}))
        await self._ask(
            client.v1.subscriptions.update_async(subscription, {"default_payment_method": payment_method})
        )
        return None

    async def subscription(self, subscription: str) -> ProviderSubscription:
        found = await self._ask(
            self._client().v1.subscriptions.retrieve_async(
                subscription, {"expand": ["default_payment_method"]}
            )
        )
        item = found["items"]["data"][0]
        status = _STATUSES[found["status"]]
        reason = (found.get("cancellation_details") or {}).get("reason")
        if status == "cancelled" and reason == "payment_failed":
            status = "expired"
        card = (found.get("default_payment_method") or {}).get("card")
        return ProviderSubscription(
            id=found["id"],
            customer_id=found["customer"],
            price_id=item["price"]["id"],
            status=status,
            period_start=_time(item["current_period_start"]),
            period_end=_time(item["current_period_end"]),
            cancel_at_period_end=bool(found["cancel_at_period_end"]),
            created_at=_time(found["created"]),
            card=Card(brand=card["brand"], last_four=card["last4"]) if card else None,
            custom=found.get("metadata") or {},
        )

    async def payment(self, reference: str) -> ProviderPayment:
        """`reference` is an invoice, a payment intent or a charge, told apart by Stripe's prefixes."""
        client = self._client()
        if reference.startswith("ch_"):
            charge = await self._ask(client.v1.charges.retrieve_async(reference))
            reference = charge["payment_intent"]
        if reference.startswith("pi_"):
            paid = await self._ask(
                client.v1.invoice_payments.list_async(
                    {"payment": {"type": "payment_intent", "payment_intent": reference}}
                )
            )
            if not paid["data"]:
                return _package_payment(await self._intent(reference))
            reference = paid["data"][0]["invoice"]
        invoice = await self._ask(client.v1.invoices.retrieve_async(reference))
        payments = await self._ask(client.v1.invoice_payments.list_async({"invoice": reference}))
        intents = [row["payment"].get("payment_intent") for row in payments["data"]]
        refunded = sum([_refunded(await self._intent(intent)) for intent in intents if intent])
        return _invoice_payment(invoice, refunded=refunded)

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
        secret = _needed(self._keys.webhook_secret, "PENTIMENTO_STRIPE_WEBHOOK_SECRET")
        if not stripe_signed(body, headers.get("stripe-signature", ""), secret=secret, now=now):
            raise UnauthorizedError(
                "The webhook's signature is missing, wrong or older than five minutes.",
                advice="Sign the raw body with this server's webhook secret and the time of sending.",
            )

    def read_event(self, body: bytes) -> ProviderEvent:
        try:
            document = json.loads(body)
            event_id, kind = str(document["id"]), str(document["type"])
            thing = document["data"]["object"]
            subscription, reference = _subjects(kind, thing)
            custom = {str(name): str(value) for name, value in (thing.get("metadata") or {}).items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidRequestError("The webhook's body is not one of this provider's events.") from None
        return ProviderEvent(
            id=event_id,
            kind=kind,
            subscription_id=subscription,
            payment_reference=reference,
            failed_payment=kind == "invoice.payment_failed",
            custom=custom,
        )

    async def _set_cancel(self, subscription: str, *, cancel: bool) -> None:
        await self._ask(
            self._client().v1.subscriptions.update_async(subscription, {"cancel_at_period_end": cancel})
        )

    async def _intent(self, intent: str) -> dict[str, Any]:
        return await self._ask(
            self._client().v1.payment_intents.retrieve_async(intent, {"expand": ["latest_charge"]})
        )

    def _client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            _needed(self._keys.api_key, "PENTIMENTO_STRIPE_API_KEY"),
            base_addresses={"api": self._keys.url.rstrip("/")},
            http_client=SharedHttpClient(http=self._http),
            max_network_retries=0,
        )

    @staticmethod
    async def _ask(call: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = (await call).to_dict()
        except stripe.CardError as error:
            raise UnprocessableError(
                "The payment was declined.", advice="Change the payment method, then try again."
            ) from error
        except stripe.AuthenticationError as error:
            raise ServiceUnavailableError(
                "The payment provider does not accept this server's key.",
                advice="The operator has to set {setting}.",
                setting="PENTIMENTO_STRIPE_API_KEY",
            ) from error
        except stripe.InvalidRequestError as error:
            raise UnprocessableError(
                "The payment provider refused the change.", advice="Look at the plan's state in the portal."
            ) from error
        except stripe.StripeError as error:
            raise ServiceUnavailableError(
                "The payment provider does not answer.",
                advice="Try again in a moment; nothing was charged twice.",
            ) from error
        return answer


def _needed(value: SecretStr, setting: str) -> str:
    if not value.get_secret_value():
        raise ServiceUnavailableError(
            "Payments are not set up on this server.",
            advice="The operator has to set {setting}.",
            details={"setting": setting},
            setting=setting,
        )
    return value.get_secret_value()


def _subjects(kind: str, thing: dict[str, Any]) -> tuple[str | None, str | None]:
    """The subscription and the payment that an event is about."""
    if kind in _SUBSCRIPTION_EVENTS:
        return str(thing["id"]), None
    if kind in _INVOICE_EVENTS:
        details = (thing.get("parent") or {}).get("subscription_details") or {}
        subscription = details.get("subscription")
        return (str(subscription), str(thing["id"])) if subscription else (None, None)
    if kind in _CHARGE_EVENTS:
        return None, str(thing["charge"] if kind == "charge.dispute.created" else thing["id"])
    if kind == "checkout.session.completed":
        if thing["mode"] == "subscription":
            return str(thing["subscription"]), None
        return None, str(thing["payment_intent"])
    return None, None


def _refunded(intent: dict[str, Any]) -> int:
    charge = intent.get("latest_charge") or {}
    if charge.get("disputed"):
        return int(charge["amount"])
    return int(charge.get("amount_refunded") or 0)


def _settled(amount: int, refunded: int) -> PaymentStatus:
    if not refunded:
        return "paid"
    return "refunded" if refunded >= amount else "partly_refunded"


def _package_payment(intent: dict[str, Any]) -> ProviderPayment:
    amount, refunded = int(intent["amount"]), _refunded(intent)
    custom = intent.get("metadata") or {}
    return ProviderPayment(
        id=intent["id"],
        reason="order",
        status=_settled(amount, refunded) if intent["status"] == "succeeded" else "open",
        amount=amount,
        refunded=refunded,
        currency=str(intent["currency"]).upper(),
        billed_at=_time(intent["created"]),
        price_id=custom.get("price_id"),
        receipt_url=(intent.get("latest_charge") or {}).get("receipt_url"),
        custom=custom,
    )


def _invoice_payment(invoice: dict[str, Any], *, refunded: int) -> ProviderPayment:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    amount = int(invoice["total"])
    status: PaymentStatus = "open"
    if invoice["status"] == "paid":
        status = _settled(amount, refunded)
    elif invoice["status"] in {"void", "uncollectible"}:
        status = "void"
    return ProviderPayment(
        id=invoice["id"],
        reason=_REASONS.get(invoice["billing_reason"], "update"),
        status=status,
        amount=amount,
        refunded=refunded,
        currency=str(invoice["currency"]).upper(),
        billed_at=_time(invoice["created"]),
        subscription_id=details.get("subscription"),
        receipt_url=invoice.get("hosted_invoice_url"),
        custom=details.get("metadata") or {},
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
