"""What is public: the feed by every order and filter, search, and one item of it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import Item, PublicItem
from sync_server.accounts.service import People
from sync_server.gallery.repository.items import ItemRepository, has_tags, has_words
from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.rules.seeing import moderates, sees_everything
from sync_server.gallery.service.items import no_words
from sync_server.gallery.service.publishing import missing_item
from sync_server.gallery.service.views import GalleryViews
from sync_server.gallery.tables import ItemRow, PublicationRow
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.edge import Principal
from sync_server.platform.keysets import keyset_page
from sync_server.platform.replies import Pagination

SORTS = {
    "created_at": PublicationRow.published_at,
    "latest": PublicationRow.published_at,
    "like_count": PublicationRow.like_count,
    "view_count": PublicationRow.view_count,
    "trending": PublicationRow.trending,
}


@dataclass(frozen=True, kw_only=True)
class FeedFilter:
    model: str | None = None
    category: str | None = None
    author_id: UUID | None = None
    tags: list[str] = field(default_factory=list)
    words: str | None = None


class Feed:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        social: SocialRepository,
        views: GalleryViews,
        people: People,
        cursors: CursorSigner,
    ) -> None:
        self._session = session
        self._repository = repository
        self._social = social
        self._views = views
        self._people = people
        self._cursors = cursors

    async def page(
        self, viewer: Principal | None, chosen: FeedFilter, page: PageRequest
    ) -> tuple[list[PublicItem], Pagination]:
        """As many queries for a page of any size. Raises InvalidParametersError."""
        sort = SORTS[page.sorted_by(SORTS, default="created_at")]
        blocked = await self._social.blocked_by(viewer.user_id) if viewer else set()
        rows, pagination = await keyset_page(
            self._session,
            feed_query(viewer, chosen, blocked),
            order=(sort, PublicationRow.item_id),
            page=page,
            cursors=self._cursors,
            scope="feed",
        )
        return await self._views.public([(row[0], row[1]) for row in rows], viewer), pagination

    async def item(self, item_id: UUID, viewer: Principal | None) -> Item:
        """One's own, or one that this viewer may see. Raises NotFoundError."""
        row = await self._repository.item(item_id)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        if viewer is not None and row.user_id == viewer.user_id:
            return await self._views.own(row, viewer)
        publication = await self.visible(row, viewer)
        return await self._views.foreign(row, publication, viewer)

    async def visible(self, row: ItemRow | None, viewer: Principal | None) -> PublicationRow:
        """The publication of somebody else's item. Raises NotFoundError."""
        if row is None or row.deleted_at is not None or not row.is_public:
            raise missing_item()
        publication = await self._repository.publication(row.id)
        person = (await self._people.by_ids([row.user_id])).get(row.user_id)
        if publication is None or person is None or not person.is_active:
            raise missing_item()
        if moderates(viewer):
            return publication
        if not publication.visible or (publication.is_sensitive and not sees_everything(viewer)):
            raise missing_item()
        if viewer is not None and await self._social.has_blocked(viewer.user_id, row.user_id):
            raise missing_item()
        return publication


def feed_query(viewer: Principal | None, chosen: FeedFilter, blocked: set[UUID]) -> Any:
    query = select(PublicationRow, ItemRow).join(ItemRow, ItemRow.id == PublicationRow.item_id)
    query = query.where(PublicationRow.visible)
    if not sees_everything(viewer):
        query = query.where(~PublicationRow.is_sensitive)
    if blocked:
        query = query.where(PublicationRow.user_id.not_in(sorted(blocked)))
    if chosen.model is not None:
        query = query.where(PublicationRow.model == chosen.model)
    if chosen.category is not None:
        query = query.where(PublicationRow.category == chosen.category)
    if chosen.author_id is not None:
        query = query.where(PublicationRow.user_id == chosen.author_id)
    if chosen.tags:
        query = query.where(has_tags(PublicationRow.tags, chosen.tags))
    if chosen.words is not None:
        condition = has_words(PublicationRow.search, chosen.words)
        if condition is None:
            raise no_words()
        query = query.where(condition)
    return query
