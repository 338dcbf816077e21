"""Items in the API's words, for their owners and for others."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from shared.contracts.gallery import (
    Author,
    BoardName,
    Category,
    Item,
    ItemMetadata,
    ItemSummary,
    ItemType,
    JobName,
    PublicationState,
    PublicItem,
)
from sync_server.accounts.service import People, Person
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.rules.seeing import sees_everything
from sync_server.gallery.tables import BoardRow, ItemRow, PublicationRow
from sync_server.platform.edge import Principal
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage

API = "/api/v1"


class GalleryViews:
    def __init__(
        self,
        *,
        repository: ItemRepository,
        social: SocialRepository,
        people: People,
        storage: Storage,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._social = social
        self._people = people
        self._storage = storage
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    async def summaries(self, rows: Sequence[ItemRow]) -> list[ItemSummary]:
        """Of one's own."""
        ids = [row.id for row in rows]
        boards = await self._repository.boards_of(ids)
        publications = await self._repository.publications(ids)
        return [
            ItemSummary(**await self._own_facts(row, publications.get(row.id), boards.get(row.id, ())))
            for row in rows
        ]

    async def own(self, row: ItemRow, viewer: Principal) -> Item:
        publication = await self._repository.publication(row.id)
        boards = (await self._repository.boards_of([row.id])).get(row.id, [])
        share = await self._repository.newest_share(row.id, self._clock())
        return Item(
            **await self._own_facts(row, publication, boards),
            **_more(row),
            is_mine=True,
            is_liked=bool(await self._repository.liked(viewer.user_id, [row.id])),
            user=await self.author(row.user_id),
            share_url=self.share_url(share.token) if share else None,
            generation_job=JobName(id=row.job_id, created_at=row.created_at) if row.job_id else None,
            recipe=row.recipe,
        )

    async def foreign(self, row: ItemRow, publication: PublicationRow, viewer: Principal | None) -> Item:
        """Somebody else's that is public."""
        shown = row.recipe if row.allow_recipe else None
        liked = await self._repository.liked(viewer.user_id, [row.id]) if viewer else set()
        return Item(
            **{
                **_facts(row, publication),
                "is_starred": False,
                "boards": [],
                "deleted_at": None,
                "url": await self._storage.url(public_key(publication, viewer)),
                "thumbnail_url": await self._storage.url(publication.thumbnail_key),
                "file_size": publication.size,
                "created_at": publication.published_at,
                "metadata": metadata_of(row.model, shown),
            },
            **{**_more(row), "mime_type": publication.mime_type, "links": _public_links(row)},
            is_mine=False,
            is_liked=bool(liked),
            user=await self.author(row.user_id),
            share_url=None,
            generation_job=None,
            recipe=shown,
        )

    async def by_link(self, row: ItemRow, publication: PublicationRow | None) -> Item:
        """On a board that a link shows; its copies may still be being made."""
        if publication is not None:
            return await self.foreign(row, publication, None)
        thumbnail = await self._storage.url(row.thumbnail_key)
        shown = {"is_starred": False, "boards": [], "url": thumbnail, "thumbnail_url": thumbnail}
        return Item(
            **{**_facts(row, None), **shown, "metadata": metadata_of(row.model, None)},
            **{**_more(row), "links": _public_links(row)},
            is_mine=False,
            is_liked=False,
            user=await self.author(row.user_id),
            share_url=None,
            generation_job=None,
            recipe=None,
        )

    async def public(
        self, rows: Sequence[tuple[PublicationRow, ItemRow]], viewer: Principal | None
    ) -> list[PublicItem]:
        """Those of accounts that are not active are left out."""
        ids = [item.id for _, item in rows]
        people = await self._people.by_ids({item.user_id for _, item in rows})
        liked = await self._repository.liked(viewer.user_id, ids) if viewer else set()
        fetched = await self._social.downloaded(viewer.user_id, ids) if viewer else set()
        shown = []
        for publication, item in rows:
            person = people.get(item.user_id)
            if person is None or not person.is_active:
                continue
            shown.append(
                PublicItem(
                    id=item.id,
                    type=cast(ItemType, item.type),
                    url=await self._storage.url(public_key(publication, viewer)),
                    thumbnail_url=await self._storage.url(publication.thumbnail_key),
                    width=item.width,
                    height=item.height,
                    title=item.title,
                    prompt=item.prompt,
                    model=item.model,
                    tags=item.tags,
                    category=cast(Category | None, item.category),
                    is_sensitive=publication.is_sensitive,
                    like_count=publication.like_count,
                    view_count=publication.view_count,
                    download_count=publication.download_count,
                    is_liked=item.id in liked,
                    is_downloaded=item.id in fetched,
                    created_at=publication.published_at,
                    user=await self.shown_person(person),
                )
            )
        return shown

    async def author(self, user_id: UUID) -> Author:
        return await self.shown_person((await self._people.by_ids([user_id]))[user_id])

    async def shown_person(self, person: Person) -> Author:
        return Author(
            id=person.id,
            username=person.username,
            full_name=person.full_name,
            avatar_url=await self._storage.url(person.avatar_key) if person.avatar_key else None,
        )

    async def person_is_active(self, user_id: UUID) -> bool:
        person = (await self._people.by_ids([user_id])).get(user_id)
        return person is not None and person.is_active

    def share_url(self, token: str) -> str:
        return f"{self._public_url}/s/{token}"

    async def _own_facts(
        self, row: ItemRow, publication: PublicationRow | None, boards: Sequence[BoardRow]
    ) -> dict[str, Any]:
        return {
            **_facts(row, publication),
            "url": await self._storage.url(row.key),
            "thumbnail_url": await self._storage.url(row.thumbnail_key),
            "boards": [BoardName(id=board.id, name=board.name) for board in boards],
        }


