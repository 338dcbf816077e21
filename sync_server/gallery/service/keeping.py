"""Items as other features make them and ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.accounts.service import Accounts
from sync_server.gallery.repository.items import search_vector
from sync_server.gallery.service.shelving import BoardShelf
from sync_server.gallery.tables import BoardRow, ItemRow
from sync_server.platform.ports import World


@dataclass(frozen=True, kw_only=True)
class NewPicture:
    """A picture whose files lie in the storage. `stored_bytes` counts all of them."""

    key: str
    thumbnail_key: str
    blob: str
    mime_type: str
    width: int
    height: int
    size: int
    stored_bytes: int
    seed: int | None
    recipe: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class ItemRecord:
    id: UUID
    user_id: UUID
    job_id: UUID | None
    position: int
    type: str
    key: str
    thumbnail_key: str
    blob: str
    width: int
    height: int
    size: int
    seed: int | None
    recipe: dict[str, Any] | None


class ItemKeeper:
    def __init__(self, *, session: AsyncSession, accounts: Accounts, shelf: BoardShelf, world: World) -> None:
        self._session = session
        self._accounts = accounts
        self._shelf = shelf
        self._world = world

    async def keep_made(
        self,
        user_id: UUID,
        pictures: Sequence[NewPicture],
        *,
        job_id: UUID,
        model: str,
        prompt: str,
        board_id: UUID | None,
    ) -> None:
        """What a job made: counted in its owner's storage, and put on the board if it is still there."""
        now = self._world.clock()
        ids = []
        for position, picture in enumerate(pictures):
            row = ItemRow(
                id=self._world.new_id(),
                user_id=user_id,
                job_id=job_id,
                position=position,
                type="image",
                key=picture.key,
                thumbnail_key=picture.thumbnail_key,
                blob=picture.blob,
                mime_type=picture.mime_type,
                width=picture.width,
                height=picture.height,
                size=picture.size,
                stored_bytes=picture.stored_bytes,
                seed=picture.seed,
                model=model,
                title=None,
                description=None,
                prompt=prompt,
                category=None,
                licence=None,
                recipe=picture.recipe,
                tags=[],
                search=search_vector([prompt]),
                allow_recipe=False,
                is_sensitive=False,
                is_public=False,
                is_starred=False,
                like_count=0,
                created_at=now,
                updated_at=now,
                deleted_at=None,
            )
            self._session.add(row)
            ids.append(row.id)
        if not ids:
            return
        await self._session.flush()
        await self._accounts.add_stored_bytes(user_id, sum(picture.stored_bytes for picture in pictures))
        if board_id is not None:
            await self._shelf.put(board_id, ids)

    async def of_jobs(self, job_ids: Sequence[UUID]) -> Mapping[UUID, list[ItemRecord]]:
        """What each made, in its order, without what lies in the trash."""
        found: dict[UUID, list[ItemRecord]] = {}
        if not job_ids:
            return found
        query = select(ItemRow).where(ItemRow.job_id.in_(job_ids), ItemRow.deleted_at.is_(None))
        for row in await self._session.scalars(query.order_by(ItemRow.job_id, ItemRow.position)):
            if row.job_id is not None:
                found.setdefault(row.job_id, []).append(_record(row))
        return found

    async def own(self, user_id: UUID, item_id: UUID) -> ItemRecord | None:
        row = await self._session.scalar(
            select(ItemRow).where(
                ItemRow.id == item_id, ItemRow.user_id == user_id, ItemRow.deleted_at.is_(None)
            )
        )
        return _record(row) if row else None

    async def at_keys(self, keys: Sequence[str]) -> set[str]:
        """Those of them at which the picture of an item lies, also of one in the trash."""
        return set(await self._session.scalars(select(ItemRow.key).where(ItemRow.key.in_(keys))))

    async def has_board(self, user_id: UUID, board_id: UUID) -> bool:
        query = select(BoardRow.id).where(
            BoardRow.id == board_id, BoardRow.user_id == user_id, BoardRow.deleted_at.is_(None)
        )
        return await self._session.scalar(query) is not None

    # What accounts and statistics tell of

    async def count_images(self, user_id: UUID) -> int:
        query = select(func.count()).where(ItemRow.user_id == user_id, ItemRow.type == "image")
        return int(await self._session.scalar(query) or 0)

    async def images_by_day(
        self, user_id: UUID, *, since: datetime | None, until: datetime
    ) -> dict[Any, int]:
        day = cast(func.timezone("UTC", ItemRow.created_at), Date)
        chosen = [ItemRow.user_id == user_id, ItemRow.type == "image", ItemRow.created_at < until]
        if since is not None:
            chosen.append(ItemRow.created_at >= since)
        rows = await self._session.execute(select(day, func.count()).where(*chosen).group_by(day))
        return {found: int(count) for found, count in rows}

    async def export(self, user_id: UUID) -> list[dict[str, Any]]:
        rows = await self._session.scalars(
            select(ItemRow).where(ItemRow.user_id == user_id).order_by(ItemRow.created_at, ItemRow.id)
        )
        return [
            {
                "id": str(row.id),
                "type": row.type,
                "title": row.title,
                "description": row.description,
                "prompt": row.prompt,
                "tags": row.tags,
                "is_public": row.is_public,
                "width": row.width,
                "height": row.height,
                "recipe": row.recipe,
                "created_at": row.created_at.isoformat(),
            }
            for row in rows
        ]


def _record(row: ItemRow) -> ItemRecord:
    return ItemRecord(
        id=row.id,
        user_id=row.user_id,
        job_id=row.job_id,
        position=row.position,
        type=row.type,
        key=row.key,
        thumbnail_key=row.thumbnail_key,
        blob=row.blob,
        width=row.width,
        height=row.height,
        size=row.size,
        seed=row.seed,
        recipe=row.recipe,
    )
