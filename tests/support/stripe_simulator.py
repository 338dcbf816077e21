"""Stripe, as far as we speak with it: its form-encoded API with idempotency keys, a buyer, signed webhooks.

python -m tests.support.stripe_simulator --port 8071 --webhook-url http://127.0.0.1:8000/api/v1/payments/webhooks/stripe
"""

import argparse
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from sync_server.billing.rules import add_months
from sync_server.platform.ports import Clock, utc_now
from tests.support.webhooks import Outbox, stripe_header


@dataclass(frozen=True, kw_only=True)
class Price:
    cents: int
    months: int


DEMO_PRICES: Mapping[str, Price] = {
    "price_starter": Price(cents=999, months=1),
    "price_pro": Price(cents=2999, months=1),
    "price_studio": Price(cents=5999, months=1),
    "price_pro_year": Price(cents=29990, months=12),
    "price_100": Price(cents=999, months=0),
    "price_500": Price(cents=3999, months=0),
}


class StripeSimulator:
    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        secret: str = "whsec_simulator",
        prices: Mapping[str, Price] = DEMO_PRICES,
        address: str = "http://stripe.test",
    ) -> None:
        self._clock = clock
        self._prices = prices
        self._address = address
        self._numbers = itertools.count(1)
        self._replies: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.intent_of: dict[str, str] = {}
        self.down = False
        self.declines = False
        self.outbox = Outbox(sign=lambda body: stripe_header(body, secret=secret, clock=clock))
        self.app = _application(self)

    # What a buyer and time do

    def pay(self, checkout_url: str) -> str:
        """Pay on a checkout's page; the subscription's id, or the payment intent's where it sells once."""
        session = self.sessions[checkout_url.rsplit("/", 1)[1]]
        price = session["line_items"]["0"]["price"]
        metadata = session["metadata"]
        if session["mode"] == "payment":
            intent = self._intent(self._prices[price].cents, session["payment_intent_data"]["metadata"])
            self._tell("checkout.session.completed", {**session, "payment_intent": intent})
            return intent
        number = self._number("sub")
        start = self._clock()
        self.subscriptions[number] = {
            "id": number,
            "object": "subscription",
            "customer": session.get("customer") or self._number("cus"),
            "status": "active",
            "items": {
                "object": "list",
                "data": [
                    {
                        "id": self._number("si"),
                        "object": "subscription_item",
                        "price": {"id": price, "object": "price"},
                        "current_period_start": int(start.timestamp()),
                        "current_period_end": _months_on(start, self._prices[price].months),
                    }
                ],
            },
            "cancel_at_period_end": False,
            "cancellation_details": {"reason": None},
            "default_payment_method": {
                "id": "pm_1",
                "object": "payment_method",
                "card": {"brand": "visa", "last4": "4242"},
            },
            "created": int(start.timestamp()),
            "metadata": metadata,
        }
        self._tell("customer.subscription.created", self.subscriptions[number])
        self._tell("invoice.paid", self._invoice(number, "subscription_create", self._prices[price].cents))
        self._tell("checkout.session.completed", {**session, "subscription": number})
        return number

    def renew(self, number: str, *, declined: bool = False) -> str:
        """The next period begins; its invoice's id."""
        item = self._item(number)
        price = self._prices[item["price"]["id"]]
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = _months_on(
            datetime.fromtimestamp(item["current_period_start"], UTC), price.months
        )
        invoice = self._invoice(number, "subscription_cycle", price.cents, paid=not declined)
        if declined:
            self.subscriptions[number]["status"] = "past_due"
        self._tell("customer.subscription.updated", self.subscriptions[number])
        self._tell("invoice.payment_failed" if declined else "invoice.paid", invoice)
        return str(invoice["id"])

    def recover(self, number: str, invoice: str) -> None:
        """A declined renewal is paid after all."""
        row = self.invoices[invoice]
        row["status"] = "paid"
        self.intent_of[invoice] = self._intent(row["total"], {})
        self.subscriptions[number]["status"] = "active"
        self._tell("customer.subscription.updated", self.subscriptions[number])
        self._tell("invoice.paid", row)

    def expire(self, number: str) -> None:
        subscription = self.subscriptions[number]
        reason = "cancellation_requested" if subscription["cancel_at_period_end"] else "payment_failed"
        subscription.update(status="canceled", cancellation_details={"reason": reason})
        self._tell("customer.subscription.deleted", subscription)

    def refund_invoice(self, invoice: str, *, cents: int | None = None) -> None:
        self.refund_order(self.intent_of[invoice], cents=cents)

    def refund_order(self, intent: str, *, cents: int | None = None) -> None:
        charge = self.intents[intent]["latest_charge"]
        charge["amount_refunded"] = cents or charge["amount"]
        self._tell("charge.refunded", charge)

    def dispute_order(self, intent: str) -> None:
        """The buyer's bank takes the money back."""
        charge = self.intents[intent]["latest_charge"]
        charge["disputed"] = True
        self._tell(
            "charge.dispute.created",
            {
                "id": self._number("dp"),
                "object": "dispute",
                "charge": charge["id"],
                "payment_intent": intent,
                "amount": charge["amount"],
                "status": "needs_response",
            },
        )

    def set_status(self, number: str, status: str) -> None:
        """What happens in Stripe's own pages: pausing, a trial's beginning."""
        self.subscriptions[number]["status"] = status
        self._tell("customer.subscription.updated", self.subscriptions[number])

    # What the API does

    def create_session(self, form: dict[str, Any]) -> dict[str, Any]:
        number = self._number("cs")
        self.sessions[number] = {
            **form,
            "id": number,
            "object": "checkout.session",
            "url": f"{self._address}/pay/{number}",
        }
        return self.sessions[number]

    def update(self, number: str, form: dict[str, Any]) -> dict[str, Any] | None:
        """None where the card is declined, and then nothing changed."""
        subscription = self.subscriptions[number]
        if "cancel_at_period_end" in form:
            subscription["cancel_at_period_end"] = form["cancel_at_period_end"] == "true"
        if "default_payment_method" in form:
            method = subscription["default_payment_method"]
            method.update(id=form["default_payment_method"], card={"brand": "mastercard", "last4": "4444"})
        wanted = form.get("items", {}).get("0", {}).get("price")
        invoice = None
        if wanted:
            if self.declines:
                return None
            item = self._item(number)
            old, new = self._prices[item["price"]["id"]], self._prices[wanted]
            item["price"]["id"] = wanted
            if new.months != old.months:
                item["current_period_start"] = int(self._clock().timestamp())
                item["current_period_end"] = _months_on(self._clock(), new.months)
            if form["proration_behavior"] == "always_invoice" and new.cents > old.cents:
                invoice = self._invoice(number, "subscription_update", new.cents - old.cents)
        self._tell("customer.subscription.updated", subscription)
        if invoice:
            self._tell("invoice.paid", invoice)
        return subscription

    def once(self, key: str | None, reply: dict[str, Any]) -> dict[str, Any]:
        return self._replies.setdefault(key, reply) if key else reply

    def known(self, key: str | None) -> dict[str, Any] | None:
        return self._replies.get(key) if key else None

    def invoice_payments(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            {
                "id": f"inpay_{invoice}",
                "object": "invoice_payment",
                "invoice": invoice,
                "payment": {"type": "payment_intent", "payment_intent": intent},
            }
            for invoice, intent in self.intent_of.items()
            if query.get("invoice") in {None, invoice}
            and query.get("payment[payment_intent]") in {None, intent}
        ]

    def _item(self, number: str) -> dict[str, Any]:
        item: dict[str, Any] = self.subscriptions[number]["items"]["data"][0]
        return item

    def _invoice(self, number: str, reason: str, cents: int, *, paid: bool = True) -> dict[str, Any]:
        invoice = self._number("in")
        self.invoices[invoice] = {
            "id": invoice,
            "object": "invoice",
            "billing_reason": reason,
            "status": "paid" if paid else "open",
            "total": cents,
            "currency": "usd",
            "created": int(self._clock().timestamp()),
            "hosted_invoice_url": f"{self._address}/invoices/{invoice}",
            "parent": {
                "subscription_details": {
                    "subscription": number,
                    "metadata": self.subscriptions[number]["metadata"],
                }
            },
        }
        if paid:
            self.intent_of[invoice] = self._intent(cents, {})
        return self.invoices[invoice]

    def _intent(self, cents: int, metadata: dict[str, str]) -> str:
        intent, charge = self._number("pi"), self._number("ch")
        self.intents[intent] = {
            "id": intent,
            "object": "payment_intent",
            "status": "succeeded",
            "amount": cents,
            "currency": "usd",
            "created": int(self._clock().timestamp()),
            "metadata": metadata,
            "latest_charge": {
                "id": charge,
                "object": "charge",
                "payment_intent": intent,
                "amount": cents,
                "amount_refunded": 0,
                "disputed": False,
                "receipt_url": f"{self._address}/receipts/{charge}",
                "metadata": metadata,
            },
        }
        return intent

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        self.outbox.add(
            kind,
            {
                "id": self._number("evt"),
                "object": "event",
                "type": kind,
                "created": int(self._clock().timestamp()),
                "data": {"object": thing},
            },
        )

    def _number(self, prefix: str) -> str:
        return f"{prefix}_{1000 + next(self._numbers)}"


