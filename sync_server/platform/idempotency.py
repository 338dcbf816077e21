"""Operations that run once however often they are sent: `APIRouter(route_class=IdempotentRoute)`.

With an Idempotency-Key a reply is kept in the transaction of its operation, so that there is never one without the
other; where an error undoes the work, its reply is all that the transaction still holds. The same key again gets the first reply.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.utils import get_dependant
from fastapi.params import Depends as DependsParameter
from fastapi.routing import APIRoute

from sync_server.platform.edge import AllTransactions, CurrentWork, MaybeSignedIn
from sync_server.platform.error_handlers import error_response
from sync_server.platform.errors import InvalidRequestError, RateLimitExceededError, ServerError
from sync_server.platform.kept_replies import Attempt, KeptReplies, KeptReply
from sync_server.platform.rate_limits import address_of
from sync_server.platform.routes import asks_who, has_unit_of_work

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT_HEADERS = ("content-type", "location", "etag", "retry-after")
_BOUNDARY = re.compile(r"boundary=\"?([^\";]+)")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Replayed(Exception):  # noqa: N818 - not an error: the reply is there already
    def __init__(self, reply: KeptReply) -> None:
        super().__init__()
        self.reply = reply


class IdempotentRoute(APIRoute):
    """Whoever asks is known before an earlier reply is looked for, so that nobody gets another's."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[DependsParameter] | None = None,
        **options: Any,
    ) -> None:
        dependant = get_dependant(path=path, call=endpoint)
        self._in_work = has_unit_of_work(dependant)
        given = list(dependencies or [])
        self.keeps_replies = bool(_CHANGING & {method.upper() for method in options.get("methods") or ()})
        if self.keeps_replies:
            asker = _asker if asks_who(dependant) else _address
            claim = _claim_in_work(asker) if self._in_work else _claim_apart(asker)
            given.append(DependsParameter(claim))
        super().__init__(path, endpoint, dependencies=given, **options)

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        keeping = _keeping_in_work(handler) if self._in_work else _keeping_apart(handler)

        async def run(request: Request) -> Response:
            if HEADER not in request.headers or not self.keeps_replies:
                return await handler(request)
            await request.body()  # the claim compares it; FastAPI then reads what is kept
            try:
                return await keeping(request)
            except Replayed as replayed:
                reply = replayed.reply
                return Response(
                    reply.body, status_code=reply.status, headers={**reply.headers, REPLAYED: "true"}
                )

        return run


async def _request_key(request: Request) -> str | None:
    attempt = _held(request)
    return attempt.identity.hex() if attempt else None


RequestKey = Annotated[str | None, Depends(_request_key)]
"""Who asks, what and with which Idempotency-Key, as one word: for operations of several transactions, whose
repetition must find what the first try made before its process was lost.
"""


async def _asker(request: Request, principal: MaybeSignedIn) -> str:
    return f"user:{principal.user_id}" if principal else await _address(request)


async def _address(request: Request) -> str:
    return f"address:{address_of(request.scope)}"


def _claim_in_work(asker: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[None]]:
    async def claim(request: Request, asked_by: Annotated[str, Depends(asker)], work: CurrentWork) -> None:
        if HEADER not in request.headers:
            return
        replies = work.get(KeptReplies)
        attempt = await _attempt(request, replies, asked_by)
        await replies.lock(attempt)
        if reply := await replies.find(attempt):
            raise Replayed(reply)
        request.state.attempt = attempt
        request.state.undone = await work.session.begin_nested()

    return claim


def _claim_apart(asker: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[None]]:
    async def claim(
        request: Request, asked_by: Annotated[str, Depends(asker)], transactions: AllTransactions
    ) -> None:
        if HEADER not in request.headers:
            return
        async with transactions.begin() as work:
            replies = work.get(KeptReplies)
            attempt = await _attempt(request, replies, asked_by)
            reply = await replies.claim(attempt)
        if reply:
            raise Replayed(reply)
        request.state.attempt = attempt

    return claim


async def _attempt(request: Request, replies: KeptReplies, asked_by: str) -> Attempt:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise InvalidRequestError(
            "The Idempotency-Key must be 1 to 255 visible characters.", advice="A random UUID is a good key."
        )
    body = await request.body()
    if boundary := _BOUNDARY.search(request.headers.get("Content-Type", "")):
        body = body.replace(boundary[1].encode(), b"")  # clients draw a new one for each try
    return replies.attempt(
        asker=asked_by,
        method=request.method,
        path=request.url.path,
        key=key,
        request=request.url.query.encode() + b"\0" + body,
    )


def _keeping_in_work(handler: Handler) -> Handler:
    """While the handler's response is made its unit of work is still open, and is committed after this."""

    async def run(request: Request) -> Response:
        try:
            response = await handler(request)
        except ServerError as error:
            attempt = _held(request)
            if attempt is None or not _worth_keeping(error):
                raise
            if not error.keeps_work:
                # The savepoint, not the transaction: that would give the lock to the next try too early.
                await request.state.undone.rollback()
            response = error_response(request, error)
            await request.state.work.get(KeptReplies).keep(attempt, _kept(response))
            return response
        if (attempt := _held(request)) and response.status_code < 500:
            await request.state.work.get(KeptReplies).keep(attempt, _kept(response))
        return response

    return run


def _keeping_apart(handler: Handler) -> Handler:
    async def run(request: Request) -> Response:
        try:
            response = await handler(request)
        except ServerError as error:
            if attempt := _held(request):
                await _end(
                    request, attempt, error_response(request, error) if _worth_keeping(error) else None
                )
            raise
        except Exception:
            if attempt := _held(request):
                await _end(request, attempt, None)
            raise
        if attempt := _held(request):
            await _end(request, attempt, response)
        return response

    return run


async def _end(request: Request, attempt: Attempt, response: Response | None) -> None:
    async with request.app.state.transactions.begin() as work:
        replies = work.get(KeptReplies)
        if response is None:
            await replies.give_up(attempt)
        else:
            await replies.keep(attempt, _kept(response))


def _held(request: Request) -> Attempt | None:
    """None where the error came before the claim, or was that the claim is another's."""
    held: Attempt | None = getattr(request.state, "attempt", None)
    return held


def _worth_keeping(error: ServerError) -> bool:
    """Not what another try may find gone: our own failures and passing refusals."""
    return error.status < 500 and not isinstance(error, RateLimitExceededError)


def _kept(response: Response) -> KeptReply:
    return KeptReply(
        status=response.status_code,
        headers={name: value for name, value in response.headers.items() if name in _KEPT_HEADERS},
        body=bytes(response.body),
    )
