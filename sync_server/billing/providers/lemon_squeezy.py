"""Lemon Squeezy over its JSON:API."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import httpx
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
from sync_server.billing.providers.signatures import lemon_squeezy_signed
from sync_server.billing.rules import Status
from sync_server.platform.errors import (
    InvalidRequestError,
    NotFoundError,
    ServiceUnavailableError,
    UnauthorizedError,
    UnprocessableError,
)

_STATUSES: Mapping[str, Status] = {
    "on_trial": "trialing",
    "active": "active",
    "paused": "paused",
    "past_due": "past_due",
    "unpaid": "past_due",
    "cancelled": "active",
    "expired": "expired",
}
_PAYMENT_STATUSES: Mapping[str, PaymentStatus] = {
    "pending": "open",
    "failed": "failed",
    "paid": "paid",
    "void": "void",
    "refunded": "refunded",
    "partial_refund": "partly_refunded",
    "fraudulent": "refunded",
}
_REASONS: Mapping[str, PaymentReason] = {"initial": "initial", "renewal": "renewal", "updated": "update"}
_SUBSCRIPTION_EVENTS = frozenset(
    {
        "subscription_created",
        "subscription_updated",
        "subscription_cancelled",
        "subscription_resumed",
        "subscription_expired",
        "subscription_paused",
        "subscription_unpaused",
    }
)
_PAYMENT_EVENTS = frozenset(
    {
        "subscription_payment_success",
        "subscription_payment_failed",
        "subscription_payment_recovered",
        "subscription_payment_refunded",
    }
)
_ORDER_EVENTS = frozenset({"order_created", "order_refunded"})
_JSON_API = "application/vnd.api+json"


@dataclass(frozen=True, kw_only=True)
class LemonSqueezyKeys:
    api_key: SecretStr
    webhook_secret: SecretStr
    store_id: str
    url: str


class LemonSqueezy:
    name: Literal["lemon_squeezy"] = "lemon_squeezy"

    def __init__(self, *, keys: LemonSqueezyKeys, http: httpx.AsyncClient) -> None:
        self._keys = keys
        self._http = http

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutPage:
        document = await self._send(
            "POST",
            "/v1/checkouts",
            {
                "data": {
                    "type": "checkouts",
                    "attributes": {
                        "product_options": {"redirect_url": request.success_url},
                        "checkout_data": {"email": request.email, "custom": dict(request.custom)},
                        "expires_at": request.expires_at.isoformat(),
                    },
                    "relationships": {
                        "store": {"data": {"type": "stores", "id": self._store()}},
                        "variant": {"data": {"type": "variants", "id": request.price_id}},
                    },
                }
            },
        )
        data = document["data"]
        return CheckoutPage(
            url=data["attributes"]["url"], reference=str(data["id"]), expires_at=request.expires_at
        )

    async def portal_url(self, subscription: str, *, customer: str, return_url: str) -> str:  # noqa: ARG002 - the port's; its portal knows its own way back
        attributes = await self._attributes(f"/v1/subscriptions/{subscription}")
        return str(attributes["urls"]["customer_portal"])

    async def change_plan(self, subscription: str, *, price_id: str, prorate: bool, key: str) -> None:  # noqa: ARG002 - the same change twice is one change there
        charge = {"invoice_immediately": True} if prorate else {"disable_prorations": True}
        await self._update(subscription, {"variant_id": int(price_id), **charge})

    async def cancel(self, subscription: str) -> None:
        await self._send("DELETE", f"/v1/subscriptions/{subscription}")

    async def resume(self, subscription: str) -> None:
        await self._update(subscription, {"cancelled": False})

    async def set_payment_method(
        self,
        subscription: str,
        *,
        customer: str,  # noqa: ARG002 - the port's
        payment_method: str | None,  # noqa: ARG002 - Lemon Squeezy takes cards only on its own page
    ) -> str | None:
        attributes = await self._attributes(f"/v1/subscriptions/{subscription}")
        return str(attributes["urls"]["update_payment_method"])

    async def subscription(self, subscription: str) -> ProviderSubscription:
        attributes = await self._attributes(f"/v1/subscriptions/{subscription}")
        status = _STATUSES[attributes["status"]]
        cancelled = bool(attributes["cancelled"])
        if status == "expired" and cancelled:
            status = "cancelled"
        trial_end, ends_at = attributes.get("trial_ends_at"), attributes.get("ends_at")
        end: str = ends_at if ends_at and cancelled else attributes["renews_at"]
        if status == "trialing" and trial_end:
            end = trial_end
        return ProviderSubscription(
            id=subscription,
            customer_id=str(attributes["customer_id"]),
            price_id=str(attributes["variant_id"]),
            status=status,
            period_start=_time(attributes["created_at"]) if status == "trialing" else None,
            period_end=_time(end),
            cancel_at_period_end=cancelled and status in {"trialing", "active"},
            created_at=_time(attributes["created_at"]),
            card=Card(brand=attributes["card_brand"], last_four=attributes["card_last_four"])
            if attributes.get("card_last_four")
            else None,
        )

    async def payment(self, reference: str) -> ProviderPayment:
        """`reference` is `invoice:ID` or `order:ID`. A subscription's first order is its first invoice."""
        kind, _, number = reference.partition(":")
        if kind == "invoice":
            return _invoice(number, await self._attributes(f"/v1/subscription-invoices/{number}"))
        order = await self._attributes(f"/v1/orders/{number}")
        bought = await self._list("/v1/subscriptions", {"filter[order_id]": number})
        if bought:
            invoices = await self._list(
                "/v1/subscription-invoices", {"filter[subscription_id]": str(bought[0]["id"])}
            )
            for invoice in invoices:
                if invoice["attributes"]["billing_reason"] == "initial":
                    return _invoice(str(invoice["id"]), invoice["attributes"])
        return _order(number, order)

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:  # noqa: ARG002 - these signatures hold no time
        secret = self._needed(self._keys.webhook_secret, "PENTIMENTO_LEMON_SQUEEZY_WEBHOOK_SECRET")
        if not lemon_squeezy_signed(body, headers.get("x-signature", ""), secret=secret):
            raise UnauthorizedError(
                "The webhook's signature is missing or wrong.",
                advice="Sign the raw body with this server's webhook secret.",
            )

    def read_event(self, body: bytes) -> ProviderEvent:
        """Its events have no id of their own: the body's hash is one."""
        event_id = hashlib.sha256(body).hexdigest()
        try:
            document = json.loads(body)
            kind = str(document["meta"]["event_name"])
            custom = document["meta"].get("custom_data") or {}
            data_id = str(document["data"]["id"])
            values = {str(name): str(value) for name, value in custom.items()}
            subscription = None
            if kind in _SUBSCRIPTION_EVENTS:
                subscription = data_id
            elif kind in _PAYMENT_EVENTS:
                subscription = str(document["data"]["attributes"]["subscription_id"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidRequestError("The webhook's body is not one of this provider's events.") from None
        reference = None
        if kind in _PAYMENT_EVENTS:
            reference = f"invoice:{data_id}"
        elif kind in _ORDER_EVENTS:
            reference = f"order:{data_id}"
        return ProviderEvent(
            id=event_id,
            kind=kind,
            subscription_id=subscription,
            payment_reference=reference,
            failed_payment=kind == "subscription_payment_failed",
            custom=values,
        )

    async def _update(self, subscription: str, attributes: dict[str, Any]) -> None:
        body = {"data": {"type": "subscriptions", "id": subscription, "attributes": attributes}}
        await self._send("PATCH", f"/v1/subscriptions/{subscription}", body)

    async def _attributes(self, path: str) -> dict[str, Any]:
        attributes: dict[str, Any] = (await self._send("GET", path))["data"]["attributes"]
        return attributes

    async def _list(self, path: str, filters: dict[str, str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self._send("GET", path, params=filters))["data"]
        return rows

    async def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        key = self._needed(self._keys.api_key, "PENTIMENTO_LEMON_SQUEEZY_API_KEY")
        headers = {"Authorization": f"Bearer {key}", "Accept": _JSON_API, "Content-Type": _JSON_API}
        try:
            response = await self._http.request(
                method,
                self._keys.url.rstrip("/") + path,
                params=params,
                content=json.dumps(body) if body is not None else None,
                headers=headers,
            )
        except httpx.HTTPError as error:
            raise _unreachable() from error
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFoundError("The payment provider does not know {path}.", path=path)
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise UnprocessableError(
                "The payment provider refused the change.", advice="Look at the plan's state in the portal."
            )
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise ServiceUnavailableError(
                "The payment provider does not accept this server's key.",
                advice="The operator has to set {setting}.",
                setting="PENTIMENTO_LEMON_SQUEEZY_API_KEY",
            )
        if response.is_error:
            raise _unreachable()
        document: dict[str, Any] = response.json() if response.content else {}
        return document

    def _store(self) -> str:
        return self._needed(SecretStr(self._keys.store_id), "PENTIMENTO_LEMON_SQUEEZY_STORE_ID")

    @staticmethod
    def _needed(value: SecretStr, setting: str) -> str:
        if not value.get_secret_value():
            raise ServiceUnavailableError(
                "Payments are not set up on this server.",
                advice="The operator has to set {setting}.",
                details={"setting": setting},
                setting=setting,
            )
        return value.get_secret_value()


def _unreachable() -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "The payment provider does not answer.", advice="Try again in a moment; nothing was charged twice."
    )


def _invoice(number: str, attributes: dict[str, Any]) -> ProviderPayment:
    return ProviderPayment(
        id=f"invoice:{number}",
        reason=_REASONS[attributes["billing_reason"]],
        status=_PAYMENT_STATUSES[attributes["status"]],
        amount=int(attributes["total"]),
        refunded=int(attributes.get("refunded_amount") or 0),
        currency=attributes["currency"],
        billed_at=_time(attributes["created_at"]),
        subscription_id=str(attributes["subscription_id"]),
        receipt_url=attributes["urls"].get("invoice_url"),
    )


def _order(number: str, attributes: dict[str, Any]) -> ProviderPayment:
    total = int(attributes["total"])
    fraud = attributes["status"] == "fraudulent"
    return ProviderPayment(
        id=f"order:{number}",
        reason="order",
        status=_PAYMENT_STATUSES[attributes["status"]],
        amount=total,
        refunded=total if fraud else int(attributes.get("refunded_amount") or 0),
        currency=attributes["currency"],
        billed_at=_time(attributes["created_at"]),
        price_id=str(attributes["first_order_item"]["variant_id"]),
        receipt_url=attributes["urls"].get("receipt"),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
