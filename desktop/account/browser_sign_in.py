"""Signing in with the system's browser (RFC 8252): it comes back to an address on this machine, with a code."""

import asyncio
import base64
import hashlib
import hmac
import html
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from desktop.account.errors import BrowserSignInError
from shared.contracts.ways_in import CodeExchange

PATH = "/signed-in"
PATIENCE_SECONDS = 600.0
_LARGEST_REQUEST = 16 * 1024
_READ_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class PageTexts:
    """What the browser shows at the end, in the artist's language."""

    done: str
    refused: str
    close: str


class BrowserSignIn:
    """`open_browser` shows an address; `new_secret` makes one of at least 43 letters that nobody can guess."""

    def __init__(
        self,
        *,
        open_browser: Callable[[str], object],
        new_secret: Callable[[], str],
        texts: Callable[[], PageTexts],
    ) -> None:
        self._open_browser = open_browser
        self._new_secret = new_secret
        self._texts = texts

    async def run(self, server: str) -> CodeExchange:
        """Until the browser came back. Cancelling it stops listening. Raises BrowserSignInError."""
        verifier, state = self._new_secret(), self._new_secret()
        loop = asyncio.get_running_loop()
        came_back: asyncio.Future[str] = loop.create_future()
        visit = _Visits(state=state, came_back=came_back, texts=self._texts())
        listener = await asyncio.start_server(visit.receive, "127.0.0.1", 0, limit=_LARGEST_REQUEST)
        try:
            port = listener.sockets[0].getsockname()[1]
            address = f"{server}/sign-in?" + urlencode(
                {
                    "redirect_uri": f"http://127.0.0.1:{port}{PATH}",
                    "code_challenge": _challenge(verifier),
                    "state": state,
                }
            )
            # In a thread: starting another program takes longer than a frame.
            await asyncio.to_thread(self._open_browser, address)
            async with asyncio.timeout(PATIENCE_SECONDS):
                code = await came_back
        except TimeoutError as error:
            raise BrowserSignInError(
                "The browser did not come back.", advice="Begin again when you are ready."
            ) from error
        finally:
            listener.close()
            await visit.end()
        return CodeExchange(code=code, code_verifier=verifier)


class _Visits:
    """What comes to the address; only one visit with the right state counts."""

    def __init__(self, *, state: str, came_back: "asyncio.Future[str]", texts: PageTexts) -> None:
        self._state = state
        self._came_back = came_back
        self._texts = texts
        self._answering: set[asyncio.Task[None]] = set()

    def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def end(self) -> None:
        """The last page is still sent."""
        if self._answering:
            _, late = await asyncio.wait(self._answering, timeout=1.0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_READ_SECONDS):
                line = (await reader.readline()).decode("ascii", "replace")
                while (await reader.readline()).strip():
                    continue
                writer.write(self._page(line))
                await writer.drain()
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()

    def _page(self, request_line: str) -> bytes:
        method, _, rest = request_line.partition(" ")
        address = urlsplit(rest.rpartition(" ")[0])
        if method != "GET" or address.path != PATH:
            return _reply("404 Not Found", "")
        values = {name: found[0] for name, found in parse_qs(address.query).items()}
        if not hmac.compare_digest(values.get("state", "").encode(), self._state.encode()):
            return _reply("400 Bad Request", "")
        code = values.get("code", "")
        if self._came_back.done():
            return _reply("200 OK", _html(self._texts.done, self._texts.close))
        if code:
            self._came_back.set_result(code)
            return _reply("200 OK", _html(self._texts.done, self._texts.close))
        reason = values.get("error_description") or values.get("error") or ""
        self._came_back.set_exception(
            BrowserSignInError(
                "The browser came back without a sign-in: {reason}", advice="Begin again.", reason=reason
            )
        )
        return _reply("200 OK", _html(self._texts.refused, reason))


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _html(title: str, text: str) -> str:
    title, text = html.escape(title), html.escape(text)
    return (
        "<!doctype html><html><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Pentimento</title></head><body style='font: 16px system-ui; margin: 20vh auto; max-width: 30em;"
        f" text-align: center; color-scheme: light dark'><h1 style='font-size: 20px'>{title}</h1><p>{text}</p>"
        "</body></html>"
    )


def _reply(status: str, body: str) -> bytes:
    content = body.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(content)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content
