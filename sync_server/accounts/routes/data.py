"""/users/me: usage, a copy of one's data, and leaving."""

import calendar
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from shared.contracts.billing import UsageReport
from shared.contracts.profiles import DeletionAsked, DeletionRequest
from sync_server.accounts.routes.presence import TheProof
from sync_server.accounts.service import Creations, Deletion, Entitlements, Profiles, Usage
from sync_server.platform.edge import AllTransactions, InPerson, Leaving, SignedIn, service
from sync_server.platform.errors import (
    AuthenticationFailedError,
    ConflictError,
    ForbiddenError,
    RateLimitExceededError,
    ValidationFailedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.ports import World
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/me", tags=["data"])

Period = Literal["day", "week", "month", "7d", "30d", "90d"]
TheWorld = Annotated[World, service(World)]


@router.get("/usage", summary="What was used", responses=errors())
async def usage(
    principal: SignedIn,
    used: Annotated[Usage, service(Usage)],
    world: TheWorld,
    period: Annotated[
        Period, Query(description="Today, this week or month so far, or so many days.")
    ] = "month",
) -> Reply[UsageReport]:
    now = world.clock()
    since = _begins(period, now)
    return Reply(data=await used.report(principal.user_id, period=period, since=since, until=now))


@router.get("/export", summary="A copy of one's data", responses=errors())
async def export(
    principal: Leaving,
    profiles: Annotated[Profiles, service(Profiles)],
    entitlements: Annotated[Entitlements, service(Entitlements)],
    creations: Annotated[Creations, service(Creations)],
) -> Reply[dict[str, Any]]:
    profile = await profiles.profile(principal.user_id)
    return Reply(
        data={
            "profile": profile.model_dump(mode="json"),
            **await entitlements.export(principal.user_id),
            **await creations.export(principal.user_id),
        }
    )


@router.delete(
    "",
    summary="Ask for the account's deletion",
    responses=errors(
        ValidationFailedError, AuthenticationFailedError, ForbiddenError, RateLimitExceededError
    ),
)
async def delete(
    asked: DeletionRequest,
    principal: InPerson,
    proof: TheProof,
    transactions: AllTransactions,
) -> Reply[DeletionAsked]:
    """With the word DELETE, and the password or a sign-in within ten minutes. Thirty days to take it back."""
    if asked.confirmation != "DELETE":
        raise ValidationFailedError(
            "The confirmation must be the word DELETE.",
            advice="Type DELETE in capitals.",
            details={"fields": [{"path": "confirmation", "message": "not DELETE"}]},
        )
    await proof.require(principal, asked.password)
    async with transactions.begin() as work:
        due = await work.get(Deletion).ask(principal.user_id, session_id=principal.session_id)
    return Reply(
        data=DeletionAsked(deletion_due_at=due), message="Your account will be erased in thirty days."
    )


@router.post("/cancel-deletion", summary="Take the deletion back", responses=errors(ConflictError))
async def cancel_deletion(
    principal: Leaving, deletion: Annotated[Deletion, service(Deletion)]
) -> Reply[None]:
    await deletion.take_back(principal.user_id)
    return Reply(data=None, message="Your account stays.")


def _begins(period: Period, now: datetime) -> datetime:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return today
    if period == "week":
        return today - timedelta(days=(now.weekday() - calendar.MONDAY) % 7)
    if period == "month":
        return today.replace(day=1)
    return now - timedelta(days=int(period.removesuffix("d")))
