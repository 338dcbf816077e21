"""Canvases: documents of layers, each a blob, and the picture that they make together."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.contracts.canvases import (
    AssistRequest,
    Canvas,
    CanvasChange,
    CanvasLayer,
    CanvasLayerIn,
    CanvasRequest,
    CanvasSettings,
)
from shared.contracts.job_views import Created
from sync_server.accounts.service import Accounts
from sync_server.gallery.ports import AreaPainter, HandedIn, PicturesHandedIn
from sync_server.gallery.repository.items import ItemRepository, search_vector
from sync_server.gallery.rules.labels import tidy_tags
from sync_server.gallery.service.adding import PicturePlacer, PlacedPicture, keep_row, new_row
from sync_server.gallery.service.files import FileRecords, Files, blob_key
from sync_server.gallery.service.publishing import Publications
from sync_server.gallery.tables import CanvasRow, ItemRow
from sync_server.platform.edge import Principal
from sync_server.platform.errors import (
    InvalidParametersError,
    NotFoundError,
    PreconditionFailedError,
    UnprocessableError,
)
from sync_server.platform.ports import World
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions, Work

PicturesBeside = Mapping[str, bytes]


class Canvases:
    """Opens its own transactions, as it takes pictures in between them."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        storage: Storage,
        pictures: PicturesHandedIn,
        painter: AreaPainter,
        placer: PicturePlacer,
        files: Files,
        world: World,
    ) -> None:
        self._transactions = transactions
        self._storage = storage
        self._pictures = pictures
        self._painter = painter
        self._placer = placer
        self._files = files
        self._world = world

    async def save(self, principal: Principal, asked: CanvasRequest, *, files: PicturesBeside) -> UUID:
        tags = tidy_tags(asked.tags)
        merged = await self._fetch(principal, asked.canvas_data, "canvas_data", files)
        _check_size(merged, asked.settings)
        layers = await self._layers(principal, asked.layers, before=(), files=files)
        item_id = self._world.new_id()
        placed = await self._placer.place(principal.user_id, item_id, merged)
        row = new_row(
            item_id,
            principal.user_id,
            placed,
            world=self._world,
            type="canvas",
            model="",
            title=asked.name,
            prompt="",
            tags=tags,
        )
        async with self._transactions.begin() as work:
            await keep_row(work, row, placed)
            work.session.add(
                CanvasRow(item_id=item_id, version=1, settings=asked.settings.model_dump(), layers=layers)
            )
            await work.session.flush()
            await _use_blobs(work, row, layers)
        return item_id

    async def get(self, user_id: UUID, canvas_id: UUID) -> Canvas:
        async with self._transactions.begin() as work:
            item, canvas = await self._own(work, user_id, canvas_id)
        return await self._shown(item, canvas)

    async def change(
        self,
        principal: Principal,
        canvas_id: UUID,
        asked: CanvasChange,
        *,
        version: int,
        files: PicturesBeside,
    ) -> bool:
        """Whether it is public, so that its copies must be made anew. Raises PreconditionFailedError."""
        async with self._transactions.begin() as work:
            _, canvas = await self._own(work, principal.user_id, canvas_id)
            _check_version(canvas, version)
            before, settings = canvas.layers, CanvasSettings.model_validate(canvas.settings)
        tags = tidy_tags(asked.tags) if asked.tags is not None else None
        layers = None
        if asked.layers is not None:
            layers = await self._layers(principal, asked.layers, before=before, files=files)
        placed = None
        if asked.canvas_data is not None:
            merged = await self._fetch(principal, asked.canvas_data, "canvas_data", files)
            _check_size(merged, asked.settings or settings)
            placed = await self._placer.place(principal.user_id, canvas_id, merged)
        elif asked.settings is not None and _sides(asked.settings) != _sides(settings):
            raise UnprocessableError(
                "A canvas of another size needs its picture, too.", advice="Send canvas_data with it."
            )
        async with self._transactions.begin() as work:
            item, canvas = await self._own(work, principal.user_id, canvas_id, lock=True)
            _check_version(canvas, version)
            if placed is not None:
                await _replace_picture(work, item, placed)
            if layers is not None:
                canvas.layers = layers
                await _use_blobs(work, item, layers)
            if asked.settings is not None:
                canvas.settings = asked.settings.model_dump()
            item.title = asked.name or item.title
            item.tags = item.tags if tags is None else tags
            item.search = search_vector([item.title, item.prompt, *item.tags])
            item.updated_at = self._world.clock()
            canvas.version += 1
            await work.session.flush()
            await work.get(Publications).follow(item)
            return placed is not None and item.is_public

    async def assist(self, principal: Principal, canvas_id: UUID, asked: AssistRequest) -> Created:
        """An inpaint of an area of the saved picture; its result is a picture of its own."""
        async with self._transactions.begin() as work:
            item, _ = await self._own(work, principal.user_id, canvas_id)
        area = asked.area
        if area.x + area.width > item.width or area.y + area.height > item.height:
            raise InvalidParametersError(
                "The area lies outside the canvas of {width} × {height} pixels.",
                advice="Choose one within it.",
                details={"fields": [{"path": "area", "message": "outside"}]},
                width=item.width,
                height=item.height,
            )
        return await self._painter.repaint(principal, await self._storage.read(item.key), asked)

    async def _fetch(self, principal: Principal, given: str, name: str, files: PicturesBeside) -> HandedIn:
        picture = await self._pictures.fetch(principal.user_id, given, field=name, files=files)
        async with self._transactions.begin() as work:
            await work.get(FileRecords).check_room(principal.user_id, principal.tier, len(picture.data))
        return picture

    async def _layers(
        self,
        principal: Principal,
        asked: Sequence[CanvasLayerIn],
        *,
        before: Sequence[Mapping[str, Any]],
        files: PicturesBeside,
    ) -> list[dict[str, Any]]:
        known = {layer["id"]: layer for layer in before}
        if len({layer.id for layer in asked}) != len(asked):
            raise InvalidParametersError("Two layers have one id.", advice="Give each its own.")
        manifest = []
        for place, layer in enumerate(asked):
            field = f"layers.{place}.data"
            if layer.data is None:
                if layer.id not in known:
                    raise InvalidParametersError(
                        "A layer has no picture.",
                        advice="Send its data.",
                        details={"fields": [{"path": field, "message": "missing"}]},
                    )
                kept = known[layer.id]
                picture = {name: kept[name] for name in ("blob", "size", "width", "height")}
            else:
                fetched = await self._fetch(principal, layer.data, field, files)
                picture = {
                    "blob": await self._files.put_blob(principal.user_id, fetched.data),
                    "size": len(fetched.data),
                    "width": fetched.width,
                    "height": fetched.height,
                }
            manifest.append({**layer.model_dump(exclude={"data"}), **picture})
        return manifest

    async def _own(
        self, work: Work, user_id: UUID, canvas_id: UUID, *, lock: bool = False
    ) -> tuple[ItemRow, CanvasRow]:
        item = await work.get(ItemRepository).own(user_id, canvas_id, lock=lock)
        canvas = await work.session.get(CanvasRow, canvas_id)
        if item is None or item.deleted_at is not None or canvas is None:
            raise NotFoundError("There is no such canvas.")
        return item, canvas

    async def _shown(self, item: ItemRow, canvas: CanvasRow) -> Canvas:
        return Canvas(
            id=item.id,
            name=item.title or "",
            url=await self._storage.url(item.key),
            thumbnail_url=await self._storage.url(item.thumbnail_key),
            layers=[
                CanvasLayer(
                    **{name: value for name, value in layer.items() if name != "size"},
                    url=await self._storage.url(blob_key(item.user_id, layer["blob"])),
                )
                for layer in canvas.layers
            ],
            settings=CanvasSettings.model_validate(canvas.settings),
            tags=item.tags,
            is_public=item.is_public,
            version=canvas.version,
            created_at=item.created_at,
            updated_at=item.updated_at,
        )


