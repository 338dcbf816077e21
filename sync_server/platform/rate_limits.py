"""How often who may ask: by tier, and for some operations whatever the tier.

A request is charged once for its tier: to the account where one signed in, else to the client's address at the
free tier's rate. Windows are fixed and begin at whole minutes, hours and days; a refused request uses up nothing
of the longer ones. Named limits are dependencies of their routes and run before anything costly does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from types import MappingProxyType
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_server.platform.edge import MaybeSignedIn, Principal, Verified
from sync_server.platform.errors import RateLimitExceededError, UnauthorizedError
from sync_server.platform.ports import Clock
from sync_server.platform.rate_counters import Counters
from sync_server.platform.routes import route_asks_who

SIGNED_OUT_TIER = "free"

LimitName = Literal[
    "register", "login", "forgot-password", "resend-verification", "refresh", "check-user", "public-gallery"
]


@dataclass(frozen=True, kw_only=True)
class Limit:
    amount: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class NamedLimit:
    """`told`: the operation learns from its body who asks, and says so to `charge_named`."""

    limit: Limit
    per: Literal["address", "account", "told"]


NAMED_LIMITS: Mapping[LimitName, NamedLimit] = {
    "register": NamedLimit(limit=Limit(amount=5, seconds=3600), per="address"),
    "login": NamedLimit(limit=Limit(amount=10, seconds=3600), per="address"),
    "forgot-password": NamedLimit(limit=Limit(amount=3, seconds=3600), per="address"),
    "resend-verification": NamedLimit(limit=Limit(amount=3, seconds=3600), per="account"),
    "refresh": NamedLimit(limit=Limit(amount=100, seconds=3600), per="told"),
    "check-user": NamedLimit(limit=Limit(amount=5, seconds=3600), per="address"),
    "public-gallery": NamedLimit(limit=Limit(amount=100, seconds=60), per="address"),
}

BAD_TOKENS = Limit(amount=60, seconds=60)
"""An address that shows so many bad tokens is refused before the next one is looked at."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What is left of one limit; the tightest that a request met goes into its reply's headers."""

    limit: int
    remaining: int
    resets_at: datetime


