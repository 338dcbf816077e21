"""Blocking people."""

from fastapi import APIRouter

from shared.contracts.gallery import Author
from sync_server.gallery.routes.dependencies import TheSocial, TheViews
from sync_server.platform.edge import SignedIn
from sync_server.platform.errors import NotFoundError, UnprocessableError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)


@router.get("/blocked", summary="Whom one has blocked", responses=errors())
async def blocked(principal: SignedIn, social: TheSocial, views: TheViews) -> Reply[list[Author]]:
    return Reply(data=[await views.shown_person(person) for person in await social.blocked(principal)])


@router.post(
    "/users/{username}/block",
    summary="See nothing more of somebody",
    responses=errors(NotFoundError, UnprocessableError),
)
async def block(username: str, principal: SignedIn, social: TheSocial) -> Reply[None]:
    """Nor can they like one's items any more."""
    await social.block(principal, username, blocked=True)
    return Reply(data=None, message="You will not see their pictures any more.")


@router.delete(
    "/users/{username}/block",
    summary="See somebody again",
    responses=errors(NotFoundError, UnprocessableError),
)
async def unblock(username: str, principal: SignedIn, social: TheSocial) -> Reply[None]:
    await social.block(principal, username, blocked=False)
    return Reply(data=None, message="You will see their pictures again.")
