"""Both payment providers on loopback ports, and a buyer who pays there."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal, get_args

from sync_server.platform.ports import utc_now
from tests.support.lemon_squeezy_simulator import LemonSqueezySimulator, Variant
from tests.support.loopback import listening
from tests.support.stripe_simulator import Price, StripeSimulator
from tests.support.webhooks import Webhook, lemon_squeezy_header, stripe_header

ProviderName = Literal["stripe", "lemon_squeezy"]

_CENTS = {"100": 999, "500": 3999, "1000": 6999, "starter": 999, "pro": 2999, "studio": 5999}
_PLANS = ("starter", "pro", "studio")
_SECRET = "webhook-secret"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A webhook on its way; signed when it is sent."""

    provider: ProviderName
    webhook: Webhook

    @property
    def path(self) -> str:
        return f"/payments/webhooks/{self.provider.replace('_', '-')}"

    @property
    def body(self) -> bytes:
        return self.webhook.body

    def headers(self) -> dict[str, str]:
        if self.provider == "stripe":
            signature = stripe_header(self.body, secret=_SECRET, clock=utc_now)
        else:
            signature = lemon_squeezy_header(self.body, secret=_SECRET)
        return {"Content-Type": "application/json", **signature}


@dataclass(frozen=True, kw_only=True)
class Payment:
    """`id` is the provider's: of a subscription, or of what was sold once."""

    provider: ProviderName
    id: str
    deliveries: Sequence[Delivery]


class Shop:
    def __init__(self) -> None:
        self._stripe = StripeSimulator(
            secret=_SECRET,
            prices={
                f"price_{name}": Price(cents=cents, months=int(name in _PLANS))
                for name, cents in _CENTS.items()
            },
        )
        self._lemon_squeezy = LemonSqueezySimulator(
            secret=_SECRET,
            variants={
                str(number): Variant(cents=cents, months=int(name in _PLANS))
                for number, (name, cents) in enumerate(_CENTS.items(), 100)
            },
        )
        self._open = ExitStack()
        self._addresses: dict[str, str] = {}

    def start(self) -> None:
        self._addresses["stripe"] = self._open.enter_context(listening(self._stripe.app))
        self._addresses["lemon_squeezy"] = self._open.enter_context(listening(self._lemon_squeezy.app))

    def stop(self) -> None:
        self._open.close()

    def environment(self) -> dict[str, str]:
        """The server's settings, once both listen."""
        products = {}
        for number, name in enumerate(_CENTS, 100):
            sold = f"{name}:monthly" if name in _PLANS else f"package:{name}"
            products[f"stripe:{sold}"] = f"price_{name}"
            products[f"lemon_squeezy:{sold}"] = str(number)
        return {
            "STRIPE_API_KEY": "sk_test",
            "STRIPE_WEBHOOK_SECRET": _SECRET,
            "STRIPE_URL": self._addresses["stripe"],
            "LEMON_SQUEEZY_API_KEY": "key",
            "LEMON_SQUEEZY_WEBHOOK_SECRET": _SECRET,
            "LEMON_SQUEEZY_STORE_ID": "1",
            "LEMON_SQUEEZY_URL": self._addresses["lemon_squeezy"],
            "PRODUCT_IDS": str(products).replace("'", '"'),
        }

    def any_provider(self, number: int) -> ProviderName:
        names: tuple[ProviderName, ...] = get_args(ProviderName)
        return names[number % len(names)]

    def pay(self, checkout_url: str) -> Payment:
        provider: ProviderName = "stripe" if "stripe" in checkout_url else "lemon_squeezy"
        simulator = self._stripe if provider == "stripe" else self._lemon_squeezy
        number = simulator.pay(checkout_url)
        return Payment(provider=provider, id=number, deliveries=self.waiting_deliveries())

    def take_back(self, payment: Payment, *, charged_back: bool) -> Sequence[Delivery]:
        """What was sold once; Lemon Squeezy, who sells in its own name, tells of a charge-back as of a refund."""
        if payment.provider == "lemon_squeezy":
            self._lemon_squeezy.refund_order(payment.id)
        elif charged_back:
            self._stripe.dispute_order(payment.id)
        else:
            self._stripe.refund_order(payment.id)
        return self.waiting_deliveries()

    def plan_of(self, subscription: Payment) -> str:
        """What the provider charges for by now, whatever the server has heard."""
        if subscription.provider == "stripe":
            row = self._stripe.subscriptions[subscription.id]
            return str(row["items"]["data"][0]["price"]["id"]).removeprefix("price_")
        variant = self._lemon_squeezy.subscriptions[subscription.id]["variant_id"]
        return list(_CENTS)[int(variant) - 100]

    def waiting_deliveries(self) -> Sequence[Delivery]:
        return [
            *(Delivery(provider="stripe", webhook=one) for one in self._stripe.outbox.take()),
            *(Delivery(provider="lemon_squeezy", webhook=one) for one in self._lemon_squeezy.outbox.take()),
        ]
