"""Lemon Squeezy, as far as we speak with it: its JSON:API, a shop where one pays, and its signed webhooks.

    python -m tests.support.lemon_squeezy_simulator --port 8070 --webhook-url http://127.0.0.1:8000/api/v1/payments/webhooks/lemon-squeezy

Prices are known by variant, in cents; `months` 0 sells once. `POST /simulator/checkouts/{id}/pay` is the buyer.
"""

import argparse
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from sync_server.billing.rules import add_months
from sync_server.platform.ports import Clock, utc_now
from tests.support.webhooks import Outbox, lemon_squeezy_header

_INVOICE_EVENTS = {"paid": "subscription_payment_success", "pending": "subscription_payment_failed"}


@dataclass(frozen=True, kw_only=True)
class Variant:
    cents: int
    months: int


DEMO_VARIANTS: Mapping[str, Variant] = {
    "101": Variant(cents=999, months=1),
    "102": Variant(cents=2999, months=1),
    "103": Variant(cents=5999, months=1),
    "202": Variant(cents=29990, months=12),
    "301": Variant(cents=999, months=0),
    "302": Variant(cents=3999, months=0),
}


class LemonSqueezySimulator:
    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        secret: str = "lemon-secret",
        variants: Mapping[str, Variant] = DEMO_VARIANTS,
        address: str = "http://lemon.test",
    ) -> None:
        self._clock = clock
        self._variants = variants
        self._address = address
        self._numbers = itertools.count(1)
        self.checkouts: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.customs: dict[str, dict[str, str]] = {}
        self.down = False
        self.outbox = Outbox(sign=lambda body: lemon_squeezy_header(body, secret=secret))
        self.app = _application(self)

    # What a buyer and time do

    def pay(self, checkout_url: str) -> str:
        """Pay on a checkout's page; the subscription's id, or the order's where it sells once."""
        checkout = self.checkouts[checkout_url.rsplit("/", 1)[1]]
        variant_id, variant = checkout["variant"], self._variants[checkout["variant"]]
        now = self._clock().isoformat()
        order = self._number()
        self.orders[order] = {
            "status": "paid",
            "total": variant.cents,
            "refunded_amount": 0,
            "currency": "USD",
            "first_order_item": {"variant_id": int(variant_id)},
            "urls": {"receipt": f"{self._address}/receipts/{order}"},
            "created_at": now,
        }
        self.customs[f"orders:{order}"] = checkout["custom"]
        self._tell("order_created", "orders", order)
        if not variant.months:
            return order
        number = self._number()
        self.customs[f"subscriptions:{number}"] = checkout["custom"]
        self.subscriptions[number] = {
            "customer_id": 7,
            "order_id": int(order),
            "variant_id": int(variant_id),
            "status": "active",
            "card_brand": "visa",
            "card_last_four": "4242",
            "cancelled": False,
            "trial_ends_at": None,
            "renews_at": add_months(self._clock(), variant.months).isoformat(),
            "ends_at": None,
            "created_at": now,
            "updated_at": now,
            "urls": {
                "customer_portal": f"{self._address}/billing/{number}",
                "update_payment_method": f"{self._address}/card/{number}",
            },
        }
        self._tell("subscription_created", "subscriptions", number)
        self._invoice(number, "initial", "paid", variant.cents)
        return number

    def renew(self, number: str, *, declined: bool = False) -> str:
        """The next period's payment; the invoice's id."""
        subscription = self.subscriptions[number]
        variant = self._variants[str(subscription["variant_id"])]
        if declined:
            self._change(number, "subscription_updated", status="past_due")
            return self._invoice(number, "renewal", "pending", variant.cents)
        return self._renewed(number, self._invoice(number, "renewal", "paid", variant.cents, tell=False))

    def recover(self, number: str, invoice: str) -> None:
        """A declined renewal is paid after all."""
        self.invoices[invoice]["status"] = "paid"
        self._renewed(number, invoice)

    def expire(self, number: str) -> None:
        self._change(number, "subscription_expired", status="expired", ends_at=self._clock().isoformat())

    def refund_invoice(self, invoice: str, *, cents: int | None = None) -> None:
        row = self.invoices[invoice]
        row["refunded_amount"] = cents or row["total"]
        row["status"] = "refunded" if row["refunded_amount"] == row["total"] else "partial_refund"
        self._tell("subscription_payment_refunded", "subscription-invoices", invoice)

    def refund_order(self, order: str, *, cents: int | None = None) -> None:
        row = self.orders[order]
        row["refunded_amount"] = cents or row["total"]
        row["status"] = "refunded" if row["refunded_amount"] == row["total"] else "partial_refund"
        self._tell("order_refunded", "orders", order)

    def set_status(self, number: str, status: str, event: str, **values: Any) -> None:
        """What happens in Lemon Squeezy's own pages: pausing, a trial's beginning."""
        self._change(number, event, status=status, **values)

    # What the API does

    def create_checkout(self, document: dict[str, Any]) -> dict[str, Any]:
        data = document["data"]
        number = self._number()
        self.checkouts[number] = {
            "variant": data["relationships"]["variant"]["data"]["id"],
            "custom": data["attributes"]["checkout_data"]["custom"],
        }
        attributes = {**data["attributes"], "url": f"{self._address}/checkout/{number}"}
        return {"data": {"type": "checkouts", "id": number, "attributes": attributes}}

    def update(self, number: str, attributes: dict[str, Any]) -> None:
        subscription = self.subscriptions[number]
        if attributes.get("cancelled") is False:
            self._change(number, "subscription_resumed", cancelled=False, ends_at=None, status="active")
        variant_id = attributes.get("variant_id")
        if variant_id is None or variant_id == subscription["variant_id"]:
            return
        old, new = (
            self._variants[str(subscription["variant_id"])],
            self._variants[str(variant_id)],
        )
        renews = {}
        if new.months != old.months:
            renews["renews_at"] = add_months(self._clock(), new.months).isoformat()
        self._change(number, "subscription_updated", variant_id=variant_id, **renews)
        if attributes.get("invoice_immediately"):
            self._invoice(number, "updated", "paid", max(0, new.cents - old.cents))

    def cancel(self, number: str) -> None:
        subscription = self.subscriptions[number]
        self._change(
            number,
            "subscription_cancelled",
            cancelled=True,
            status="cancelled",
            ends_at=subscription["renews_at"],
        )

    def _renewed(self, number: str, invoice: str) -> str:
        subscription = self.subscriptions[number]
        variant = self._variants[str(subscription["variant_id"])]
        renews_at = add_months(datetime.fromisoformat(subscription["renews_at"]), variant.months)
        self._change(number, "subscription_updated", status="active", renews_at=renews_at.isoformat())
        self._tell("subscription_payment_success", "subscription-invoices", invoice)
        return invoice

    def _invoice(self, number: str, reason: str, status: str, cents: int, *, tell: bool = True) -> str:
        invoice = self._number()
        self.customs[f"subscription-invoices:{invoice}"] = self.customs[f"subscriptions:{number}"]
        self.invoices[invoice] = {
            "subscription_id": int(number),
            "billing_reason": reason,
            "status": status,
            "total": cents,
            "refunded_amount": 0,
            "currency": "USD",
            "created_at": self._clock().isoformat(),
            "urls": {"invoice_url": f"{self._address}/invoices/{invoice}"},
        }
        if tell:
            self._tell(_INVOICE_EVENTS[status], "subscription-invoices", invoice)
        return invoice

    def _change(self, number: str, event: str, **values: Any) -> None:
        self.subscriptions[number].update(values, updated_at=self._clock().isoformat())
        self._tell(event, "subscriptions", number)

    def _tell(self, event: str, kind: str, number: str) -> None:
        tables = {
            "orders": self.orders,
            "subscriptions": self.subscriptions,
            "subscription-invoices": self.invoices,
        }
        self.outbox.add(
            event,
            {
                "meta": {"event_name": event, "custom_data": self.customs[f"{kind}:{number}"]},
                "data": {"type": kind, "id": number, "attributes": tables[kind][number]},
            },
        )

    def _number(self) -> str:
        return str(1000 + next(self._numbers))


