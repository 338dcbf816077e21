"""Checkouts: the intent to buy, committed before the provider is called and found again by a retry."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sync_server.accounts.service import Accounts
from sync_server.billing.providers.port import CheckoutPage, CheckoutRequest, ProviderName
from sync_server.billing.repository import BillingRepository
from sync_server.billing.service.products import Product, Products, product_from_key
from sync_server.billing.service.subscriptions import Subscriptions
from sync_server.billing.tables import CheckoutRow
from sync_server.platform.errors import ConflictError, NotFoundError, UnprocessableError
from sync_server.platform.ports import World

# Stripe takes at most 24 hours; a retry gets the same page while there is time left to pay.
_LASTS = timedelta(hours=23)
_TIME_TO_PAY = timedelta(hours=1)


class Checkouts:
    def __init__(
        self,
        *,
        repository: BillingRepository,
        subscriptions: Subscriptions,
        accounts: Accounts,
        products: Products,
        world: World,
    ) -> None:
        self._repository = repository
        self._subscriptions = subscriptions
        self._accounts = accounts
        self._products = products
        self._world = world

    async def intend(
        self,
        user_id: UUID,
        product: Product,
        *,
        provider: ProviderName,
        success_url: str,
        cancel_url: str,
        client_key: str | None,
    ) -> CheckoutRow:
        """The intent, or the one that the same request made before. Raises ConflictError for a second plan."""
        self._products.price_id(provider, product)
        await self._subscriptions.lock(user_id)
        if product.kind == "plan" and await self._subscriptions.paid(user_id) is not None:
            raise ConflictError(
                "You already have a subscription.", advice="Change its plan instead of buying another."
            )
        now = self._world.clock()
        wanted = f"{provider}\n{product.key}\n{success_url}\n{cancel_url}"
        fingerprint = hashlib.sha256(wanted.encode()).hexdigest()
        if client_key is None:
            known = await self._repository.open_checkout(
                user_id, fingerprint=fingerprint, expires_after=now + _TIME_TO_PAY
            )
            if known is not None:
                return known
        row = await self._repository.add_checkout(
            CheckoutRow(
                id=self._world.new_id(),
                user_id=user_id,
                provider=provider,
                product=product.key,
                client_key=client_key,
                fingerprint=fingerprint,
                success_url=success_url,
                cancel_url=cancel_url,
                expires_at=now + _LASTS,
                created_at=now,
            )
        )
        if row.fingerprint != fingerprint:
            raise UnprocessableError(
                "This Idempotency-Key was used for another request.",
                advice="Use a new key for each purchase.",
            )
        return row

    async def request(self, row: CheckoutRow) -> CheckoutRequest:
        """What the provider is asked for."""
        provider: ProviderName = "stripe" if row.provider == "stripe" else "lemon_squeezy"
        product = product_from_key(row.product)
        account = await self._accounts.get(row.user_id)
        bought = await self._subscriptions.latest_bought(row.user_id, provider=provider)
        return CheckoutRequest(
            key=f"checkout:{row.id}",
            price_id=self._products.price_id(provider, product),
            recurring=product.kind == "plan",
            email=account.email,
            customer_id=bought.provider_customer_id if bought else None,
            success_url=row.success_url,
            cancel_url=row.cancel_url,
            expires_at=row.expires_at,
            custom={"user_id": str(row.user_id), "checkout_id": str(row.id)},
        )

    async def opened(self, checkout_id: UUID, page: CheckoutPage) -> CheckoutRow:
        """The first page stays, whoever else asked at the same time."""
        row = await self._repository.checkout(checkout_id)
        if row is None:
            raise NotFoundError("This checkout is gone.", advice="Start the purchase again.")
        if row.url is None:
            row.url, row.reference = page.url, page.reference
            await self._repository.flush()
        return row

    async def buyer(self, custom: Mapping[str, str]) -> UUID | None:
        """Who bought, by what we gave the provider; None where it gives nothing back.

        The address on an order proves nothing; the ids must fit a checkout of ours, or at least an account.
        """
        try:
            user_id = UUID(custom["user_id"])
            checkout_id = UUID(custom["checkout_id"]) if "checkout_id" in custom else None
        except KeyError:
            return None
        except ValueError:
            raise _not_ours() from None
        if checkout_id is not None:
            row = await self._repository.checkout(checkout_id)
            if row is None or row.user_id != user_id:
                raise _not_ours()
            row.completed_at = row.completed_at or self._world.clock()
        await self._accounts.get(user_id)
        return user_id


def _not_ours() -> UnprocessableError:
    return UnprocessableError(
        "The event's custom data fits none of our checkouts.",
        advice="Find the buyer in the provider's dashboard.",
    )
