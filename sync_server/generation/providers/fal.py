"""fal.ai's queue: submit, status, result, cancel, as its own client speaks with it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlencode, urlsplit

import httpx

from sync_server.platform.errors import GenerationFailedError, ServiceUnavailableError

log = logging.getLogger("pentimento.fal")

State = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
_STATES = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")
_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A request that lies at the provider."""

    request_id: str
    status_url: str
    response_url: str
    cancel_url: str


class FalQueue:
    def __init__(self, *, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Key {key}"}

    async def submit(
        self, model: str, arguments: Mapping[str, Any], *, webhook: str | None = None
    ) -> Submission:
        """Raises GenerationFailedError where it is refused, ServiceUnavailableError where nobody answers."""
        query = "?" + urlencode({"fal_webhook": webhook}) if webhook else ""
        found = await self._ask("POST", f"{self._url}/{model}{query}", arguments)
        try:
            return Submission(
                request_id=str(found["request_id"]),
                status_url=self._ours(found["status_url"]),
                response_url=self._ours(found["response_url"]),
                cancel_url=self._ours(found["cancel_url"]),
            )
        except KeyError as error:
            raise _unavailable() from error

    async def state(self, submission: Submission) -> State:
        """Raises GenerationFailedError where the request came to nothing."""
        found = await self._ask("GET", submission.status_url)
        state = found.get("status")
        if state not in _STATES:
            raise _unavailable()
        if found.get("error"):
            raise failed(str(found["error"]))
        return cast(State, state)

    async def result(self, submission: Submission) -> Mapping[str, Any]:
        return await self._ask("GET", submission.response_url)

    async def cancel(self, submission: Submission) -> bool:
        """Whether it took notice; False where the request had ended already."""
        try:
            await self._ask("PUT", submission.cancel_url)
        except GenerationFailedError:
            return False
        return True

    async def _ask(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            reply = await self._http.request(method, url, json=body, headers=self._headers, timeout=_SECONDS)
        except httpx.HTTPError as error:
            raise _unavailable() from error
        if reply.is_server_error or reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            log.warning("the hosted provider could not serve", extra={"status": reply.status_code})
            raise _unavailable()
        if reply.is_error:
            log.warning(
                "the hosted provider refused", extra={"status": reply.status_code, "body": reply.text[:500]}
            )
            raise failed(_detail(reply))
        try:
            found = reply.json() if reply.content else {}
        except ValueError as error:
            raise _unavailable() from error
        return found if isinstance(found, Mapping) else {}

    def _ours(self, address: Any) -> str:
        """The key goes to the provider's own address alone, whatever a reply names."""
        found = str(address)
        if urlsplit(found)[:2] != urlsplit(self._url)[:2]:
            raise _unavailable()
        return found


def failed(reason: str) -> GenerationFailedError:
    return GenerationFailedError(
        "The hosted model could not make this picture: {reason}",
        advice="It cost nothing. Change the request, or choose another model.",
        reason=reason[:300] or "?",
    )


def _unavailable() -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "The hosted model does not answer.", advice="It cost nothing. Try again later."
    )


def _detail(reply: httpx.Response) -> str:
    try:
        detail = reply.json().get("detail")
    except (ValueError, AttributeError):
        detail = None
    if isinstance(detail, list):
        return "; ".join(str(entry.get("msg", "")) for entry in detail if isinstance(entry, Mapping))
    return str(detail or reply.status_code)
