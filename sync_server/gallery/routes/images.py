"""/gallery/images: one's items, the trash, the storage."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.gallery import (
    Category,
    Emptied,
    Item,
    ItemChange,
    ItemSummary,
    ItemType,
    Liked,
    NewItem,
    ReportRequest,
    Starred,
    StorageUsage,
)
from sync_server.gallery.routes.dependencies import (
    ADDING,
    TheAdding,
    TheFeed,
    TheItems,
    ThePublishing,
    TheSocial,
    TheViews,
)
from sync_server.gallery.rules.labels import asked_tags
from sync_server.gallery.service.feed import Feed
from sync_server.gallery.service.items import ItemFilter, Items
from sync_server.platform.bodies import Body, body_of, described
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import AllTransactions, SignedIn
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    ForbiddenError,
    InvalidParametersError,
    NotFoundError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Reply

router = APIRouter(route_class=IdempotentRoute)

Words = Annotated[str | None, Query(max_length=200, description="Words of prompt, title or tags.")]
TagList = Annotated[str | None, Query(max_length=2000, description="Separated by commas; all must match.")]
ModelName = Annotated[str | None, Query(max_length=200, description="Only of this model.")]
OfCategory = Annotated[Category | None, Query(description="Only of this category.")]


@router.get(
    "/images", summary="One's pictures, videos and canvases", responses=errors(InvalidParametersError)
)
async def images(
    principal: SignedIn,
    items: TheItems,
    views: TheViews,
    page: Paging,
    board_id: Annotated[UUID | None, Query(description="Only of this board.")] = None,
    starred: Annotated[bool | None, Query(description="Only with a star, or only without.")] = None,
    is_public: Annotated[bool | None, Query(description="Only public, or only private.")] = None,
    type: Annotated[ItemType | None, Query(description="Only of this kind.")] = None,  # noqa: A002 - the seed's name
    model: ModelName = None,
    category: OfCategory = None,
    tag: TagList = None,
    tags: TagList = None,
    q: Words = None,
) -> Page[ItemSummary]:
    """Sorted by created_at, updated_at, like_count or file_size."""
    chosen = ItemFilter(
        board_id=board_id,
        starred=starred,
        public=is_public,
        type=type,
        model=model,
        category=category,
        tags=asked_tags(",".join(part for part in (tag, tags) if part)),
        words=q,
    )
    rows, pagination = await items.page(principal.user_id, chosen, page)
    return Page(data=await views.summaries(rows), pagination=pagination)


@router.post(
    "/images",
    status_code=201,
    summary="Add a picture",
    responses=errors(*ADDING),
    openapi_extra=described(NewItem),
)
async def add_image(
    body: Annotated[Body[NewItem], body_of(NewItem)],
    principal: SignedIn,
    adding: TheAdding,
    transactions: AllTransactions,
) -> Reply[Item]:
    """It is private, and kept bit for bit."""
    item_id = await adding.add(principal, body.asked, files=body.files)
    async with transactions.begin() as work:
        return Reply(data=await work.get(Feed).item(item_id, principal), message="The picture is kept.")


@router.patch(
    "/images/{image_id}",
    summary="Change an item, publish it or withdraw it",
    responses=errors(
        NotFoundError,
        InvalidParametersError,
        EmailNotVerifiedError,
        UnprocessableError,
        UnsupportedMediaTypeError,
    ),
)
async def change_image(
    image_id: UUID,
    asked: ItemChange,
    principal: SignedIn,
    publishing: ThePublishing,
    transactions: AllTransactions,
) -> Reply[Item]:
    """`prompt` is the caption; the recipe stays. New authors' pictures wait for a moderator (`publication`)."""
    async with transactions.begin() as work:
        row = await work.get(Items).change(principal.user_id, image_id, asked)
        publish = asked.is_public is True and not row.is_public
    if publish:
        await publishing.publish(principal, image_id)
    async with transactions.begin() as work:
        return Reply(data=await work.get(Feed).item(image_id, principal))


