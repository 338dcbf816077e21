"""Lets the `stripe` package speak through the server's own httpx client."""

from collections.abc import Mapping
from typing import Any, NoReturn

import anyio
import httpx
import stripe


class SharedHttpClient(stripe.HTTPClient):
    """The package's own client cannot be handed a transport, nor is it closed with the server."""

    name = "httpx"

    def __init__(self, *, http: httpx.AsyncClient) -> None:
        super().__init__()
        self._http = http

    async def sleep_async(self, secs: float) -> None:
        await anyio.sleep(secs)

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._http.request(method, url, headers=headers, content=post_data or b"")
        except httpx.HTTPError as error:
            _unreachable(error)
        return response.content, response.status_code, response.headers


def _unreachable(error: httpx.HTTPError) -> NoReturn:
    message = f"Stripe did not answer: {type(error).__name__}"
    raise stripe.APIConnectionError(message, should_retry=True) from error  # type: ignore[no-untyped-call]  # the package leaves it untyped