def _months_on(moment: datetime, months: int) -> int:
    return int(add_months(moment, months).timestamp())


def _form(body: bytes) -> dict[str, Any]:
    """`a[b][0]=c` as nested dictionaries."""
    form: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode()):
        *parents, last = name.replace("]", "").split("[")
        place = form
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return form


def _refused(status: int, kind: str, code: str) -> JSONResponse:
    return JSONResponse({"error": {"type": kind, "code": code, "message": code}}, status_code=status)


def _application(stripe: StripeSimulator) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def outage(request: Request, call_next: Any) -> Any:
        if stripe.down:
            return _refused(500, "api_error", "down")
        if request.url.path.startswith("/v1") and not request.headers.get("Authorization"):
            return _refused(401, "invalid_request_error", "no_key")
        return await call_next(request)

    @app.post("/v1/checkout/sessions")
    async def create_session(request: Request) -> dict[str, Any]:
        key = request.headers.get("Idempotency-Key")
        return stripe.known(key) or stripe.once(key, stripe.create_session(_form(await request.body())))

    @app.post("/v1/billing_portal/sessions")
    async def create_portal(request: Request) -> dict[str, Any]:
        customer = _form(await request.body())["customer"]
        return {
            "id": "bps_1",
            "object": "billing_portal.session",
            "url": f"http://stripe.test/portal/{customer}",
        }

    @app.post("/v1/payment_methods/{method}/attach")
    async def attach(method: str) -> dict[str, Any]:
        return {"id": method, "object": "payment_method"}

    _serve_objects(app, stripe)

    @app.get("/pay/{number}")
    async def page(number: str) -> HTMLResponse:
        return HTMLResponse(
            f'<form method="post" action="/simulator/checkouts/{number}/pay"><button>Pay</button></form>'
        )

    return app


