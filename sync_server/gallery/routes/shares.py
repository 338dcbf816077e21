"""Links to items, and the list of all of one's links."""

from uuid import UUID

from fastapi import APIRouter

from shared.contracts.gallery import Share, ShareRequest
from sync_server.gallery.routes.dependencies import ThePublishing, TheShares
from sync_server.gallery.service.shares import Shares
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import AllTransactions, SignedIn, Verified
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    InvalidParametersError,
    NotFoundError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Reply

router = APIRouter(route_class=IdempotentRoute)


@router.post(
    "/images/{image_id}/share",
    summary="A link to an item",
    responses=errors(
        NotFoundError,
        EmailNotVerifiedError,
        InvalidParametersError,
        UnprocessableError,
        UnsupportedMediaTypeError,
    ),
)
async def share_image(
    image_id: UUID,
    asked: ShareRequest,
    principal: Verified,
    publishing: ThePublishing,
    transactions: AllTransactions,
) -> Reply[Share]:
    """Whoever has it sees the picture, without what its file says of place or person."""
    await publishing.make_copies(principal.user_id, image_id)
    async with transactions.begin() as work:
        share = await work.get(Shares).share_item(principal.user_id, image_id, expires_at=asked.expires_at)
    return Reply(data=share)


@router.delete(
    "/images/{image_id}/share", summary="Revoke all links to an item", responses=errors(NotFoundError)
)
async def revoke_image_links(image_id: UUID, principal: SignedIn, shares: TheShares) -> Reply[None]:
    await shares.revoke_all_of_item(principal.user_id, image_id)
    return Reply(data=None, message="The links show nothing any more.")


@router.get("/shares", summary="One's links", responses=errors(InvalidParametersError))
async def links(principal: SignedIn, shares: TheShares, page: Paging) -> Page[Share]:
    shown, pagination = await shares.page(principal.user_id, page)
    return Page(data=shown, pagination=pagination)


@router.delete("/shares/{share_id}", summary="Revoke a link", responses=errors(NotFoundError))
async def revoke(share_id: UUID, principal: SignedIn, shares: TheShares) -> Reply[None]:
    await shares.revoke(principal.user_id, share_id)
    return Reply(data=None, message="The link shows nothing any more.")