async def _use_blobs(work: Work, item: ItemRow, layers: Sequence[Mapping[str, Any]]) -> None:
    owner = f"canvas:{item.id}"
    await work.get(FileRecords).set_uses(item.user_id, {owner: {layer["blob"] for layer in layers}})


async def _replace_picture(work: Work, item: ItemRow, placed: PlacedPicture) -> None:
    records = work.get(FileRecords)
    await records.doom([item.key, item.thumbnail_key])
    await records.claim([placed.key, placed.thumbnail_key])
    await work.get(Accounts).add_stored_bytes(item.user_id, placed.stored_bytes - item.stored_bytes)
    item.key, item.thumbnail_key, item.blob = placed.key, placed.thumbnail_key, placed.blob
    item.mime_type, item.width, item.height = placed.mime_type, placed.width, placed.height
    item.size, item.stored_bytes = placed.size, placed.stored_bytes


def _check_version(canvas: CanvasRow, version: int) -> None:
    if canvas.version != version:
        raise PreconditionFailedError(
            "This canvas was changed elsewhere meanwhile.",
            advice="Fetch it, then decide which is kept.",
            details={"version": canvas.version},
        )


def _check_size(picture: HandedIn, settings: CanvasSettings) -> None:
    if (picture.width, picture.height) != _sides(settings):
        raise InvalidParametersError(
            "The picture has {width} × {height} pixels, not the canvas's.",
            advice="Send it in the size that settings tell.",
            details={"fields": [{"path": "canvas_data", "message": "another size"}]},
            width=picture.width,
            height=picture.height,
        )


def _sides(settings: CanvasSettings) -> tuple[int, int]:
    return settings.width, settings.height