def _serve_objects(app: FastAPI, stripe: StripeSimulator) -> None:
    @app.get("/v1/subscriptions/{number}", response_model=None)
    async def read_subscription(number: str) -> dict[str, Any] | JSONResponse:
        return stripe.subscriptions.get(number) or _refused(404, "invalid_request_error", "resource_missing")

    @app.post("/v1/subscriptions/{number}", response_model=None)
    async def update_subscription(number: str, request: Request) -> dict[str, Any] | JSONResponse:
        changed = stripe.update(number, _form(await request.body()))
        return changed or _refused(402, "card_error", "card_declined")

    @app.get("/v1/invoices/{invoice}")
    async def read_invoice(invoice: str) -> dict[str, Any]:
        return stripe.invoices[invoice]

    @app.get("/v1/invoice_payments")
    async def list_invoice_payments(request: Request) -> dict[str, Any]:
        rows = stripe.invoice_payments(request.query_params)
        return {"object": "list", "data": rows, "has_more": False, "url": "/v1/invoice_payments"}

    @app.get("/v1/payment_intents/{intent}")
    async def read_intent(intent: str) -> dict[str, Any]:
        return stripe.intents[intent]

    @app.get("/v1/charges/{charge}")
    async def read_charge(charge: str) -> dict[str, Any]:
        charges = [intent["latest_charge"] for intent in stripe.intents.values()]
        return next(row for row in charges if row["id"] == charge)


def main() -> None:
    arguments = argparse.ArgumentParser(description="A payment provider for one's own machine.")
    arguments.add_argument("--port", type=int, default=8071)
    arguments.add_argument("--secret", default="whsec_simulator")
    arguments.add_argument("--webhook-url", required=True)
    given = arguments.parse_args()
    stripe = StripeSimulator(secret=given.secret, address=f"http://127.0.0.1:{given.port}")

    @stripe.app.post("/simulator/checkouts/{number}/pay")
    async def pay(number: str) -> dict[str, str]:
        bought = stripe.pay(f"/{number}")
        async with httpx.AsyncClient() as client:
            await stripe.outbox.deliver(client, given.webhook_url)
        return {"bought": bought}

    uvicorn.run(stripe.app, host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
