"""HTTP to one server: the envelope opened, its errors in words, a lost reply asked for again."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, TypeAdapter

from desktop.account.errors import CloudError, ServerAddressError, UnexpectedReplyError, UnreachableError
from shared.contracts.base import Contract
from shared.contracts.errors import PentimentoError

Answer = TypeVar("Answer")

API = "/api/v1"
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_PAUSES = (0.3, 1.0)
"""Seconds before what may be sent again is sent again."""
_LONGEST_WAIT = 5.0
_SAFE = frozenset({"GET", "PUT", "DELETE"})


@dataclass(frozen=True, kw_only=True)
class Question:
    """`key`: of what costs or creates, so that the same again happens once."""

    method: str
    path: str
    body: Contract | Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """`message` in words, `cursor` of the next page."""

    data: Any
    message: str = ""
    cursor: str | None = None

    def read(self, answer: type[Answer]) -> Answer:
        """Fields that a newer server has are passed over."""
        return TypeAdapter(answer).validate_python(self.data, extra="ignore")


class Wire:
    """`language` tells in which language the server shall answer."""

    def __init__(self, *, server: str, language: Callable[[], str], agent: str) -> None:
        self.server = server
        self._language = language
        self._agent = agent
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def ask(self, question: Question, *, token: str = "") -> Envelope:
        """Raises CloudError, UnreachableError."""
        again = question.method in _SAFE or bool(question.key)
        pauses = _PAUSES if again else ()
        for pause in (*pauses, None):
            try:
                return await self._once(question, token)
            except CloudError as error:
                wait = error.retry_after if error.retry_after is not None else pause
                busy = error.status in {502, 503, 504} and error.name == "SERVICE_UNAVAILABLE"
                if pause is None or not busy or wait is None or wait > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(wait)
            except UnreachableError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def put_bytes(self, url: str, content: bytes) -> None:
        """To an address that the server gave. Raises CloudError, UnreachableError."""
        reply = await self._send(httpx.Request("PUT", url, content=content))
        if reply.is_error:
            raise _refused(reply)

    async def get_bytes(self, url: str) -> bytes:
        reply = await self._send(httpx.Request("GET", url))
        if reply.is_error:
            raise _refused(reply)
        return reply.content

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _once(self, question: Question, token: str) -> Envelope:
        headers = {"Accept-Language": self._language(), "User-Agent": self._agent}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if question.key:
            headers["Idempotency-Key"] = question.key
        body = question.body
        content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        request = httpx.Request(
            question.method,
            f"{self.server}{API}{question.path}",
            headers=headers,
            json=content,
            params=dict(question.query) or None,
        )
        return _opened(await self._send(request))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        client = await self._ready()
        request.extensions["timeout"] = _TIMEOUT.as_dict()
        try:
            return await client.send(request)
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
            raise UnreachableError(
                "The server {server} cannot be reached: {reason}.",
                advice="Check the network and the server's address. Jobs in the cloud go on meanwhile.",
                server=self.server,
                reason=str(error) or type(error).__name__,
            ) from error

    async def _ready(self) -> httpx.AsyncClient:
        """Certificates are read in a thread: that takes longer than a frame."""
        async with self._opening:
            if self._client is None:
                trust = await asyncio.to_thread(ssl.create_default_context)
                self._client = httpx.AsyncClient(verify=trust, timeout=_TIMEOUT, follow_redirects=False)
            return self._client


def checked_address(typed: str) -> str:
    """As it is kept: without a path, https where none is named and it is another machine. Raises ServerAddressError."""
    text = typed.strip()
    if "://" not in text:
        local = text.partition(":")[0] in {"localhost", "127.0.0.1"} or text.startswith("[::1]")
        text = f"{'http' if local else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        fits = bool(parts.scheme in {"http", "https"} and parts.hostname and not parts.username)
        _ = parts.port
    except ValueError:
        fits = False
    if not fits:
        raise ServerAddressError(
            "“{address}” is no address of a server.",
            advice="Write it like https://studio.example.com.",
            address=typed,
        )
    return f"{parts.scheme}://{parts.netloc}"


def _opened(reply: httpx.Response) -> Envelope:
    if reply.is_error:
        raise _refused(reply)
    try:
        body = reply.json()
        page = body.get("pagination") or {}
        return Envelope(data=body["data"], message=body.get("message") or "", cursor=page.get("next_cursor"))
    except (ValueError, KeyError, AttributeError) as error:
        raise _not_ours(reply) from error


def _refused(reply: httpx.Response) -> PentimentoError:
    try:
        error = reply.json()["error"]
        return CloudError(
            str(error["message"]),
            code=str(error["code"]),
            status=reply.status_code,
            details=error.get("details"),
            retry_after=_seconds(reply.headers.get("Retry-After")),
        )
    except (ValueError, KeyError, TypeError):
        return _not_ours(reply)


def _not_ours(reply: httpx.Response) -> UnexpectedReplyError:
    """A proxy's page, or another program's."""
    return UnexpectedReplyError(
        "The server {server} answered with something that is not Pentimento's ({status}).",
        advice="Check the server's address under Account.",
        server=reply.request.url.host,
        status=reply.status_code,
    )


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
