"""The edge of the server with routes of a test's own behind it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import httpx
from fastapi import APIRouter, Depends, FastAPI

from sync_server.platform.database import Database
from sync_server.platform.edge import Authenticator, Principal
from sync_server.platform.error_handlers import install_error_handlers
from sync_server.platform.errors import InvalidTokenError
from sync_server.platform.kept_replies import KeptReplies
from sync_server.platform.middleware import install_middleware
from sync_server.platform.ports import Clock, World
from sync_server.platform.rate_counters import MemoryCounters
from sync_server.platform.rate_limits import Limit, RateLimiter, charge_signed_out, install_rate_limits
from sync_server.platform.work import Transactions

ALICE = UUID("019bc1a2-0000-7000-8000-00000000000a")
BOB = UUID("019bc1a2-0000-7000-8000-00000000000b")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    max_body_bytes: int = 4 * 1024 * 1024
    cors_origins: list[str] = field(default_factory=list)
    trusted_proxies: list[str] = field(default_factory=list)
    public_url: str = "http://test"


class TokensAreUsers:
    """Believes a token that is a user's id."""

    async def authenticate(self, credentials: str) -> Principal:
        try:
            user_id = UUID(credentials)
        except ValueError:
            raise InvalidTokenError("This token is not valid.") from None
        return Principal(
            user_id=user_id,
            session_id=None,
            api_key_id=None,
            role="user",
            tier="free",
            state="active",
            email_verified=True,
        )


@asynccontextmanager
async def transactions_on(database_url: str, clock: Clock) -> AsyncIterator[Transactions]:
    database = Database(url=database_url)
    yield Transactions(
        database=database,
        builders={
            Authenticator: lambda _: TokensAreUsers(),
            KeptReplies: lambda work: KeptReplies(
                session=work.session,
                world=World(clock=clock),
                secret="a secret",
                runs_at_most=timedelta(minutes=2),
            ),
        },
    )
    await database.close()


def edge_app(
    router: APIRouter,
    *,
    clock: Clock,
    settings: EdgeSettings | None = None,
    transactions: Transactions | None = None,
    tiers: Mapping[str, Sequence[Limit]] | None = None,
) -> FastAPI:
    app = FastAPI(title="Edge", docs_url=None, redoc_url=None)
    app.state.transactions = transactions
    app.include_router(router, prefix="/api/v1", dependencies=[Depends(charge_signed_out)])
    install_error_handlers(app)
    install_rate_limits(
        app, RateLimiter(counters=MemoryCounters(clock=clock), clock=clock, tiers=tiers or {})
    )
    install_middleware(app, settings or EdgeSettings())
    return app


def client_of(app: FastAPI, *, address: str = "192.0.2.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=(address, 5000)), base_url="http://test/api/v1"
    )


def token_of(user: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer {user}"}
