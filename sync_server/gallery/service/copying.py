"""Copies for those who have a link to a board."""

from uuid import UUID

from sqlalchemy import select

from sync_server.gallery.service.publishing import Publishing
from sync_server.gallery.tables import BoardItemRow, ItemRow, PublicationRow
from sync_server.platform.errors import ServerError
from sync_server.platform.work import Transactions

COPY_BOARD = "gallery.copy_board"


async def copy_board(
    transactions: Transactions, publishing: Publishing, *, user_id: UUID, board_id: UUID
) -> None:
    """Of every picture on it that has none yet. One that can't be copied keeps no other back."""
    async with transactions.begin() as work:
        ids = await work.session.scalars(
            select(ItemRow.id)
            .join(BoardItemRow, BoardItemRow.item_id == ItemRow.id)
            .outerjoin(PublicationRow, PublicationRow.item_id == ItemRow.id)
            .where(
                BoardItemRow.board_id == board_id,
                ItemRow.user_id == user_id,
                ItemRow.deleted_at.is_(None),
                ItemRow.type != "video",
                PublicationRow.item_id.is_(None),
            )
            .order_by(BoardItemRow.position)
        )
        missing = list(ids)
    for item_id in missing:
        try:
            await publishing.make_copies(user_id, item_id)
        except ServerError:
            continue
