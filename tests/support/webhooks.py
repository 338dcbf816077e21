"""What a payment provider's simulator sends: signed at the time of sending, as late and as often as one asks."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from sync_server.billing.providers.signatures import hex_hmac
from sync_server.platform.ports import Clock


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One event; `kind` is the provider's name for it."""

    kind: str
    body: bytes


class Outbox:
    """Events that wait to be delivered."""

    def __init__(self, *, sign: Callable[[bytes], dict[str, str]]) -> None:
        self._sign = sign
        self.waiting: list[Webhook] = []

    def add(self, kind: str, event: dict[str, Any]) -> None:
        self.waiting.append(Webhook(kind=kind, body=json.dumps(event).encode()))

    def take(self) -> list[Webhook]:
        taken, self.waiting = self.waiting, []
        return taken

    async def deliver(
        self, client: httpx.AsyncClient, url: str, webhooks: Sequence[Webhook] | None = None
    ) -> list[httpx.Response]:
        """In the given order, by default all that wait in the order of what happened."""
        return [await self.send(client, url, webhook) for webhook in (webhooks or self.take())]

    def send(self, client: httpx.AsyncClient, url: str, webhook: Webhook) -> Awaitable[httpx.Response]:
        headers = {"Content-Type": "application/json", **self._sign(webhook.body)}
        return client.post(url, content=webhook.body, headers=headers)


def stripe_header(body: bytes, *, secret: str, clock: Clock) -> dict[str, str]:
    sent = int(clock().timestamp())
    return {"Stripe-Signature": f"t={sent},v1={hex_hmac(secret, f'{sent}.'.encode() + body)}"}


def lemon_squeezy_header(body: bytes, *, secret: str) -> dict[str, str]:
    return {"X-Signature": hex_hmac(secret, body)}
