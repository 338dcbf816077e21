"""The web application: every router, and what stands around each request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI

from shared.pricing.tariffs import Tariffs
from sync_server.accounts.routes import pages as account_pages
from sync_server.accounts.routes import router as accounts_router
from sync_server.app.container import Container
from sync_server.billing.routes import router as billing_router
from sync_server.compat.routes import router as compat_router
from sync_server.credits.routes import router as credits_router
from sync_server.gallery.routes import pages_router as gallery_pages_router
from sync_server.gallery.routes import public_router as public_gallery_router
from sync_server.gallery.routes import router as gallery_router
from sync_server.generation.routes import router as generation_router
from sync_server.generation.routes import uploads_router
from sync_server.models.routes import router as models_router
from sync_server.platform import files, health
from sync_server.platform.error_handlers import install_error_handlers
from sync_server.platform.health import server_version
from sync_server.platform.middleware import install_middleware
from sync_server.platform.openapi import install_documentation
from sync_server.platform.rate_counters import open_counters
from sync_server.platform.rate_limits import (
    Limit,
    RateLimiter,
    charge_public_gallery,
    charge_signed_out,
    install_rate_limits,
)
from sync_server.platform.telemetry import Telemetry
from sync_server.realtime.routes import router as realtime_router
from sync_server.sync.routes import router as sync_router
from sync_server.workflows.routes import router as workflows_router

API = "/api/v1"
_SOCKET_PATIENCE = 10.0
_WINDOWS_SECONDS = (60, 3600, 86_400)
_LIBRARIES_A_DAY = 2
"""How often somebody may send or fetch as much as their plan stores."""


def _every_route() -> APIRouter:
    """In the order in which they are looked through: what is asked most comes first."""
    every = APIRouter()
    for router in (
        accounts_router,
        credits_router,
        gallery_router,
        billing_router,
        generation_router,
        uploads_router,
        models_router,
        workflows_router,
    ):
        every.include_router(router, prefix=API, dependencies=[Depends(charge_signed_out)])
    every.include_router(sync_router, prefix=API)
    every.include_router(public_gallery_router, prefix=API, dependencies=[Depends(charge_public_gallery)])
    every.include_router(health.router)
    every.include_router(files.router)
    every.include_router(account_pages.router, dependencies=[Depends(charge_signed_out)])
    every.include_router(gallery_pages_router)
    every.include_router(realtime_router)
    every.include_router(compat_router, dependencies=[Depends(charge_signed_out)])
    return every


# Of all applications of a process: FastAPI takes half a second to prepare a route's models when it is first asked for.
_ROUTES = _every_route()


def create_app(
    container: Container, *, limiter: RateLimiter | None = None, run_tasks: bool = False
) -> FastAPI:
    """`limiter` replaces that of the tariffs; with `run_tasks` this process works off the queue as well."""
    settings = container.settings
    telemetry = Telemetry(settings)
    counters = open_counters(redis_url=settings.redis_url, clock=container.world.clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await container.start()
        listening = asyncio.create_task(container.listener.run())
        worker = asyncio.create_task(container.queue.work()) if run_tasks else None
        try:
            yield
        finally:
            running = [task for task in (listening, worker) if task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await container.close()
            await counters.close()
            telemetry.close()

    app = FastAPI(
        title="Pentimento",
        version=server_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=telemetry.for_fastapi,
    )
    app.state.transactions = container.transactions
    app.state.passwords = container.passwords
    app.state.storage = container.storage
    app.state.listener = container.listener
    app.state.socket_patience = _SOCKET_PATIENCE
    app.state.cors_origins = frozenset(settings.cors_origins)
    app.state.public_url = settings.public_url
    app.state.oauth_flow = container.oauth_flow
    app.state.neutral_registration = settings.neutral_registration
    app.router.routes.extend(_ROUTES.routes)
    install_error_handlers(app)
    tiers = _limits(container.tariffs)
    install_rate_limits(
        app,
        limiter
        or RateLimiter(
            counters=counters,
            clock=container.world.clock,
            tiers=tiers,
            generations={
                name: Limit(amount=tier.generations_per_minute, seconds=_WINDOWS_SECONDS[0])
                for name, tier in container.tariffs.tiers.items()
            },
            synced_megabytes={
                name: Limit(amount=_LIBRARIES_A_DAY * 1024 * tier.storage_gb, seconds=_WINDOWS_SECONDS[2])
                for name, tier in container.tariffs.tiers.items()
            },
        ),
    )
    install_middleware(app, settings, new_id=container.world.new_id)
    telemetry.install(app, container.database)
    install_documentation(app)
    return app


def _limits(tariffs: Tariffs) -> dict[str, list[Limit]]:
    """A tier whose limits are by agreement has none here."""
    return {
        name: [
            Limit(amount=amount, seconds=seconds)
            for amount, seconds in zip(tier.requests, _WINDOWS_SECONDS, strict=True)
        ]
        for name, tier in tariffs.tiers.items()
        if tier.requests is not None
    }