class RateLimiter:
    """`tiers` holds each tier's limits, shortest first; a tier that is not in it has none."""

    def __init__(
        self,
        *,
        counters: Counters,
        clock: Clock,
        tiers: Mapping[str, Sequence[Limit]],
        named: Mapping[LimitName, NamedLimit] = NAMED_LIMITS,
        generations: Mapping[str, Limit] = MappingProxyType({}),
        synced_megabytes: Mapping[str, Limit] = MappingProxyType({}),
    ) -> None:
        """`generations` is each tier's limit of requests that make jobs; `synced_megabytes` of files either way."""
        self._counters = counters
        self._clock = clock
        self._tiers = tiers
        self._named = named
        self._generations = generations
        self._synced_megabytes = synced_megabytes

    async def charge_account(self, request: Request, principal: Principal) -> None:
        """Once for each signed-in request, right after who asks is known; but for those outside the limits."""
        if getattr(request.state, "outside_limits", False):
            return
        await self._charge_all(request, f"account:{principal.user_id}", self._tiers.get(principal.tier, ()))

    async def charge_address(self, request: Request) -> None:
        await self._charge_all(
            request, f"address:{address_of(request.scope)}", self._tiers.get(SIGNED_OUT_TIER, ())
        )

    async def charge_named(self, request: Request, name: LimitName, *, user_id: UUID | None = None) -> None:
        """By user where one is given and the limit is theirs, else by address."""
        named = self._named.get(name)
        if named is None:
            return
        who = str(user_id) if user_id and named.per != "address" else address_of(request.scope)
        await self._charge(request, f"{name}:{who}", named.limit)

    async def charge_generation(self, request: Request, principal: Principal) -> None:
        limit = self._generations.get(principal.tier)
        if limit is not None:
            await self._charge(request, f"generation:{principal.user_id}", limit)

    async def charge_synced(self, request: Request, principal: Principal, size: int) -> None:
        """`size` in bytes; each begun megabyte counts."""
        limit = self._synced_megabytes.get(principal.tier)
        if limit is not None:
            amount = -(-size // 1024**2)
            await self._charge(request, f"synced:{principal.user_id}", limit, amount=amount)

    async def note_bad_token(self, scope: Scope) -> None:
        key = self._key(f"bad-token:{address_of(scope)}", BAD_TOKENS)
        await self._counters.add(key, kept_seconds=BAD_TOKENS.seconds)

    async def refuse_bad_tokens(self, request: Request) -> None:
        key = self._key(f"bad-token:{address_of(request.scope)}", BAD_TOKENS)
        if await self._counters.read(key) >= BAD_TOKENS.amount:
            raise self._exceeded(self._window(BAD_TOKENS, used=BAD_TOKENS.amount))

    async def _charge_all(self, request: Request, subject: str, limits: Sequence[Limit]) -> None:
        for limit in limits:
            await self._charge(request, subject, limit)

    async def _charge(self, request: Request, subject: str, limit: Limit, *, amount: int = 1) -> None:
        used = await self._counters.add(self._key(subject, limit), kept_seconds=limit.seconds, amount=amount)
        window = self._window(limit, used=used)
        tightest: Window | None = getattr(request.state, "rate_window", None)
        if tightest is None or window.remaining < tightest.remaining or used > limit.amount:
            request.state.rate_window = window
        if used > limit.amount:
            raise self._exceeded(window)

    def _key(self, subject: str, limit: Limit) -> str:
        number = int(self._clock().timestamp()) // limit.seconds
        return f"{subject}:{limit.seconds}:{number}"

    def _window(self, limit: Limit, *, used: int) -> Window:
        number = int(self._clock().timestamp()) // limit.seconds
        return Window(
            limit=limit.amount,
            remaining=max(limit.amount - used, 0),
            resets_at=datetime.fromtimestamp((number + 1) * limit.seconds, UTC),
        )

    def _exceeded(self, window: Window) -> RateLimitExceededError:
        seconds = max(int((window.resets_at - self._clock()).total_seconds()), 1)
        return RateLimitExceededError(
            "Too many requests.",
            advice="Try again in {seconds} seconds.",
            details={
                "limit": window.limit,
                "retry_after_seconds": seconds,
                "reset_at": window.resets_at.isoformat().replace("+00:00", "Z"),
            },
            headers={"Retry-After": str(seconds)},
            seconds=seconds,
        )


def address_of(scope: Scope) -> str:
    """An IPv6 client owns a whole /64 of addresses, so that counts as one."""
    client = scope.get("client")
    return _counted_as(client[0]) if client else "unknown"


@lru_cache(maxsize=1000)
def _counted_as(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network(f"{address}/64", strict=False))


def install_rate_limits(app: FastAPI, limiter: RateLimiter) -> None:
    """The application's routes must also depend on `charge_signed_out`."""
    app.state.rate_limiter = limiter
    app.add_middleware(RateLimitEdge, limiter=limiter)


async def rate_limiter(request: Request) -> RateLimiter:
    limiter: RateLimiter = request.app.state.rate_limiter
    return limiter


Limiter = Annotated[RateLimiter, Depends(rate_limiter)]


async def _charge_generation(request: Request, principal: Verified, limiter: Limiter) -> Principal:
    await limiter.charge_generation(request, principal)
    return principal


Maker = Annotated[Principal, Depends(_charge_generation)]
"""Who makes jobs: verified, and charged once a request at the tier's generations a minute."""


async def charge_signed_out(request: Request, limiter: Limiter) -> None:
    """A dependency of the whole API. Signed-in requests are charged where their token is checked."""
    if "Authorization" in request.headers and route_asks_who(request):
        await limiter.refuse_bad_tokens(request)
    else:
        await limiter.charge_address(request)


async def outside_rate_limits(request: Request, limiter: Limiter) -> None:
    """For what devices ask often and by themselves; bad tokens are refused here, too."""
    await limiter.refuse_bad_tokens(request)
    request.state.outside_limits = True


async def charge_public_gallery(request: Request, limiter: Limiter) -> None:
    """Instead of `charge_signed_out`, for what everybody may look at: 100 a minute without an account."""
    if "Authorization" in request.headers and route_asks_who(request):
        await limiter.refuse_bad_tokens(request)
    else:
        await limiter.charge_named(request, "public-gallery")


def limited(name: LimitName) -> Callable[..., Awaitable[None]]:
    """For a route: `dependencies=[Depends(limited("register"))]`; it runs before the route's own."""
    if NAMED_LIMITS[name].per == "account":

        async def charge_user(request: Request, limiter: Limiter, principal: MaybeSignedIn) -> None:
            await limiter.charge_named(request, name, user_id=principal.user_id if principal else None)

        return charge_user

    async def charge_address(request: Request, limiter: Limiter) -> None:
        await limiter.charge_named(request, name)

    return charge_address


class RateLimitEdge:
    """Puts the tightest window on the reply, and counts tokens that were refused."""

    def __init__(self, app: ASGIApp, *, limiter: RateLimiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == UnauthorizedError.status and "principal" not in state:
                    await self._limiter.note_bad_token(scope)
                _put_window(MutableHeaders(scope=message), state.get("rate_window"))
            await send(message)

        await self._app(scope, receive, send_with_limits)


def _put_window(headers: MutableHeaders, window: Window | None) -> None:
    if window is not None:
        headers["X-RateLimit-Limit"] = str(window.limit)
        headers["X-RateLimit-Remaining"] = str(window.remaining)
        headers["X-RateLimit-Reset"] = str(int(window.resets_at.timestamp()))
