"""Whether the server lives, and whether it can serve."""

import logging
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import ServiceUnavailableError
from sync_server.platform.openapi import errors
from sync_server.platform.replies import utc_now

log = logging.getLogger("pentimento.health")

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    message: str = "Pentimento is running."
    version: str
    timestamp: datetime


class Readiness(BaseModel):
    status: Literal["ready"] = "ready"
    database: Literal["ok"] = "ok"
    queue: Literal["ok"] = "ok"


@router.get("/health", summary="Whether the server lives")
@router.get("/api/v1/health", summary="Whether the server lives (the API's address)")
async def health() -> Health:
    """Asks nothing of the database, so that a database that restarts does not have every process restarted."""
    return Health(version=server_version(), timestamp=utc_now())


@router.get(
    "/ready",
    summary="Whether the server can serve",
    responses=errors(ServiceUnavailableError),
)
async def ready(transactions: AllTransactions) -> Readiness:
    """For load balancers: the database and the queue in it answer."""
    try:
        async with transactions.begin() as work:
            await work.session.execute(text("SELECT 1 FROM queue.procrastinate_jobs LIMIT 1"))
    except (SQLAlchemyError, OSError) as error:
        log.warning("the database or the queue does not answer", extra={"problem": str(error)})
        raise ServiceUnavailableError(
            "The server is not ready: its database does not answer.",
            advice="Try again in a few seconds.",
            headers={"Retry-After": "5"},
        ) from error
    return Readiness()


def server_version() -> str:
    try:
        return version("pentimento")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
