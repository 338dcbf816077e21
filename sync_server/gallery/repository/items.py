"""Rows of items and boards."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from sync_server.gallery.rules.words import query_of, words_of
from sync_server.gallery.tables import (
    BoardItemRow,
    BoardRow,
    ItemRow,
    LikeRow,
    PublicationRow,
    ShareRow,
)


def search_vector(texts: Iterable[str | None]) -> Any:
    """What a `search` column is set to."""
    return func.array_to_tsvector(cast(words_of(text for text in texts if text), ARRAY(Text())))


def has_words(column: Any, asked: str) -> ColumnElement[bool] | None:
    """None where nothing in `asked` is a word."""
    query = query_of(asked)
    return column.op("@@")(cast(literal(query), TSQUERY)) if query else None


def has_tags(column: Any, tags: Sequence[str]) -> ColumnElement[bool]:
    matched: ColumnElement[bool] = column.contains(cast(list(tags), ARRAY(Text())))
    return matched


class ItemRepository:
    def __init__(self, *, session: AsyncSession) -> None:
        self.session = session

    async def own(self, user_id: UUID, item_id: UUID, *, lock: bool = False) -> ItemRow | None:
        """Also from the trash."""
        query = select(ItemRow).where(ItemRow.id == item_id, ItemRow.user_id == user_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def item(self, item_id: UUID) -> ItemRow | None:
        return await self.session.get(ItemRow, item_id)

    async def items(self, ids: Sequence[UUID]) -> dict[UUID, ItemRow]:
        rows = await self.session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)))
        return {row.id: row for row in rows}

    async def own_ids(self, user_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
        """Those that are this user's and not in the trash."""
        rows = await self.session.scalars(
            select(ItemRow.id).where(
                ItemRow.id.in_(ids), ItemRow.user_id == user_id, ItemRow.deleted_at.is_(None)
            )
        )
        return set(rows)

    async def boards_of(self, item_ids: Sequence[UUID]) -> Mapping[UUID, list[BoardRow]]:
        found: dict[UUID, list[BoardRow]] = {}
        if item_ids:
            rows = await self.session.execute(
                select(BoardItemRow.item_id, BoardRow)
                .join(BoardRow, BoardRow.id == BoardItemRow.board_id)
                .where(BoardItemRow.item_id.in_(item_ids), BoardRow.deleted_at.is_(None))
                .order_by(BoardRow.name, BoardRow.id)
            )
            for item_id, board in rows:
                found.setdefault(item_id, []).append(board)
        return found

    async def publications(self, item_ids: Sequence[UUID]) -> Mapping[UUID, PublicationRow]:
        if not item_ids:
            return {}
        rows = await self.session.scalars(select(PublicationRow).where(PublicationRow.item_id.in_(item_ids)))
        return {row.item_id: row for row in rows}

    async def publication(self, item_id: UUID, *, lock: bool = False) -> PublicationRow | None:
        query = select(PublicationRow).where(PublicationRow.item_id == item_id)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def liked(self, user_id: UUID, item_ids: Sequence[UUID]) -> set[UUID]:
        if not item_ids:
            return set()
        rows = await self.session.scalars(
            select(LikeRow.item_id).where(LikeRow.user_id == user_id, LikeRow.item_id.in_(item_ids))
        )
        return set(rows)

    async def newest_share(self, item_id: UUID, now: Any) -> ShareRow | None:
        return await self.session.scalar(
            select(ShareRow)
            .where(
                ShareRow.item_id == item_id,
                ShareRow.revoked_at.is_(None),
                ShareRow.expires_at.is_(None) | (ShareRow.expires_at > now),
            )
            .order_by(ShareRow.created_at.desc())
            .limit(1)
        )

    async def count(self, conditions: Sequence[ColumnElement[bool]]) -> int:
        query = select(func.count()).select_from(ItemRow).where(*conditions)
        return int(await self.session.scalar(query) or 0)

    async def bytes_by_type(self, user_id: UUID) -> list[tuple[str, bool, int]]:
        """Type, whether in the trash, and how many bytes."""
        trashed = ItemRow.deleted_at.is_not(None)
        rows = await self.session.execute(
            select(ItemRow.type, trashed, func.sum(ItemRow.stored_bytes))
            .where(ItemRow.user_id == user_id)
            .group_by(ItemRow.type, trashed)
        )
        return [(kind, bool(gone), int(size)) for kind, gone, size in rows]