def public_key(publication: PublicationRow, viewer: Principal | None) -> str:
    return publication.key if sees_everything(viewer) else publication.preview_key


def state_of(row: ItemRow, publication: PublicationRow | None) -> PublicationState:
    if not row.is_public or publication is None:
        return "private"
    return cast(PublicationState, publication.state)


def metadata_of(model: str, recipe: Mapping[str, Any] | None) -> ItemMetadata:
    if not recipe:
        return ItemMetadata(model=model)
    request, rendering = recipe.get("request", {}), recipe.get("rendering", {})
    return ItemMetadata(
        model=model or request.get("model", {}).get("name", ""),
        model_hash=rendering.get("model_sha256") or request.get("model", {}).get("sha256") or None,
        prompt=request.get("prompt"),
        negative_prompt=request.get("negative_prompt"),
        steps=request.get("steps"),
        cfg_scale=request.get("guidance_scale"),
        seed=rendering.get("seed", request.get("seed")),
        sampler=request.get("sampler"),
        loras=[
            {"name": lora.get("model", {}).get("name", ""), "weight": lora.get("weight", 1.0)}
            for lora in request.get("loras", ())
        ],
    )


def _facts(row: ItemRow, publication: PublicationRow | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "width": row.width,
        "height": row.height,
        "file_size": row.size,
        "title": row.title,
        "prompt": row.prompt,
        "model": row.model,
        "tags": row.tags,
        "category": row.category,
        "is_public": row.is_public,
        "is_starred": row.is_starred,
        "publication": state_of(row, publication),
        "like_count": row.like_count,
        "view_count": publication.view_count if publication else 0,
        "download_count": publication.download_count if publication else 0,
        "metadata": metadata_of(row.model, row.recipe),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "deleted_at": row.deleted_at,
    }


def _more(row: ItemRow) -> dict[str, Any]:
    path = f"{API}/gallery/images/{row.id}"
    links = {"self": path, "download": f"{path}/download", "like": f"{path}/like"}
    if row.type == "canvas":
        links["canvas"] = f"{API}/gallery/canvases/{row.id}"
    if row.job_id:
        links["job"] = f"{API}/generation/jobs/{row.job_id}"
    return {
        "description": row.description,
        "mime_type": row.mime_type,
        "licence": row.licence,
        "allow_recipe": row.allow_recipe,
        "is_sensitive": row.is_sensitive,
        "links": links,
    }


def _public_links(row: ItemRow) -> dict[str, str]:
    path = f"{API}/gallery/images/{row.id}"
    return {"self": path, "download": f"{path}/download", "like": f"{path}/like", "report": f"{path}/report"}
