"""Putting items onto boards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.gallery.tables import BoardItemRow, BoardRow
from sync_server.platform.ports import Clock


class BoardShelf:
    def __init__(self, *, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def put(self, board_id: UUID, item_ids: Sequence[UUID]) -> None:
        """At its end, in this order. Of a board that was deleted meanwhile nothing becomes."""
        board = await self._session.scalar(
            select(BoardRow).where(BoardRow.id == board_id, BoardRow.deleted_at.is_(None)).with_for_update()
        )
        if board is None or not item_ids:
            return
        last = await self._session.scalar(
            select(func.coalesce(func.max(BoardItemRow.position), -1)).where(
                BoardItemRow.board_id == board_id
            )
        )
        now = self._clock()
        for place, item_id in enumerate(item_ids, start=int(-1 if last is None else last) + 1):
            await self._session.execute(
                insert(BoardItemRow)
                .values(board_id=board_id, item_id=item_id, position=place, added_at=now)
                .on_conflict_do_nothing()
            )
        board.updated_at = now
