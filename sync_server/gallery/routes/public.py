"""What everybody may see: the feed, search, items, boards, people, links."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.gallery import Board, BoardWithImages, Download, Item, PublicItem, PublicProfile, Shared
from sync_server.gallery.routes.dependencies import (
    ClientAddress,
    TheBoards,
    TheFeed,
    TheShares,
    TheSocial,
    TheViews,
)
from sync_server.gallery.routes.images import ModelName, OfCategory, TagList
from sync_server.gallery.rules.labels import asked_tags
from sync_server.gallery.service.feed import FeedFilter
from sync_server.models.service import ModelCatalogue
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import MaybeSignedIn, service
from sync_server.platform.errors import InvalidParametersError, NotFoundError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Reply

router = APIRouter(route_class=IdempotentRoute)

TheCatalogue = Annotated[ModelCatalogue, service(ModelCatalogue)]
AuthorName = Annotated[str | None, Query(max_length=100, description="Only by this author.")]


@router.get(
    "/public/images", summary="The public feed", responses=errors(InvalidParametersError, NotFoundError)
)
async def public_images(
    viewer: MaybeSignedIn,
    feed: TheFeed,
    social: TheSocial,
    catalogue: TheCatalogue,
    page: Paging,
    model_id: ModelName = None,
    category: OfCategory = None,
    tags: TagList = None,
    author: AuthorName = None,
) -> Page[PublicItem]:
    """Sorted by created_at (latest), like_count, view_count or trending.

    Signed-out and free viewers see safe items, at most 1024 pixels on a side.
    """
    chosen = FeedFilter(
        model=await _model_name(catalogue, model_id),
        category=category,
        tags=asked_tags(tags),
        author_id=(await social.person(author)).id if author else None,
    )
    shown, pagination = await feed.page(viewer, chosen, page)
    return Page(data=shown, pagination=pagination)


@router.get(
    "/public/search", summary="Search what is public", responses=errors(InvalidParametersError, NotFoundError)
)
async def search(
    viewer: MaybeSignedIn,
    feed: TheFeed,
    catalogue: TheCatalogue,
    page: Paging,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words of prompt, title or tags.")],
    category: OfCategory = None,
    model_id: ModelName = None,
    tags: TagList = None,
) -> Page[PublicItem]:
    """In any script; words are found by their beginnings, and all must match."""
    chosen = FeedFilter(
        model=await _model_name(catalogue, model_id),
        category=category,
        tags=asked_tags(tags),
        words=q,
    )
    shown, pagination = await feed.page(viewer, chosen, page)
    return Page(data=shown, pagination=pagination)


@router.get("/public/boards", summary="Public boards", responses=errors(InvalidParametersError))
async def public_boards(viewer: MaybeSignedIn, boards: TheBoards, page: Paging) -> Page[Board]:
    """Those that have something for this viewer to see."""
    shown, pagination = await boards.public_page(page, viewer)
    return Page(data=shown, pagination=pagination)


@router.get(
    "/images/{image_id}", summary="An item, one's own or a public one", responses=errors(NotFoundError)
)
async def image(
    image_id: UUID, viewer: MaybeSignedIn, feed: TheFeed, social: TheSocial, address: ClientAddress
) -> Reply[Item]:
    """Views of others count once a person and day."""
    found = await feed.item(image_id, viewer)
    if not found.is_mine and found.publication == "approved":
        await social.seen(image_id, viewer, address)
    return Reply(data=found)


@router.post(
    "/images/{image_id}/download", summary="An address to download from", responses=errors(NotFoundError)
)
async def download(
    image_id: UUID, viewer: MaybeSignedIn, social: TheSocial, address: ClientAddress
) -> Reply[Download]:
    """Others' downloads count once a person and day."""
    return Reply(data=await social.download(image_id, viewer, address))


@router.get(
    "/boards/{board_id}",
    summary="A board with its items, one's own or a public one",
    responses=errors(NotFoundError, InvalidParametersError),
)
async def board(
    board_id: UUID, viewer: MaybeSignedIn, boards: TheBoards, page: Paging
) -> Reply[BoardWithImages]:
    """Of a public board others see what of it is public."""
    return Reply(data=await boards.get(board_id, viewer, page))


@router.get(
    "/shared/{token}", summary="What a link shows", responses=errors(NotFoundError, InvalidParametersError)
)
async def shared(
    token: str,
    viewer: MaybeSignedIn,
    shares: TheShares,
    boards: TheBoards,
    views: TheViews,
    page: Paging,
) -> Reply[Shared]:
    opened = await shares.opened_item(token)
    if opened is not None:
        return Reply(data=Shared(image=await views.foreign(*opened, viewer), board=None))
    row = await shares.opened_board(token)
    return Reply(data=Shared(image=None, board=await boards.shared(row, viewer, page)))


@router.get("/users/{username}", summary="An author", responses=errors(NotFoundError))
async def profile(username: str, viewer: MaybeSignedIn, social: TheSocial) -> Reply[PublicProfile]:
    return Reply(data=await social.profile(username, viewer))


@router.get(
    "/users/{username}/boards",
    summary="An author's public boards",
    responses=errors(NotFoundError, InvalidParametersError),
)
async def boards_of(
    username: str, viewer: MaybeSignedIn, social: TheSocial, boards: TheBoards, page: Paging
) -> Page[Board]:
    person = await social.person(username)
    shown, pagination = await boards.public_page(page, viewer, author_id=person.id)
    return Page(data=shown, pagination=pagination)


@router.get(
    "/users/{username}/images",
    summary="An author's public items",
    responses=errors(NotFoundError, InvalidParametersError),
)
async def images_of(
    username: str, viewer: MaybeSignedIn, social: TheSocial, feed: TheFeed, page: Paging
) -> Page[PublicItem]:
    person = await social.person(username)
    shown, pagination = await feed.page(viewer, FeedFilter(author_id=person.id), page)
    return Page(data=shown, pagination=pagination)


async def _model_name(catalogue: ModelCatalogue, asked: str | None) -> str | None:
    """By id, by the name of one that is offered, or by a name that was once used."""
    if asked is None:
        return None
    try:
        return (await catalogue.find(asked)).entry.name
    except NotFoundError:
        return asked
