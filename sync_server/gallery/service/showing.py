"""What the public pages show, and the files of their pictures: always as somebody who is not signed in sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sync_server.accounts.service import People
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.service.feed import Feed
from sync_server.gallery.service.shares import Shares, missing_share
from sync_server.gallery.tables import BoardItemRow, ItemRow, PublicationRow
from sync_server.platform.errors import NotFoundError
from sync_server.platform.storage import Storage

Kind = Literal["thumbnail", "preview"]
KINDS: Sequence[Kind] = ("thumbnail", "preview")


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """`version` changes with the content."""

    key: str
    version: str


class Showing:
    def __init__(
        self,
        *,
        repository: ItemRepository,
        feed: Feed,
        shares: Shares,
        people: People,
        storage: Storage,
    ) -> None:
        self._repository = repository
        self._feed = feed
        self._shares = shares
        self._people = people
        self._storage = storage

    async def public_file(self, item_id: UUID, kind: Kind) -> ShownFile:
        """Raises NotFoundError."""
        publication = await self._feed.visible(await self._repository.item(item_id), None)
        return _file(publication, kind)

    async def shared_file(self, token: str, kind: Kind, item_id: UUID | None) -> ShownFile:
        """Of the item that a link shows, or of one on the board that it shows."""
        opened = await self._shares.opened_item(token)
        if opened is not None:
            if item_id is not None:
                raise missing_share()
            return _file(opened[1], kind)
        board = await self._shares.opened_board(token)
        row, publication = await self._on_board(board.id, item_id)
        if publication is None:  # its copies are still being made
            return ShownFile(key=row.thumbnail_key, version=row.thumbnail_key)
        return _file(publication, kind)

    async def shared_item(self, token: str, item_id: UUID) -> tuple[ItemRow, PublicationRow | None]:
        """One on the board that a link shows."""
        if await self._shares.opened_item(token) is not None:
            raise missing_share()
        board = await self._shares.opened_board(token)
        return await self._on_board(board.id, item_id)

    async def avatar(self, username: str) -> ShownFile:
        person = await self._people.by_username(username)
        if person is None or person.avatar_key is None:
            raise NotFoundError("There is nobody of this name.")
        return ShownFile(key=person.avatar_key, version=person.avatar_key)

    async def read(self, file: ShownFile) -> bytes:
        return await self._storage.read(file.key)

    async def _on_board(self, board_id: UUID, item_id: UUID | None) -> tuple[ItemRow, PublicationRow | None]:
        if item_id is None:
            raise missing_share()
        placed = await self._repository.session.get(BoardItemRow, (board_id, item_id))
        row = await self._repository.item(item_id) if placed else None
        if row is None or row.deleted_at is not None:
            raise missing_share()
        publication = await self._repository.publication(item_id)
        if publication is not None and publication.state == "hidden":
            raise missing_share()
        return row, publication


def _file(publication: PublicationRow, kind: Kind) -> ShownFile:
    key = publication.thumbnail_key if kind == "thumbnail" else publication.preview_key
    return ShownFile(key=key, version=key)
