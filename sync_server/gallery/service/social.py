"""What people do with what is public: like, look, fetch, block, report."""

import hashlib
import hmac
import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import Download, Liked, PublicProfile, ReportRequest
from sync_server.accounts.service import People, Person
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.service.feed import Feed
from sync_server.gallery.service.publishing import missing_item
from sync_server.gallery.service.views import public_key
from sync_server.gallery.tables import ItemRow, PublicationRow, ReportRow
from sync_server.platform.edge import Principal
from sync_server.platform.errors import ForbiddenError, NotFoundError, UnprocessableError
from sync_server.platform.ports import World
from sync_server.platform.storage import Storage

DOWNLOAD_EXPIRES = timedelta(hours=1)
VIEWS_KEPT = timedelta(days=2)
_UNSAFE_IN_NAMES = re.compile(r"[^\w-]+")


class Social:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        social: SocialRepository,
        feed: Feed,
        people: People,
        storage: Storage,
        world: World,
        secret: str,
    ) -> None:
        self._session = session
        self._repository = repository
        self._social = social
        self._feed = feed
        self._people = people
        self._storage = storage
        self._world = world
        self._key = hashlib.sha256(b"pentimento visitors\0" + secret.encode()).digest()

    async def like(self, viewer: Principal, item_id: UUID, *, liked: bool) -> Liked:
        """Once a person; again, it changes nothing. One's own may be liked too, while it is public."""
        row = await self._repository.item(item_id)
        if row is None or row.user_id != viewer.user_id:
            await self._feed.visible(row, viewer)
        elif not row.is_public or row.deleted_at is not None:
            raise missing_item()
        if row is None:
            raise missing_item()
        if liked and await self._social.has_blocked(row.user_id, viewer.user_id):
            raise ForbiddenError("Its author does not want likes from you.")
        if liked:
            changed = await self._social.add_like(item_id, viewer.user_id, self._world.clock())
        else:
            changed = await self._social.remove_like(item_id, viewer.user_id)
        if changed:
            await self._social.count_likes(item_id, 1 if liked else -1)
        count = await self._session.scalar(select(ItemRow.like_count).where(ItemRow.id == item_id))
        return Liked(image_id=item_id, like_count=int(count or 0), liked=liked)

    async def seen(self, item_id: UUID, viewer: Principal | None, address: str) -> None:
        today = self._world.clock().date()
        await self._social.visit(item_id, self._visitor(viewer, address), "view", today)

    async def download(self, item_id: UUID, viewer: Principal | None, address: str) -> Download:
        """One's own as it is; others' as they are published, counted once a person and day."""
        row = await self._repository.item(item_id)
        if row is None or row.deleted_at is not None:
            raise missing_item()
        if viewer is not None and row.user_id == viewer.user_id:
            key, size, mime_type = row.key, row.size, row.mime_type
        else:
            publication = await self._feed.visible(row, viewer)
            today = self._world.clock().date()
            await self._social.visit(item_id, self._visitor(viewer, address), "download", today)
            key = public_key(publication, viewer)
            whole = key == publication.key
            size = publication.size if whole else (await self._storage.size(key) or 0)
            mime_type = publication.mime_type if whole else "image/webp"
        return Download(
            download_url=await self._storage.url(key, expires=DOWNLOAD_EXPIRES),
            expires_in_seconds=int(DOWNLOAD_EXPIRES.total_seconds()),
            file_name=_file_name(row, key),
            file_size=size,
            mime_type=mime_type,
        )

    async def report(self, viewer: Principal, item_id: UUID, asked: ReportRequest) -> None:
        """Once a person and item; again, it changes nothing."""
        row = await self._repository.item(item_id)
        if row is not None and row.user_id == viewer.user_id:
            raise UnprocessableError("This is yours.", advice="Withdraw it, if it should not be public.")
        await self._feed.visible(row, viewer)
        await self._social.report(
            ReportRow(
                id=self._world.new_id(),
                item_id=item_id,
                user_id=viewer.user_id,
                reason=asked.reason,
                note=asked.note,
                created_at=self._world.clock(),
                settled_at=None,
            )
        )

    # People

    async def person(self, username: str) -> Person:
        found = await self._people.by_username(username)
        if found is None:
            raise NotFoundError("There is nobody of this name.")
        return found

    async def profile(self, username: str, viewer: Principal | None) -> PublicProfile:
        person = await self.person(username)
        images, likes = (
            await self._session.execute(
                select(func.count(), func.coalesce(func.sum(PublicationRow.like_count), 0)).where(
                    PublicationRow.user_id == person.id, PublicationRow.visible
                )
            )
        ).one()
        blocked = viewer is not None and await self._social.has_blocked(viewer.user_id, person.id)
        return PublicProfile(
            id=person.id,
            username=person.username,
            full_name=person.full_name,
            avatar_url=await self._storage.url(person.avatar_key) if person.avatar_key else None,
            bio=person.bio,
            website=person.website,
            public_image_count=int(images),
            like_count=int(likes),
            is_blocked=blocked,
            created_at=person.created_at,
        )

    async def block(self, viewer: Principal, username: str, *, blocked: bool) -> None:
        person = await self.person(username)
        if person.id == viewer.user_id:
            raise UnprocessableError("Nobody can block themselves.")
        if blocked:
            await self._social.block(viewer.user_id, person.id, self._world.clock())
        else:
            await self._social.unblock(viewer.user_id, person.id)

    async def blocked(self, viewer: Principal) -> list[Person]:
        people = await self._people.by_ids(await self._social.blocked_by(viewer.user_id))
        return sorted(people.values(), key=lambda person: person.username.lower())

    def _visitor(self, viewer: Principal | None, address: str) -> str:
        """Of those who are not signed in no address is kept, but what it comes to on this day."""
        if viewer is not None:
            return f"user:{viewer.user_id}"
        told = f"{self._world.clock().date()}:{address}".encode()
        return hmac.digest(self._key, told, "sha256")[:16].hex()


def _file_name(row: ItemRow, key: str) -> str:
    words = _UNSAFE_IN_NAMES.sub("_", (row.title or row.prompt)[:60]).strip("_")
    return f"{words or row.id}.{key.rpartition('.')[2]}"
