"""New items from pictures that clients hand in."""

import asyncio
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.contracts.gallery import NewItem
from shared.imaging.recipe_pictures import read_recipe
from shared.imaging.thumbnails import make_thumbnail
from sync_server.accounts.service import Accounts
from sync_server.gallery.ports import HandedIn, PicturesHandedIn
from sync_server.gallery.repository.items import search_vector
from sync_server.gallery.rules.labels import tidy_tags
from sync_server.gallery.service.files import FileRecords, Files
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.gallery.service.shelving import BoardShelf
from sync_server.gallery.tables import ItemRow
from sync_server.platform.edge import Principal
from sync_server.platform.errors import NotFoundError
from sync_server.platform.ports import World
from sync_server.platform.work import Transactions, Work

THUMBNAIL_SIDE = 512
_TYPES = (
    (b"\x89PNG", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"RIFF", "image/webp", "webp"),
    (b"GIF8", "image/gif", "gif"),
    (b"BM", "image/bmp", "bmp"),
)


@dataclass(frozen=True, kw_only=True)
class PlacedPicture:
    """Its files lie in the storage, and go again unless the transaction that needs them claims them."""

    key: str
    thumbnail_key: str
    blob: str
    mime_type: str
    width: int
    height: int
    size: int
    stored_bytes: int
    recipe: dict[str, Any] | None


class PicturePlacer:
    """Puts a picture and its thumbnail down for an item."""

    def __init__(self, *, files: Files, world: World) -> None:
        self._files = files
        self._world = world

    async def place(self, user_id: UUID, item_id: UUID, picture: HandedIn) -> PlacedPicture:
        thumbnail, recipe = await asyncio.to_thread(_looked_at, picture.data)
        mime_type, suffix = _type_of(picture.data)
        base = f"gallery/{user_id}/{item_id}/{self._world.new_id()}"
        key, thumbnail_key = f"{base}.{suffix}", f"{base}-thumbnail.webp"
        await self._files.put(key, picture.data, mime_type)
        await self._files.put(thumbnail_key, thumbnail, "image/webp")
        return PlacedPicture(
            key=key,
            thumbnail_key=thumbnail_key,
            blob=hashlib.sha256(picture.data).hexdigest(),
            mime_type=mime_type,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
            stored_bytes=len(picture.data) + len(thumbnail),
            recipe=recipe,
        )


class ItemAdding:
    """Opens its own transactions, as it puts files down between them."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        pictures: PicturesHandedIn,
        placer: PicturePlacer,
        world: World,
    ) -> None:
        self._transactions = transactions
        self._pictures = pictures
        self._placer = placer
        self._world = world

    async def add(self, principal: Principal, asked: NewItem, *, files: Mapping[str, bytes]) -> UUID:
        tags = tidy_tags(asked.tags)
        if asked.board_id is not None:
            async with self._transactions.begin() as work:
                await self._check_board(work, principal.user_id, asked.board_id)
        picture = await self._pictures.fetch(principal.user_id, asked.image, field="image", files=files)
        async with self._transactions.begin() as work:
            await work.get(FileRecords).check_room(principal.user_id, principal.tier, len(picture.data))
        item_id = self._world.new_id()
        placed = await self._placer.place(principal.user_id, item_id, picture)
        request = (placed.recipe or {}).get("request", {})
        prompt = asked.prompt if asked.prompt is not None else str(request.get("prompt", ""))[:2000]
        row = new_row(
            item_id,
            principal.user_id,
            placed,
            world=self._world,
            type="image",
            model=str(request.get("model", {}).get("name", "")),
            title=asked.title,
            description=asked.description,
            prompt=prompt,
            category=asked.category,
            tags=tags,
        )
        async with self._transactions.begin() as work:
            await keep_row(work, row, placed)
            if asked.board_id is not None:
                await work.get(BoardShelf).put(asked.board_id, [item_id])
        return item_id

    async def _check_board(self, work: Work, user_id: UUID, board_id: UUID) -> None:
        if not await work.get(ItemKeeper).has_board(user_id, board_id):
            raise NotFoundError("There is no such board of yours.")


async def keep_row(work: Work, row: ItemRow, placed: PlacedPicture) -> None:
    work.session.add(row)
    await work.session.flush()
    await work.get(FileRecords).claim([placed.key, placed.thumbnail_key])
    await work.get(Accounts).add_stored_bytes(row.user_id, placed.stored_bytes)


def new_row(
    item_id: UUID, user_id: UUID, placed: PlacedPicture, *, world: World, tags: list[str], **values: Any
) -> ItemRow:
    """Private, without a star, with the words it is found by."""
    now = world.clock()
    known = {"title": None, "description": None, "category": None, **values}
    return ItemRow(
        **known,
        id=item_id,
        user_id=user_id,
        job_id=None,
        position=0,
        key=placed.key,
        thumbnail_key=placed.thumbnail_key,
        blob=placed.blob,
        mime_type=placed.mime_type,
        width=placed.width,
        height=placed.height,
        size=placed.size,
        stored_bytes=placed.stored_bytes,
        seed=(placed.recipe or {}).get("rendering", {}).get("seed"),
        licence=None,
        recipe=placed.recipe,
        tags=tags,
        search=search_vector([known["title"], known["prompt"], *tags]),
        allow_recipe=False,
        is_sensitive=False,
        is_public=False,
        is_starred=False,
        like_count=0,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


def _looked_at(data: bytes) -> tuple[bytes, dict[str, Any] | None]:
    with tempfile.NamedTemporaryFile(prefix="pentimento-", suffix=".picture") as file:
        file.write(data)
        file.flush()
        thumbnail = make_thumbnail(Path(file.name), THUMBNAIL_SIDE)
    recipe = read_recipe(data)
    return thumbnail, recipe.model_dump(mode="json") if recipe else None


def _type_of(data: bytes) -> tuple[str, str]:
    for magic, mime_type, suffix in _TYPES:
        if data.startswith(magic):
            return mime_type, suffix
    return "image/tiff", "tiff"