def _application(shop: LemonSqueezySimulator) -> FastAPI:
    app = FastAPI()
    tables = {
        "subscriptions": shop.subscriptions,
        "orders": shop.orders,
        "subscription-invoices": shop.invoices,
    }

    @app.middleware("http")
    async def outage(request: Request, call_next: Any) -> Any:
        if shop.down:
            return JSONResponse({"errors": [{"status": "503"}]}, status_code=503)
        if request.url.path.startswith("/v1") and not request.headers.get("Authorization"):
            return JSONResponse({"errors": [{"status": "401"}]}, status_code=401)
        return await call_next(request)

    @app.post("/v1/checkouts", status_code=201)
    async def create_checkout(request: Request) -> dict[str, Any]:
        return shop.create_checkout(await request.json())

    @app.get("/v1/{kind}/{number}", response_model=None)
    async def read(kind: str, number: str) -> dict[str, Any] | JSONResponse:
        if number not in tables.get(kind, {}):
            return JSONResponse({"errors": [{"status": "404"}]}, status_code=404)
        return {"data": {"type": kind, "id": number, "attributes": tables[kind][number]}}

    @app.get("/v1/{kind}")
    async def search(kind: str, request: Request) -> dict[str, Any]:
        wanted = {name[7:-1]: value for name, value in request.query_params.items()}
        return {
            "data": [
                {"type": kind, "id": number, "attributes": row}
                for number, row in tables[kind].items()
                if all(str(row[name]) == value for name, value in wanted.items())
            ]
        }

    @app.patch("/v1/subscriptions/{number}")
    async def update(number: str, request: Request) -> dict[str, Any]:
        shop.update(number, (await request.json())["data"]["attributes"])
        return await read("subscriptions", number)  # type: ignore[return-value]  # it is there: it was just changed

    @app.delete("/v1/subscriptions/{number}")
    async def cancel(number: str) -> dict[str, Any]:
        shop.cancel(number)
        return await read("subscriptions", number)  # type: ignore[return-value]  # as above

    @app.get("/checkout/{number}")
    async def page(number: str) -> HTMLResponse:
        return HTMLResponse(
            f'<form method="post" action="/simulator/checkouts/{number}/pay"><button>Pay</button></form>'
        )

    return app


def main() -> None:
    arguments = argparse.ArgumentParser(description="A payment provider for one's own machine.")
    arguments.add_argument("--port", type=int, default=8070)
    arguments.add_argument("--secret", default="lemon-secret")
    arguments.add_argument("--webhook-url", required=True)
    given = arguments.parse_args()
    shop = LemonSqueezySimulator(secret=given.secret, address=f"http://127.0.0.1:{given.port}")

    @shop.app.post("/simulator/checkouts/{number}/pay")
    async def pay(number: str) -> dict[str, str]:
        bought = shop.pay(f"/{number}")
        async with httpx.AsyncClient() as client:
            await shop.outbox.deliver(client, given.webhook_url)
        return {"bought": bought}

    uvicorn.run(shop.app, host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
