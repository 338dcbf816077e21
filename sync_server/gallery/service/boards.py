"""Boards: a tree of them, each with its items in an order of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import (
    Author,
    Board,
    BoardAdded,
    BoardChange,
    BoardImage,
    BoardPagination,
    BoardRequest,
    BoardWithImages,
    ImageOrder,
    ItemType,
)
from sync_server.accounts.service import People
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.rules.seeing import sees_everything
from sync_server.gallery.service.shelving import BoardShelf
from sync_server.gallery.service.views import GalleryViews, public_key
from sync_server.gallery.tables import BoardItemRow, BoardRow, ItemRow, PublicationRow
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.edge import Principal
from sync_server.platform.errors import InvalidParametersError, NotFoundError, UnprocessableError
from sync_server.platform.keysets import keyset_page
from sync_server.platform.ports import World
from sync_server.platform.replies import Pagination
from sync_server.platform.storage import Storage

MOST_BOARDS = 5000
DEEPEST = 10
_PLACES = text(
    "UPDATE board_items SET position = arranged.place - 1"
    " FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS arranged (item_id, place)"
    " WHERE board_items.board_id = :board AND board_items.item_id = arranged.item_id"
)


class Boards:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        shelf: BoardShelf,
        views: GalleryViews,
        people: People,
        storage: Storage,
        cursors: CursorSigner,
        world: World,
    ) -> None:
        self._session = session
        self._repository = repository
        self._shelf = shelf
        self._views = views
        self._people = people
        self._storage = storage
        self._cursors = cursors
        self._world = world

    async def page(self, user_id: UUID, page: PageRequest) -> tuple[list[Board], Pagination]:
        """One's own, of every level."""
        page.sorted_by(["created_at"], default="created_at")
        conditions = [BoardRow.user_id == user_id, BoardRow.deleted_at.is_(None)]
        total = await self._session.scalar(select(func.count()).select_from(BoardRow).where(*conditions))
        rows, pagination = await keyset_page(
            self._session,
            select(BoardRow).where(*conditions),
            order=(BoardRow.created_at, BoardRow.id),
            page=page,
            cursors=self._cursors,
            scope=f"boards:{user_id}",
            total=int(total or 0),
        )
        return await self._shown(rows, owner=user_id), pagination

    async def public_page(
        self, page: PageRequest, viewer: Principal | None, *, author_id: UUID | None = None
    ) -> tuple[list[Board], Pagination]:
        """Those that have something for this viewer to see."""
        page.sorted_by(["created_at"], default="created_at")
        seen = exists(
            select(BoardItemRow.item_id)
            .join(PublicationRow, PublicationRow.item_id == BoardItemRow.item_id)
            .where(BoardItemRow.board_id == BoardRow.id, *_visible_to(viewer))
        )
        query = select(BoardRow).where(~BoardRow.is_private, BoardRow.deleted_at.is_(None), seen)
        if author_id is not None:
            query = query.where(BoardRow.user_id == author_id)
        rows, pagination = await keyset_page(
            self._session,
            query,
            order=(BoardRow.created_at, BoardRow.id),
            page=page,
            cursors=self._cursors,
            scope=f"public-boards:{author_id}",
        )
        return await self._shown(rows, owner=None, viewer=viewer), pagination

    async def make(self, user_id: UUID, asked: BoardRequest) -> Board:
        count = await self._session.scalar(
            select(func.count()).where(BoardRow.user_id == user_id, BoardRow.deleted_at.is_(None))
        )
        if int(count or 0) >= MOST_BOARDS:
            raise UnprocessableError(
                "An account has at most {most} boards.", advice="Delete some.", most=MOST_BOARDS
            )
        await self._check_parent(user_id, asked.parent_id)
        now = self._world.clock()
        row = BoardRow(
            id=self._world.new_id(),
            user_id=user_id,
            parent_id=asked.parent_id,
            cover_item_id=None,
            name=asked.name,
            description=asked.description,
            is_private=asked.is_private,
            position=await self._last_position(user_id, asked.parent_id),
            created_at=now,
            updated_at=now,
            deleted_at=None,
        )
        self._session.add(row)
        await self._session.flush()
        return (await self._shown([row], owner=user_id))[0]

    async def get(self, board_id: UUID, viewer: Principal | None, page: PageRequest) -> BoardWithImages:
        """One's own, or a public one with what of it is public. Raises NotFoundError."""
        row = await self._session.get(BoardRow, board_id)
        mine = row is not None and viewer is not None and row.user_id == viewer.user_id
        if row is None or row.deleted_at is not None or (row.is_private and not mine):
            raise missing_board()
        return await self.with_images(row, viewer, page, whole=mine)

    async def shared(self, row: BoardRow, viewer: Principal | None, page: PageRequest) -> BoardWithImages:
        """By a link: all that lies on it but what moderators hid, as copies."""
        found, pagination = await self._on_board(row, page, [_not_hidden()], scope="shared")
        images = [await self._image(*entry, viewer=viewer, whole=False) for entry in found]
        (board,) = await self._shown([row], owner=row.user_id)
        told = board.model_copy(update={"is_mine": False, "parent_id": None})
        return _with_images(told, images, pagination)

    async def _on_board(
        self, row: BoardRow, page: PageRequest, conditions: Sequence[Any], *, scope: str
    ) -> tuple[list[Any], Pagination]:
        query = (
            select(BoardItemRow, ItemRow, PublicationRow)
            .join(ItemRow, ItemRow.id == BoardItemRow.item_id)
            .outerjoin(PublicationRow, PublicationRow.item_id == ItemRow.id)
            .where(BoardItemRow.board_id == row.id, ItemRow.deleted_at.is_(None), *conditions)
        )
        return await keyset_page(
            self._session,
            query,
            order=(BoardItemRow.position, BoardItemRow.item_id),
            page=PageRequest(limit=page.limit, cursor=page.cursor, sort_order="asc"),
            cursors=self._cursors,
            scope=f"board:{row.id}:{scope}",
        )

    async def with_images(
        self, row: BoardRow, viewer: Principal | None, page: PageRequest, *, whole: bool
    ) -> BoardWithImages:
        """`whole` shows all that lies on it: to its owner."""
        conditions = [] if whole else _visible_to(viewer)
        found, pagination = await self._on_board(row, page, conditions, scope="whole" if whole else "public")
        images = [await self._image(*entry, viewer=viewer, whole=whole) for entry in found]
        shown = await self._shown([row], owner=row.user_id if whole else None, viewer=viewer)
        if not shown:
            raise missing_board()
        return _with_images(shown[0], images, pagination)

    async def change(self, user_id: UUID, board_id: UUID, change: BoardChange) -> Board:
        row = await self.own(user_id, board_id)
        given = change.model_fields_set
        if change.name is not None:
            row.name = change.name
        if "description" in given:
            row.description = change.description
        if change.is_private is not None:
            row.is_private = change.is_private
        if "cover_image_id" in given:
            if change.cover_image_id is not None and not await self._repository.own_ids(
                user_id, [change.cover_image_id]
            ):
                raise NotFoundError("There is no such item.")
            row.cover_item_id = change.cover_image_id
        if "parent_id" in given and change.parent_id != row.parent_id:
            await self._check_parent(user_id, change.parent_id, moving=row.id)
            row.position = await self._last_position(user_id, change.parent_id)
            row.parent_id = change.parent_id
        await self._session.flush()
        if change.position is not None:
            await self._place(row, change.position)
        row.updated_at = self._world.clock()
        await self._session.flush()
        return (await self._shown([row], owner=user_id))[0]

    async def delete(self, user_id: UUID, board_id: UUID) -> None:
        """Its pictures stay; the boards in it move up to where it was."""
        row = await self.own(user_id, board_id)
        row.deleted_at = self._world.clock()
        await self._session.execute(
            update(BoardRow)
            .where(BoardRow.parent_id == board_id, BoardRow.deleted_at.is_(None))
            .values(parent_id=row.parent_id)
        )
        await self._session.execute(delete(BoardItemRow).where(BoardItemRow.board_id == board_id))
        await self._session.flush()

    async def add(self, user_id: UUID, board_id: UUID, item_ids: Sequence[UUID]) -> BoardAdded:
        """At its end; those that lie on it already stay where they are."""
        wanted = list(dict.fromkeys(item_ids))
        if not wanted:
            raise InvalidParametersError(
                "Name an image to add.",
                advice="Send image_id, or image_ids.",
                details={"fields": [{"path": "image_id", "message": "missing"}]},
            )
        await self.own(user_id, board_id)
        if await self._repository.own_ids(user_id, wanted) != set(wanted):
            raise NotFoundError("There is no such item.")
        await self._shelf.put(board_id, wanted)
        position, added_at = (
            await self._session.execute(
                select(BoardItemRow.position, BoardItemRow.added_at).where(
                    BoardItemRow.board_id == board_id, BoardItemRow.item_id == wanted[0]
                )
            )
        ).one()
        return BoardAdded(
            board_id=board_id,
            image_id=wanted[0],
            image_ids=wanted,
            display_order=int(position),
            added_at=added_at,
        )

    async def remove(self, user_id: UUID, board_id: UUID, item_id: UUID) -> None:
        row = await self.own(user_id, board_id)
        removed = await self._session.scalar(
            delete(BoardItemRow)
            .where(BoardItemRow.board_id == board_id, BoardItemRow.item_id == item_id)
            .returning(BoardItemRow.item_id)
        )
        if removed is None:
            raise NotFoundError("This item is not on this board.")
        if row.cover_item_id == item_id:
            row.cover_item_id = None
        row.updated_at = self._world.clock()
        await self._session.flush()

    async def reorder(self, user_id: UUID, board_id: UUID, orders: Sequence[ImageOrder]) -> None:
        """Those named come to the places named, counted from 0; the others keep their order around them."""
        row = await self.own(user_id, board_id)
        present = await self._session.scalars(
            select(BoardItemRow.item_id)
            .where(BoardItemRow.board_id == board_id)
            .order_by(BoardItemRow.position, BoardItemRow.item_id)
            .with_for_update()
        )
        arranged = list(present)
        moved = {order.image_id: order.display_order for order in orders}
        if not moved.keys() <= set(arranged):
            raise NotFoundError("This item is not on this board.")
        arranged = [item_id for item_id in arranged if item_id not in moved]
        for item_id in sorted(moved, key=lambda found: moved[found]):
            arranged.insert(moved[item_id], item_id)
        await self._session.execute(_PLACES, {"board": board_id, "ids": arranged})
        row.updated_at = self._world.clock()
        await self._session.flush()

    async def own(self, user_id: UUID, board_id: UUID) -> BoardRow:
        row = await self._session.scalar(
            select(BoardRow)
            .where(BoardRow.id == board_id, BoardRow.user_id == user_id, BoardRow.deleted_at.is_(None))
            .with_for_update()
        )
        if row is None:
            raise missing_board()
        return row

    async def _check_parent(
        self, user_id: UUID, parent_id: UUID | None, *, moving: UUID | None = None
    ) -> None:
        """A board never lies in itself, nor deeper than anybody would look."""
        depth, above = 0, parent_id
        while above is not None:
            row = await self._session.get(BoardRow, above)
            if row is None or row.user_id != user_id or row.deleted_at is not None:
                raise missing_board()
            depth += 1
            if above == moving or depth >= DEEPEST:
                raise UnprocessableError(
                    "A board can't lie in itself."
                    if above == moving
                    else "Boards lie in each other at most {most} deep.",
                    advice="Choose another board.",
                    most=DEEPEST,
                )
            above = row.parent_id

    async def _last_position(self, user_id: UUID, parent_id: UUID | None) -> int:
        last = await self._session.scalar(
            select(func.max(BoardRow.position)).where(
                BoardRow.user_id == user_id, BoardRow.parent_id.is_not_distinct_from(parent_id)
            )
        )
        return 0 if last is None else int(last) + 1

    async def _place(self, row: BoardRow, position: int) -> None:
        rows = await self._session.scalars(
            select(BoardRow)
            .where(
                BoardRow.user_id == row.user_id,
                BoardRow.parent_id.is_not_distinct_from(row.parent_id),
                BoardRow.deleted_at.is_(None),
                BoardRow.id != row.id,
            )
            .order_by(BoardRow.position, BoardRow.id)
        )
        siblings = list(rows)
        siblings.insert(position, row)
        for place, sibling in enumerate(siblings):
            sibling.position = place

    async def _image(
        self,
        placed: BoardItemRow,
        item: ItemRow,
        publication: PublicationRow | None,
        *,
        viewer: Principal | None,
        whole: bool,
    ) -> BoardImage:
        key, thumbnail = item.key, item.thumbnail_key
        if not whole:
            # The thumbnail tells of no place or person; it stands in until the copies are made.
            key = public_key(publication, viewer) if publication else thumbnail
        return BoardImage(
            id=item.id,
            type=cast(ItemType, item.type),
            url=await self._storage.url(key),
            thumbnail_url=await self._storage.url(thumbnail),
            width=item.width,
            height=item.height,
            title=item.title,
            display_order=placed.position,
            added_at=placed.added_at,
        )

    async def _shown(
        self,
        rows: Sequence[BoardRow],
        *,
        owner: UUID | None,
        viewer: Principal | None = None,
    ) -> list[Board]:
        """`owner` sees all; others count and are shown only what they may see."""
        counts, covers = await self._counts_and_covers(rows, owner=owner, viewer=viewer)
        people = await self._people.by_ids({row.user_id for row in rows})
        shown = []
        for row in rows:
            person = people.get(row.user_id)
            if person is None or not (person.is_active or owner):
                continue
            cover = covers.get(row.id)
            author: Author = await self._views.shown_person(person)
            shown.append(
                Board(
                    id=row.id,
                    name=row.name,
                    description=row.description,
                    cover_image_url=await self._storage.url(cover[1]) if cover else None,
                    cover_image_id=cover[0] if cover else None,
                    is_private=row.is_private,
                    parent_id=row.parent_id if owner else None,
                    position=row.position,
                    image_count=counts.get(row.id, 0),
                    is_mine=owner is not None or (viewer is not None and viewer.user_id == row.user_id),
                    user=author,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                )
            )
        return shown

    async def _counts_and_covers(
        self, rows: Sequence[BoardRow], *, owner: UUID | None, viewer: Principal | None
    ) -> tuple[Mapping[UUID, int], Mapping[UUID, tuple[UUID, str]]]:
        """The cover that was chosen, else the first that can be seen."""
        if not rows:
            return {}, {}
        ids = [row.id for row in rows]
        joined = select(
            BoardItemRow.board_id,
            func.count().label("count"),
            func.min(BoardItemRow.position).label("first"),
        ).join(ItemRow, ItemRow.id == BoardItemRow.item_id)
        seen: list[Any] = [BoardItemRow.board_id.in_(ids), ItemRow.deleted_at.is_(None)]
        if owner is None:
            joined = joined.join(PublicationRow, PublicationRow.item_id == ItemRow.id)
            seen += _visible_to(viewer)
        grouped = joined.where(*seen).group_by(BoardItemRow.board_id)
        counts = {board_id: int(count) for board_id, count, _ in await self._session.execute(grouped)}
        chosen = {row.id: row.cover_item_id for row in rows}
        first = grouped.subquery()
        query = (
            select(BoardItemRow.board_id, ItemRow.id, ItemRow.thumbnail_key, BoardItemRow.position)
            .join(ItemRow, ItemRow.id == BoardItemRow.item_id)
            .join(first, first.c.board_id == BoardItemRow.board_id)
            .join(BoardRow, BoardRow.id == BoardItemRow.board_id)
            .where(
                (BoardItemRow.position == first.c.first) | (BoardRow.cover_item_id == BoardItemRow.item_id)
            )
            .order_by(BoardItemRow.board_id, BoardItemRow.position, BoardItemRow.item_id)
        )
        if owner is None:
            query = query.join(PublicationRow, PublicationRow.item_id == ItemRow.id)
        query = query.where(*seen)
        covers: dict[UUID, tuple[UUID, str]] = {}
        for board_id, item_id, thumbnail_key, _ in await self._session.execute(query):
            if board_id not in covers or chosen[board_id] == item_id:
                covers[board_id] = (item_id, thumbnail_key)
        return counts, covers


def _visible_to(viewer: Principal | None) -> list[Any]:
    conditions: list[Any] = [PublicationRow.visible]
    if not sees_everything(viewer):
        conditions.append(~PublicationRow.is_sensitive)
    return conditions


def _not_hidden() -> Any:
    return (PublicationRow.item_id.is_(None)) | (PublicationRow.state != "hidden")


def _with_images(board: Board, images: list[BoardImage], pagination: Pagination) -> BoardWithImages:
    return BoardWithImages(
        **board.model_dump(),
        images=images,
        pagination=BoardPagination(next_cursor=pagination.next_cursor, has_more=pagination.has_more),
    )


def missing_board() -> NotFoundError:
    return NotFoundError("There is no such board.")
