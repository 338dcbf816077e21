"""One's own items: lists, details, changes, the trash."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import Emptied, ItemChange, StorageUsage
from shared.pricing.tariffs import Tariffs
from sync_server.accounts.service import Accounts
from sync_server.gallery.repository.items import ItemRepository, has_tags, has_words, search_vector
from sync_server.gallery.rules.labels import tidy_tags
from sync_server.gallery.service.files import FileRecords
from sync_server.gallery.service.publishing import Publications, missing_item
from sync_server.gallery.tables import BoardItemRow, ItemRow
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.errors import InvalidParametersError
from sync_server.platform.keysets import keyset_page
from sync_server.platform.ports import World
from sync_server.platform.replies import Pagination

KEPT_IN_TRASH = timedelta(days=30)
_AT_ONCE = 500
_SORTS = {
    "created_at": ItemRow.created_at,
    "updated_at": ItemRow.updated_at,
    "like_count": ItemRow.like_count,
    "file_size": ItemRow.size,
}
_NULLABLE = frozenset({"title", "description", "category", "licence"})
_DELIVERED = ("jpg", "webp")


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    board_id: UUID | None = None
    starred: bool | None = None
    public: bool | None = None
    type: str | None = None
    model: str | None = None
    category: str | None = None
    tags: list[str] = field(default_factory=list)
    words: str | None = None


class Items:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        publications: Publications,
        files: FileRecords,
        accounts: Accounts,
        cursors: CursorSigner,
        tariffs: Tariffs,
        world: World,
    ) -> None:
        self._session = session
        self._repository = repository
        self._publications = publications
        self._files = files
        self._accounts = accounts
        self._cursors = cursors
        self._tariffs = tariffs
        self._world = world

    async def page(
        self, user_id: UUID, chosen: ItemFilter, page: PageRequest
    ) -> tuple[list[ItemRow], Pagination]:
        sort = page.sorted_by(_SORTS, default="created_at")
        conditions = [ItemRow.user_id == user_id, ItemRow.deleted_at.is_(None), *_conditions(chosen)]
        rows, pagination = await keyset_page(
            self._session,
            select(ItemRow).where(*conditions),
            order=(_SORTS[sort], ItemRow.id),
            page=page,
            cursors=self._cursors,
            scope=f"items:{user_id}",
            total=await self._repository.count(conditions),
        )
        return rows, pagination

    async def trash(self, user_id: UUID, page: PageRequest) -> tuple[list[ItemRow], Pagination]:
        page.sorted_by(["deleted_at"], default="deleted_at")
        conditions: list[ColumnElement[bool]] = [
            ItemRow.user_id == user_id,
            ItemRow.deleted_at.is_not(None),
        ]
        return await keyset_page(
            self._session,
            select(ItemRow).where(*conditions),
            order=(ItemRow.deleted_at, ItemRow.id),
            page=page,
            cursors=self._cursors,
            scope=f"trash:{user_id}",
            total=await self._repository.count(conditions),
        )

    async def own(self, user_id: UUID, item_id: UUID) -> ItemRow:
        """Raises NotFoundError, also for one in the trash."""
        row = await self._repository.own(user_id, item_id)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        return row

    async def change(self, user_id: UUID, item_id: UUID, change: ItemChange) -> ItemRow:
        """All but publishing, which is `Publishing`'s; withdrawing is done here."""
        row = await self._repository.own(user_id, item_id, lock=True)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        for name in change.model_fields_set - {"is_public", "tags"}:
            value = getattr(change, name)
            if value is not None or name in _NULLABLE:
                setattr(row, name, value)
        if change.tags is not None:
            row.tags = tidy_tags(change.tags)
        if change.is_public is False:
            row.is_public = False
        row.search = search_vector([row.title, row.prompt, *row.tags])
        row.updated_at = self._world.clock()
        await self._session.flush()
        await self._publications.follow(row)
        return row

    async def star(self, user_id: UUID, item_id: UUID, *, starred: bool) -> None:
        row = await self.own(user_id, item_id)
        if row.is_starred != starred:
            row.is_starred, row.updated_at = starred, self._world.clock()
            await self._session.flush()

    async def delete(self, user_id: UUID, item_id: UUID) -> None:
        """Into the trash; it is out of everybody's sight at once."""
        row = await self._repository.own(user_id, item_id, lock=True)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        row.deleted_at = self._world.clock()
        await self._session.flush()
        await self._publications.follow(row)

    async def restore(self, user_id: UUID, item_id: UUID) -> ItemRow:
        row = await self._repository.own(user_id, item_id, lock=True)
        if row is None or row.deleted_at is None:
            raise missing_item()
        row.deleted_at = None
        await self._session.flush()
        await self._publications.follow(row)
        return row

    async def erase(self, user_id: UUID, item_id: UUID) -> Emptied:
        """One of the trash, for good."""
        row = await self._repository.own(user_id, item_id, lock=True)
        if row is None or row.deleted_at is None:
            raise missing_item()
        return await self._erase([row])

    async def empty_trash(self, user_id: UUID) -> Emptied:
        """Up to five hundred at a time; `deleted` of none says that it is empty."""
        rows = await self._session.scalars(
            select(ItemRow)
            .where(ItemRow.user_id == user_id, ItemRow.deleted_at.is_not(None))
            .order_by(ItemRow.deleted_at)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return await self._erase(list(rows))

    async def erase_old(self) -> int:
        """What lay in anybody's trash for thirty days. How many went."""
        rows = await self._session.scalars(
            select(ItemRow)
            .where(ItemRow.deleted_at <= self._world.clock() - KEPT_IN_TRASH)
            .order_by(ItemRow.deleted_at)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return (await self._erase(list(rows))).deleted

    async def storage(self, user_id: UUID, tier: str) -> StorageUsage:
        used = await self._accounts.stored_bytes(user_id)
        quota = self._tariffs.tier(tier).storage_bytes
        breakdown = dict.fromkeys(("images", "videos", "canvases", "trash"), 0)
        names = {"image": "images", "video": "videos", "canvas": "canvases"}
        for kind, trashed, size in await self._repository.bytes_by_type(user_id):
            breakdown["trash" if trashed else names[kind]] += size
        breakdown["other"] = max(0, used - sum(breakdown.values()))
        return StorageUsage(
            used_bytes=used,
            quota_bytes=quota,
            used_percentage=round(100 * used / quota, 2),
            breakdown=breakdown,
        )

    async def _erase(self, rows: list[ItemRow]) -> Emptied:
        publications = await self._repository.publications([row.id for row in rows])
        keys: set[str] = set()
        freed: dict[UUID, int] = {}
        for row in rows:
            base = row.key.rpartition(".")[0]
            keys |= {row.key, row.thumbnail_key, *(f"{base}.{suffix}" for suffix in _DELIVERED)}
            if (publication := publications.get(row.id)) is not None:
                keys |= {publication.key, publication.preview_key}
            freed[row.user_id] = freed.get(row.user_id, 0) + row.stored_bytes
            if row.type == "canvas":
                await self._files.set_uses(row.user_id, {f"canvas:{row.id}": ()})
            await self._session.delete(row)
        await self._session.flush()
        await self._files.doom(keys)
        for owner, size in freed.items():
            await self._accounts.add_stored_bytes(owner, -size)
        return Emptied(deleted=len(rows), freed_bytes=sum(freed.values()))


def _conditions(chosen: ItemFilter) -> list[Any]:
    found: list[Any] = [
        column == value
        for column, value in (
            (ItemRow.is_starred, chosen.starred),
            (ItemRow.is_public, chosen.public),
            (ItemRow.type, chosen.type),
            (ItemRow.model, chosen.model),
            (ItemRow.category, chosen.category),
        )
        if value is not None
    ]
    if chosen.board_id is not None:
        found.append(
            ItemRow.id.in_(select(BoardItemRow.item_id).where(BoardItemRow.board_id == chosen.board_id))
        )
    if chosen.tags:
        found.append(has_tags(ItemRow.tags, chosen.tags))
    if chosen.words:
        found.append(_words(chosen.words))
    return found


def _words(asked: str) -> ColumnElement[bool]:
    condition = has_words(ItemRow.search, asked)
    if condition is None:
        raise no_words()
    return condition


def no_words() -> InvalidParametersError:
    return InvalidParametersError(
        "There is no word in this search.",
        advice="Search for a letter or a number at least.",
        details={"fields": [{"path": "q", "message": "no word"}]},
    )
