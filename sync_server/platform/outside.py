"""Fetching what a client names by URL, so that nobody reaches through us what only we can reach."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from urllib.parse import urljoin, urlsplit

import httpx

from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidParametersError,
    ServerError,
    UnsupportedMediaTypeError,
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_REDIRECTS = 3
_SECONDS = 20.0
_DEFAULT_PORTS = {"http": 80, "https": 443}


async def system_resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: Address) -> bool:
    """Also of what hides another address within: IPv4 in IPv6, 6to4, NAT64, Teredo."""
    inner: list[Address] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner += [part for part in (address.ipv4_mapped, address.sixtofour) if part is not None]
        if address.teredo is not None:
            inner += list(address.teredo)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.is_multicast or not (address.is_global or inner):
        return False
    return all(is_public(part) for part in inner)


class OutsideFetcher:
    """Resolves a name once and connects to that very address; each redirect is looked at like a new URL."""

    def __init__(
        self,
        *,
        resolve: Resolve = system_resolve,
        allowed: Callable[[Address], bool] = is_public,
        ports: Collection[int] | None = (80, 443),
    ) -> None:
        """`ports` of None allows every port."""
        self._resolve = resolve
        self._allowed = allowed
        self._ports = ports

    async def fetch(self, url: str, *, most_bytes: int, content_type: str) -> bytes:
        """The body of a reply whose type begins with `content_type`. Raises what tells the client why not."""
        try:
            async with (
                asyncio.timeout(_SECONDS),
                httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=10) as client,
            ):
                for _ in range(_MOST_REDIRECTS + 1):
                    body, onward = await self._ask(client, url, most_bytes, content_type)
                    if onward is None:
                        return body
                    url = urljoin(url, onward)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, UnicodeError) as error:
            raise _unreachable() from error
        raise _unreachable()

    async def _ask(
        self, client: httpx.AsyncClient, url: str, most_bytes: int, content_type: str
    ) -> tuple[bytes, str | None]:
        request = await self._pinned(client, url)
        reply = await client.send(request, stream=True)
        try:
            if reply.is_redirect:
                return b"", reply.headers["Location"]
            if reply.status_code != httpx.codes.OK:
                raise _unreachable()
            if not reply.headers.get("Content-Type", "").lower().startswith(content_type):
                raise UnsupportedMediaTypeError(
                    "What lies at the address is no picture.",
                    advice="Name the address of the picture itself.",
                )
            return await _limited(reply, most_bytes), None
        finally:
            await reply.aclose()

    async def _pinned(self, client: httpx.AsyncClient, url: str) -> httpx.Request:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _refused() from None
        if parts.scheme not in _DEFAULT_PORTS or not host or parts.username or parts.password:
            raise _refused()
        chosen_port = port or _DEFAULT_PORTS[parts.scheme]
        if self._ports is not None and chosen_port not in self._ports:
            raise _refused()
        addresses = [ipaddress.ip_address(found) for found in await self._resolve(host, chosen_port)]
        # All of them: a name with one public and one private address is an attempt.
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise _refused()
        pinned = httpx.URL(url).copy_with(host=str(addresses[0]), port=chosen_port)
        return client.build_request(
            "GET",
            pinned,
            headers={"Host": parts.netloc, "Accept": "image/*", "User-Agent": "Pentimento"},
            extensions={"sni_hostname": host},
        )


async def _limited(reply: httpx.Response, most_bytes: int) -> bytes:
    too_large = FileTooLargeError("The picture at the address is too large.", advice="Send a smaller one.")
    if int(reply.headers.get("Content-Length") or 0) > most_bytes:
        raise too_large
    body = bytearray()
    async for chunk in reply.aiter_bytes():
        body += chunk
        if len(body) > most_bytes:
            raise too_large
    return bytes(body)


def _refused() -> ServerError:
    return InvalidParametersError(
        "This address can't be fetched from.", advice="Name a public http or https address, or send the file."
    )


def _unreachable() -> ServerError:
    return InvalidParametersError(
        "Nothing could be fetched from this address.", advice="Check it, or send the file itself."
    )
