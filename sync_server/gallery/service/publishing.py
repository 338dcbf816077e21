"""Publishing: copies that others may have, and when they see them."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.errors import InvalidPictureError
from shared.imaging.provenance import read_origin
from shared.imaging.public_copies import PublicCopy, public_copy, public_preview
from sync_server.gallery.repository.items import ItemRepository, search_vector
from sync_server.gallery.rules.seeing import trending
from sync_server.gallery.service.files import FileRecords, Files
from sync_server.gallery.tables import ItemRow, PublicationRow
from sync_server.platform.edge import Principal
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    NotFoundError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.ports import World
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions


@dataclass(frozen=True, kw_only=True)
class Copies:
    key: str
    preview_key: str
    mime_type: str
    size: int


class Publications:
    """The rows: acts in one unit of work."""

    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        files: FileRecords,
        world: World,
        new_authors_wait: bool,
    ) -> None:
        self._session = session
        self._repository = repository
        self._files = files
        self._world = world
        self._new_authors_wait = new_authors_wait

    async def show(self, item: ItemRow, copies: Copies, *, listed: bool) -> None:
        """To everybody, from now on or from a moderator's word on where the author is new; or by links alone."""
        now = self._world.clock()
        row = await self._repository.publication(item.id, lock=True)
        if row is None:
            row = PublicationRow(
                item_id=item.id,
                user_id=item.user_id,
                state="unlisted",
                is_sensitive=False,
                like_count=item.like_count,
                view_count=0,
                download_count=0,
                open_reports=0,
                asked_at=now,
                published_at=now,
                trending=0.0,
            )
        else:
            await self._files.doom({row.key, row.preview_key} - {copies.key, copies.preview_key})
        row.key, row.preview_key = copies.key, copies.preview_key
        row.mime_type, row.size = copies.mime_type, copies.size
        if listed:
            item.is_public = True
            if row.state == "unlisted":
                row.state = "waiting" if await self._must_wait(item.user_id) else "approved"
                row.asked_at = row.published_at = now
                row.trending = trending(
                    likes=row.like_count,
                    downloads=row.download_count,
                    views=row.view_count,
                    published_at=now,
                )
        self._follow(item, row)
        self._session.add(row)
        await self._files.claim([copies.key, copies.preview_key])
        await self._session.flush()

    async def follow(self, item: ItemRow) -> None:
        """After the item changed in any way: its publication shows it as it is now."""
        row = await self._repository.publication(item.id, lock=True)
        if row is not None:
            self._follow(item, row)
            await self._session.flush()

    def _follow(self, item: ItemRow, row: PublicationRow) -> None:
        row.visible = item.is_public and item.deleted_at is None and row.state == "approved"
        row.model, row.category, row.tags = item.model, item.category, list(item.tags)
        # A moderator's word stays whatever the author says.
        row.is_sensitive = bool(item.is_sensitive or row.is_sensitive)
        row.thumbnail_key = item.thumbnail_key
        row.search = search_vector([item.title, item.prompt, *item.tags])

    async def _must_wait(self, user_id: UUID) -> bool:
        if not self._new_authors_wait:
            return False
        query = select(PublicationRow.item_id).where(
            PublicationRow.user_id == user_id, PublicationRow.state == "approved"
        )
        return await self._session.scalar(query.limit(1)) is None


class Publishing:
    """Makes the copies, so it opens its own transactions."""

    def __init__(self, *, transactions: Transactions, storage: Storage, files: Files, world: World) -> None:
        self._transactions = transactions
        self._storage = storage
        self._files = files
        self._world = world

    async def publish(self, principal: Principal, item_id: UUID) -> None:
        """Raises EmailNotVerifiedError, NotFoundError, UnprocessableError for a video."""
        _check_verified(principal)
        await self._show(principal.user_id, item_id, listed=True)

    async def make_copies(self, user_id: UUID, item_id: UUID) -> None:
        """For those who have a link; again where the picture changed. An item that is published stays so."""
        await self._show(user_id, item_id, listed=False)

    async def _show(self, user_id: UUID, item_id: UUID, *, listed: bool) -> None:
        async with self._transactions.begin() as work:
            item = await work.get(ItemRepository).own(user_id, item_id)
            if item is None or item.deleted_at is not None:
                raise missing_item()
            if item.type == "video":
                raise UnprocessableError("Videos can't be published yet.", advice="Share it by a link.")
            key, has_recipe = item.key, item.recipe is not None
        data = await self._storage.read(key)
        copies = await self._copies(user_id, item_id, data, generated=has_recipe)
        async with self._transactions.begin() as work:
            item = await work.get(ItemRepository).own(user_id, item_id, lock=True)
            if item is None or item.deleted_at is not None:
                raise missing_item()
            await work.get(Publications).show(item, copies, listed=listed)

    async def _copies(self, user_id: UUID, item_id: UUID, data: bytes, *, generated: bool) -> Copies:
        try:
            whole, preview = await asyncio.to_thread(_made, data, generated)
        except InvalidPictureError as error:
            raise UnsupportedMediaTypeError(
                "This file is no picture that can be used: {reason}", reason=error.report.text
            ) from error
        # A name of its own each time, so that copies that are being made never overwrite those that are shown.
        base = f"gallery/{user_id}/{item_id}/public-{self._world.new_id()}"
        key, preview_key = f"{base}.{whole.suffix}", f"{base}-preview.webp"
        await self._files.put(key, whole.data, whole.mime_type)
        await self._files.put(preview_key, preview, "image/webp")
        return Copies(key=key, preview_key=preview_key, mime_type=whole.mime_type, size=len(whole.data))


def _made(data: bytes, generated: bool) -> tuple[PublicCopy, bytes]:  # noqa: FBT001 - called in a thread
    origin = read_origin(data) or ("generated" if generated else None)
    return public_copy(data, origin), public_preview(data, origin)


def _check_verified(principal: Principal) -> None:
    if not principal.email_verified:
        raise EmailNotVerifiedError(
            "Confirm your e-mail address first.",
            advice="Open the link in the mail we sent you, or ask for a new one.",
        )


def missing_item() -> NotFoundError:
    return NotFoundError("There is no such item.")
