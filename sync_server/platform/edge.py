"""What routes ask FastAPI for: the unit of work, a service in it, and who is asking."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from sync_server.platform.errors import (
    AccountSuspendedError,
    EmailNotVerifiedError,
    ForbiddenError,
    UnauthorizedError,
)
from sync_server.platform.languages import Language, preferred_language
from sync_server.platform.work import Transactions, Work

Kind = TypeVar("Kind")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks. `session_id` is None for an API key, `api_key_id` for a session."""

    user_id: UUID
    session_id: UUID | None
    api_key_id: UUID | None
    role: str
    tier: str
    state: str
    email_verified: bool


class Authenticator(Protocol):
    """Built per unit of work like a service; the accounts feature provides it."""

    async def authenticate(self, credentials: str) -> Principal:
        """From a bearer token (access token or API key). Raises InvalidTokenError, TokenExpiredError."""


class AccountLimiter(Protocol):
    """Raises RateLimitExceededError where an account asks too often for its tier."""

    async def charge_account(self, request: Request, principal: Principal) -> None: ...


async def unit_of_work(request: Request) -> AsyncIterator[Work]:
    transactions: Transactions = request.app.state.transactions
    async with transactions.begin() as work:
        request.state.work = work
        yield work


# "function": committed before the reply is sent, so that no client sees a success that is then lost.
CurrentWork = Annotated[Work, Depends(unit_of_work, scope="function")]


def service(kind: type[Kind]) -> Any:
    """What a route's parameter depends on to get its `kind` in the request's unit of work."""

    async def provide(work: CurrentWork) -> Kind:
        return work.get(kind)

    return Depends(provide)


async def transactions(request: Request) -> Transactions:
    """For operations that call out between two transactions."""
    opened: Transactions = request.app.state.transactions
    return opened


AllTransactions = Annotated[Transactions, Depends(transactions)]


def calling_out(kind: type[Kind]) -> Any:
    """As `service`, for one that opens its own transactions: the request holds none while it calls out."""

    async def provide(opened: AllTransactions) -> Kind:
        async with opened.begin() as work:
            return work.get(kind)

    return Depends(provide)


class Asker:
    """A dependency: who asks, None where no token was sent. Found in a transaction of its own, as an operation that
    calls out must not hold one open meanwhile. `authenticator` is the service that finds it: a route may want one
    that reads more along with it.
    """

    def __init__(self, authenticator: type[Authenticator] = Authenticator) -> None:
        self._authenticator = authenticator

    async def __call__(self, request: Request) -> Principal | None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not credentials:
            raise UnauthorizedError(
                "The Authorization header must be 'Bearer' and a token.",
                advice="Sign in again, or send an API key as a bearer token.",
            )
        opened: Transactions = request.app.state.transactions
        async with opened.begin() as work:
            principal = await work.get(self._authenticator).authenticate(credentials.strip())
        request.state.principal = principal
        limiter: AccountLimiter = request.app.state.rate_limiter
        await limiter.charge_account(request, principal)
        return principal


class AccountAsker(Asker):
    """Who asks, where only an account may."""

    async def __call__(self, request: Request) -> Principal:
        return _known(await super().__call__(request))


_maybe_principal = Asker()


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise UnauthorizedError("This needs an account.", advice="Sign in, then try again.")
    return principal


async def _principal(principal: Annotated[Principal | None, Depends(_maybe_principal)]) -> Principal:
    return _known(principal)


async def _active(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    if principal.state != "active":
        raise AccountSuspendedError(
            "This account is not active.",
            advice="If you asked for its deletion you can take that back; otherwise write to support.",
            details={"state": principal.state},
        )
    return principal


async def _in_person(principal: Annotated[Principal, Depends(_active)]) -> Principal:
    return _without_key(principal)


def _without_key(principal: Principal) -> Principal:
    if principal.session_id is None:
        raise ForbiddenError("An API key may not do this.", advice="Sign in and do it in person.")
    return principal


async def _verified(principal: Annotated[Principal, Depends(_active)]) -> Principal:
    if not principal.email_verified:
        raise EmailNotVerifiedError(
            "Confirm your e-mail address first.",
            advice="Open the link in the mail we sent you, or ask for a new one.",
        )
    return principal


async def _buyer(principal: Annotated[Principal, Depends(_verified)]) -> Principal:
    return _without_key(principal)


def _role(*allowed: str) -> Callable[[Principal], Awaitable[Principal]]:
    async def check(principal: Annotated[Principal, Depends(_in_person)]) -> Principal:
        if principal.role not in allowed:
            raise ForbiddenError("Your account may not do this.")
        return principal

    return check


def _language(request: Request) -> Language:
    return preferred_language(request.headers.get("Accept-Language", ""))


AskedLanguage = Annotated[Language, Depends(_language)]
MaybeSignedIn = Annotated[Principal | None, Depends(_maybe_principal)]
"""The principal where a token was sent, else None; a bad token is still an error."""
Leaving = Annotated[Principal, Depends(_principal)]
"""Signed in, in any state: only for what an account in deletion may still do."""
SignedIn = Annotated[Principal, Depends(_active)]
InPerson = Annotated[Principal, Depends(_in_person)]
"""Not with an API key: for what would let its holder take the account over, or spend money."""
Verified = Annotated[Principal, Depends(_verified)]
Buyer = Annotated[Principal, Depends(_buyer)]
"""Verified and in person."""
Moderator = Annotated[Principal, Depends(_role("moderator", "admin"))]
Admin = Annotated[Principal, Depends(_role("admin"))]
