"""Links that show one item or board to whoever has them, until they expire or are revoked."""

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import Share
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.service.boards import Boards
from sync_server.gallery.service.publishing import missing_item
from sync_server.gallery.service.views import GalleryViews
from sync_server.gallery.tables import BoardRow, ItemRow, PublicationRow, ShareRow
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.errors import InvalidParametersError, NotFoundError
from sync_server.platform.keysets import keyset_page
from sync_server.platform.ports import World
from sync_server.platform.replies import Pagination

_TOKEN_BYTES = 24
MOST_LINKS = 1000


class Shares:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        boards: Boards,
        views: GalleryViews,
        cursors: CursorSigner,
        world: World,
    ) -> None:
        self._session = session
        self._repository = repository
        self._boards = boards
        self._views = views
        self._cursors = cursors
        self._world = world

    async def share_item(self, user_id: UUID, item_id: UUID, *, expires_at: datetime | None) -> Share:
        """Its copies are there already."""
        row = await self._repository.own(user_id, item_id)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        return await self._make(user_id, item_id=item_id, board_id=None, expires_at=expires_at)

    async def share_board(self, user_id: UUID, board_id: UUID, *, expires_at: datetime | None) -> Share:
        await self._boards.own(user_id, board_id)
        return await self._make(user_id, item_id=None, board_id=board_id, expires_at=expires_at)

    async def page(self, user_id: UUID, page: PageRequest) -> tuple[list[Share], Pagination]:
        """Those that still open something."""
        page.sorted_by(["created_at"], default="created_at")
        rows, pagination = await keyset_page(
            self._session,
            select(ShareRow).where(ShareRow.user_id == user_id, *self._open()),
            order=(ShareRow.created_at, ShareRow.id),
            page=page,
            cursors=self._cursors,
            scope=f"shares:{user_id}",
        )
        return [self._shown(row) for row in rows], pagination

    async def revoke(self, user_id: UUID, share_id: UUID) -> None:
        revoked = await self._revoke(ShareRow.id == share_id, user_id)
        if not revoked:
            raise missing_share()

    async def revoke_all_of_item(self, user_id: UUID, item_id: UUID) -> None:
        """Raises NotFoundError for what is not theirs; without a link it changes nothing."""
        if await self._repository.own(user_id, item_id) is None:
            raise missing_item()
        await self._revoke(ShareRow.item_id == item_id, user_id)

    async def revoke_all_of_board(self, user_id: UUID, board_id: UUID) -> None:
        await self._boards.own(user_id, board_id)
        await self._revoke(ShareRow.board_id == board_id, user_id)

    async def opened_item(self, token: str) -> tuple[ItemRow, PublicationRow] | None:
        """None where the link is of a board. Raises NotFoundError, the same whatever is wrong with it."""
        share = await self._find(token)
        if share.item_id is None:
            return None
        row = await self._repository.item(share.item_id)
        publication = await self._repository.publication(share.item_id)
        # What a moderator hid is hidden behind links, too.
        if row is None or row.deleted_at is not None or publication is None or publication.state == "hidden":
            raise missing_share()
        return row, publication

    async def opened_board(self, token: str) -> BoardRow:
        share = await self._find(token)
        row = await self._session.get(BoardRow, share.board_id) if share.board_id else None
        if row is None or row.deleted_at is not None:
            raise missing_share()
        return row

    async def _find(self, token: str) -> ShareRow:
        row = await self._session.scalar(select(ShareRow).where(ShareRow.token == token, *self._open()))
        if row is None or not (await self._views.person_is_active(row.user_id)):
            raise missing_share()
        return row

    async def _make(
        self, user_id: UUID, *, item_id: UUID | None, board_id: UUID | None, expires_at: datetime | None
    ) -> Share:
        now = self._world.clock()
        if expires_at is not None and expires_at <= now:
            raise InvalidParametersError(
                "This time has passed already.",
                advice="Choose a later one.",
                details={"fields": [{"path": "expires_at", "message": "in the past"}]},
            )
        row = ShareRow(
            id=self._world.new_id(),
            user_id=user_id,
            item_id=item_id,
            board_id=board_id,
            token=base64.urlsafe_b64encode(self._world.new_secret(_TOKEN_BYTES)).decode(),
            created_at=now,
            expires_at=expires_at,
            revoked_at=None,
        )
        self._session.add(row)
        await self._session.flush()
        return self._shown(row)

    async def _revoke(self, condition: ColumnElement[bool], user_id: UUID) -> bool:
        found = await self._session.scalars(
            update(ShareRow)
            .where(condition, ShareRow.user_id == user_id, ShareRow.revoked_at.is_(None))
            .values(revoked_at=self._world.clock())
            .returning(ShareRow.id)
        )
        return bool(found.all())

    def _open(self) -> list[ColumnElement[bool]]:
        expired = ShareRow.expires_at <= self._world.clock()
        return [ShareRow.revoked_at.is_(None), ShareRow.expires_at.is_(None) | ~expired]

    def _shown(self, row: ShareRow) -> Share:
        return Share(
            id=row.id,
            share_url=self._views.share_url(row.token),
            share_token=row.token,
            item_id=row.item_id,
            board_id=row.board_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


def missing_share() -> NotFoundError:
    return NotFoundError(
        "This link shows nothing any more.", advice="Ask whoever sent it to you for a new one."
    )