@router.delete("/images/{image_id}", summary="Put an item into the trash", responses=errors(NotFoundError))
async def delete_image(image_id: UUID, principal: SignedIn, items: TheItems) -> Reply[None]:
    await items.delete(principal.user_id, image_id)
    return Reply(data=None, message="It lies in the trash for 30 days.")


@router.post(
    "/images/{image_id}/restore", summary="Take an item out of the trash", responses=errors(NotFoundError)
)
async def restore_image(image_id: UUID, principal: SignedIn, items: TheItems, feed: TheFeed) -> Reply[Item]:
    await items.restore(principal.user_id, image_id)
    return Reply(data=await feed.item(image_id, principal), message="It is back.")


@router.post("/images/{image_id}/star", summary="Give an item a star", responses=errors(NotFoundError))
async def star(image_id: UUID, principal: SignedIn, items: TheItems) -> Reply[Starred]:
    await items.star(principal.user_id, image_id, starred=True)
    return Reply(data=Starred(image_id=image_id, is_starred=True))


@router.delete("/images/{image_id}/star", summary="Take the star away", responses=errors(NotFoundError))
async def unstar(image_id: UUID, principal: SignedIn, items: TheItems) -> Reply[Starred]:
    await items.star(principal.user_id, image_id, starred=False)
    return Reply(data=Starred(image_id=image_id, is_starred=False))


@router.post(
    "/images/{image_id}/like",
    summary="Like a public item",
    responses=errors(NotFoundError, ForbiddenError),
)
async def like(image_id: UUID, principal: SignedIn, social: TheSocial) -> Reply[Liked]:
    """Once a person; again, it changes nothing."""
    return Reply(data=await social.like(principal, image_id, liked=True))


@router.delete("/images/{image_id}/like", summary="Take the like back", responses=errors(NotFoundError))
async def unlike(image_id: UUID, principal: SignedIn, social: TheSocial) -> Reply[Liked]:
    return Reply(data=await social.like(principal, image_id, liked=False))


@router.post(
    "/images/{image_id}/report",
    status_code=201,
    summary="Report a public item",
    responses=errors(NotFoundError, UnprocessableError),
)
async def report(image_id: UUID, asked: ReportRequest, principal: SignedIn, social: TheSocial) -> Reply[None]:
    """Moderators look at it. Once a person; again, it changes nothing."""
    await social.report(principal, image_id, asked)
    return Reply(data=None, message="Thank you. Moderators will look at it.")


@router.get("/trash", summary="What lies in the trash", responses=errors(InvalidParametersError))
async def trash(principal: SignedIn, items: TheItems, views: TheViews, page: Paging) -> Page[ItemSummary]:
    rows, pagination = await items.trash(principal.user_id, page)
    return Page(data=await views.summaries(rows), pagination=pagination)


@router.delete("/trash", summary="Empty the trash", responses=errors())
async def empty_trash(principal: SignedIn, transactions: AllTransactions) -> Reply[Emptied]:
    """For good."""
    deleted = freed = 0
    while True:
        async with transactions.begin() as work:
            emptied = await work.get(Items).empty_trash(principal.user_id)
        deleted, freed = deleted + emptied.deleted, freed + emptied.freed_bytes
        if not emptied.deleted:
            return Reply(data=Emptied(deleted=deleted, freed_bytes=freed), message="The trash is empty.")


@router.delete("/trash/{image_id}", summary="Delete an item of the trash", responses=errors(NotFoundError))
async def erase(image_id: UUID, principal: SignedIn, items: TheItems) -> Reply[Emptied]:
    """For good."""
    return Reply(data=await items.erase(principal.user_id, image_id))


@router.get("/storage", summary="How much one stores", responses=errors())
async def storage(principal: SignedIn, items: TheItems) -> Reply[StorageUsage]:
    return Reply(data=await items.storage(principal.user_id, principal.tier))
