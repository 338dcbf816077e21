"""What can be bought: our plans and packages, and the ids under which providers sell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.pricing.tariffs import Package, Tariffs, Tier
from sync_server.billing.providers.port import ProviderName
from sync_server.billing.rules import BillingPeriod
from sync_server.platform.errors import NotFoundError, ServiceUnavailableError, UnprocessableError


class UnknownProductError(UnprocessableError):
    """A provider sold what the settings don't name: for an operator."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """`name` is a plan, or a package's number of credits."""

    kind: Literal["plan", "package"]
    name: str
    billing_period: BillingPeriod | None = None

    @property
    def key(self) -> str:
        if self.kind == "package":
            return f"package:{self.name}"
        return f"{self.name}:{self.billing_period}"


def product_from_key(key: str) -> Product:
    first, _, second = key.partition(":")
    if first == "package":
        return Product(kind="package", name=second)
    return Product(kind="plan", name=first, billing_period="yearly" if second == "yearly" else "monthly")


class Products:
    """`ids` as in the settings: `{"stripe:pro:monthly": "price_…", "lemon_squeezy:package:500": "12345"}`."""

    def __init__(self, *, ids: Mapping[str, str], tariffs: Tariffs) -> None:
        self._ids = ids
        self._by_price = {
            (name.partition(":")[0], price): name.partition(":")[2] for name, price in ids.items()
        }
        self.tariffs = tariffs

    def price_id(self, provider: ProviderName, product: Product) -> str:
        name = f"{provider}:{product.key}"
        if name not in self._ids:
            raise ServiceUnavailableError(
                "{product} is not on sale here yet.",
                advice="The operator has to add {name} to {setting}.",
                details={"setting": "PENTIMENTO_PRODUCT_IDS", "product": name},
                product=product.key,
                name=name,
                setting="PENTIMENTO_PRODUCT_IDS",
            )
        return self._ids[name]

    def listed_id(self, provider: ProviderName, product: Product) -> str | None:
        return self._ids.get(f"{provider}:{product.key}")

    def sold(self, provider: str, price_id: str) -> Product:
        """Raises UnknownProductError."""
        key = self._by_price.get((provider, price_id))
        if key is None:
            raise UnknownProductError(
                "No product is known for {provider}'s price {price}.",
                advice="Add it to {setting}, then run the event again.",
                provider=provider,
                price=price_id,
                setting="PENTIMENTO_PRODUCT_IDS",
            )
        return product_from_key(key)

    def tier(self, plan: str) -> Tier:
        return self.tariffs.tier(plan)

    def quota(self, plan: str) -> int:
        """Credits a month; none where they are by agreement."""
        return self.tier(plan).credits or 0

    def price(self, plan: str, billing_period: BillingPeriod) -> float | None:
        """In US dollars; None where it is by agreement."""
        tier = self.tier(plan)
        return tier.monthly_price_usd if billing_period == "monthly" else tier.yearly_price_usd

    def package(self, name: str) -> Package:
        """By id (`credits_500`) or number of credits."""
        package = self.tariffs.package(name)
        if package is None:
            raise NotFoundError(
                "There is no package {name}.", advice="Choose one of those listed.", name=name
            )
        return package
