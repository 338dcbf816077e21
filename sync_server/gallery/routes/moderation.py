"""/gallery/moderation: what waits, and what is decided. Moderators and administrators only."""

from uuid import UUID

from fastapi import APIRouter

from shared.contracts.gallery import Decided, DecisionRequest, ModerationEntry
from sync_server.gallery.routes.dependencies import TheModeration
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import Moderator
from sync_server.platform.errors import ForbiddenError, InvalidParametersError, NotFoundError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Reply

router = APIRouter(prefix="/moderation", route_class=IdempotentRoute)


@router.get(
    "/queue", summary="What is new or reported", responses=errors(ForbiddenError, InvalidParametersError)
)
async def queue(principal: Moderator, moderation: TheModeration, page: Paging) -> Page[ModerationEntry]:
    entries, pagination = await moderation.queue(principal, page)
    return Page(data=entries, pagination=pagination)


@router.post(
    "/images/{image_id}", summary="Decide on an item", responses=errors(ForbiddenError, NotFoundError)
)
async def decide(
    image_id: UUID, asked: DecisionRequest, principal: Moderator, moderation: TheModeration
) -> Reply[Decided]:
    """Any decision settles the reports that lie there."""
    return Reply(data=await moderation.decide(principal, image_id, asked))
