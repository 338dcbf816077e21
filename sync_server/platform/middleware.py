"""What happens to every request before and after a route sees it, as plain ASGI."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from sync_server.platform.error_handlers import error_response, unforeseen
from sync_server.platform.errors import FileTooLargeError
from sync_server.platform.languages import current_language, preferred_language
from sync_server.platform.logging import ACCESS_LOG
from sync_server.platform.ports import NewId

access_log = logging.getLogger(ACCESS_LOG)
error_log = logging.getLogger("pentimento.errors")

LARGEST_JSON = 1024 * 1024
"""A parsed JSON body takes many times its size in memory; only files may be larger."""

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_FILES = ("multipart/form-data", "application/octet-stream", "application/x-ndjson", "image/")
_EXPOSED_HEADERS = [
    "X-Request-ID",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "Idempotent-Replayed",
    "Location",
    "ETag",
]


class EdgeSettings(Protocol):
    """The part of the operator's settings that stands around each request."""

    @property
    def max_body_bytes(self) -> int: ...
    @property
    def cors_origins(self) -> list[str]: ...
    @property
    def trusted_proxies(self) -> list[str]: ...
    @property
    def public_url(self) -> str: ...


def install_middleware(app: FastAPI, settings: EdgeSettings, *, new_id: NewId = uuid7) -> None:
    """Starlette runs the last added first: the client's address is known to all the others."""
    app.add_middleware(BodyLimit, largest=settings.max_body_bytes)
    app.add_middleware(ErrorBoundary)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-ID"],
            expose_headers=_EXPOSED_HEADERS,
            max_age=3600,
        )
    app.add_middleware(SecurityHeaders, encrypted=settings.public_url.startswith("https://"))
    app.add_middleware(RequestContext, new_id=new_id)
    app.add_middleware(ClientAddress, trusted_proxies=settings.trusted_proxies)


class ClientAddress:
    """Puts the client's own address and scheme where a trusted proxy told them; believes nobody else."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: Sequence[str]) -> None:
        self._app = app
        self._trusted: list[IPv4Network | IPv6Network] = [
            ip_network(proxy, strict=False) for proxy in trusted_proxies
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if self._trusted and client and self._is_trusted(client[0]):
            headers = Headers(scope=scope)
            scope["client"] = (self._told(headers, proxy=client[0]), 0)
            if headers.get("x-forwarded-proto", "").lower() == "https":
                scope["scheme"] = {"http": "https", "ws": "wss"}.get(scope["scheme"], scope["scheme"])
        await self._app(scope, receive, send)

    def _told(self, headers: Headers, *, proxy: str) -> str:
        """From the nearest on: the first address that is none of our proxies was seen by one of them."""
        hops = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for hop in reversed([hop.strip() for hop in hops]):
            if _address(hop) is None:
                return proxy
            if not self._is_trusted(hop):
                return hop
        return proxy

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._trusted)


@lru_cache(maxsize=1000)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


class RequestContext:
    """The request's id and language, and one line of log about it."""

    def __init__(self, app: ASGIApp, *, new_id: NewId) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("x-request-id", "")
        request_id = asked if _SANE_REQUEST_ID.fullmatch(asked) else str(self._new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        current_language.set(preferred_language(headers.get("accept-language", "")))
        status = 499  # nginx's number for a client that went away before the reply

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                _log_access(scope, status=status, seconds=time.perf_counter() - began)


def _log_access(scope: Scope, *, status: int, seconds: float) -> None:
    if not access_log.isEnabledFor(logging.INFO):
        return
    principal = scope["state"].get("principal")
    client = scope.get("client")
    access_log.info(
        "request",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "client": client[0] if client else "",
            "user_id": str(principal.user_id) if principal else "",
            "request_id": scope["state"]["request_id"],
        },
    )


class SecurityHeaders:
    """A route that needs another policy (the docs page) sets its own."""

    def __init__(self, app: ASGIApp, *, encrypted: bool) -> None:
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        }
        if encrypted:
            self._headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        def add(headers: MutableHeaders) -> None:
            for name, value in self._headers.items():
                headers.setdefault(name, value)

        await self._app(scope, receive, on_reply(scope, send, add))


def on_reply(scope: Scope, send: Send, change: Callable[[MutableHeaders], None]) -> Send:
    """A `send` that lets `change` see the headers of an HTTP reply."""
    if scope["type"] != "http":
        return send

    async def send_changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            change(MutableHeaders(scope=message))
        await send(message)

    return send_changed


class ErrorBoundary:
    """An error that nobody foresaw: logged whole, answered without a word of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except Exception:
            if scope["type"] != "http":
                raise
            error_log.exception("unforeseen error", extra={"method": scope["method"], "path": scope["path"]})
            if started:
                raise  # half a reply can't be taken back; the server closes the connection
            await error_response(Request(scope), unforeseen())(scope, receive, send)


class BodyLimit:
    """Refuses a body by its announced length, else as soon as too much of it has come."""

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._largest
        if not headers.get("content-type", "").lower().startswith(_FILES):
            limit = min(limit, LARGEST_JSON)
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            error = FileTooLargeError(
                "The request is larger than {largest} bytes.",
                advice="Send a smaller file.",
                details={"largest_bytes": limit},
                headers={"Connection": "close"},
                largest=limit,
            )
            await error_response(Request(scope), error)(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # FastAPI lets an HTTPException through where it reads a body, and no other error.
                raise HTTPException(413, headers={"Connection": "close"})
            return message

        await self._app(scope, receive_within_limit, send)
