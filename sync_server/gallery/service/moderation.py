"""What waits for a moderator, and what they decide."""

from typing import cast
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.gallery import (
    Decided,
    DecisionRequest,
    ModerationEntry,
    PublicationState,
    Report,
    ReportReason,
)
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.service.publishing import missing_item
from sync_server.gallery.service.views import GalleryViews
from sync_server.gallery.tables import DecisionRow, ItemRow, PublicationRow
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.edge import Principal
from sync_server.platform.keysets import keyset_page
from sync_server.platform.ports import World
from sync_server.platform.replies import Pagination


class Moderation:
    def __init__(
        self,
        *,
        session: AsyncSession,
        repository: ItemRepository,
        social: SocialRepository,
        views: GalleryViews,
        cursors: CursorSigner,
        world: World,
    ) -> None:
        self._session = session
        self._repository = repository
        self._social = social
        self._views = views
        self._cursors = cursors
        self._world = world

    async def queue(
        self, moderator: Principal, page: PageRequest
    ) -> tuple[list[ModerationEntry], Pagination]:
        """What is new or reported, of what its author still wants public."""
        page.sorted_by(["asked_at"], default="asked_at")
        rows, pagination = await keyset_page(
            self._session,
            select(PublicationRow, ItemRow)
            .join(ItemRow, ItemRow.id == PublicationRow.item_id)
            .where(
                or_(PublicationRow.state == "waiting", PublicationRow.open_reports > 0),
                ItemRow.is_public,
                ItemRow.deleted_at.is_(None),
            ),
            order=(PublicationRow.asked_at, PublicationRow.item_id),
            page=page,
            cursors=self._cursors,
            scope="moderation",
        )
        by_id = {item.id: (publication, item) for publication, item in rows}
        reports = await self._social.open_reports(list(by_id))
        shown = await self._views.public([(row[0], row[1]) for row in rows], moderator)
        entries = [
            ModerationEntry(
                image=image,
                state=cast(PublicationState, by_id[image.id][0].state),
                description=by_id[image.id][1].description,
                reports=[
                    Report(
                        id=report.id,
                        reason=cast(ReportReason, report.reason),
                        note=report.note,
                        created_at=report.created_at,
                    )
                    for report in reports.get(image.id, ())
                ],
                asked_at=by_id[image.id][0].asked_at,
            )
            for image in shown
        ]
        return entries, pagination

    async def decide(self, moderator: Principal, item_id: UUID, asked: DecisionRequest) -> Decided:
        """Every decision settles the reports that lie there, and is kept."""
        item = await self._repository.item(item_id)
        row = await self._repository.publication(item_id, lock=True)
        if item is None or row is None or row.state == "unlisted":
            raise missing_item()
        now = self._world.clock()
        match asked.decision:
            case "approve":
                if row.state == "waiting":
                    row.published_at = now
                row.state = "approved"
            case "hide":
                row.state = "hidden"
            case "mark_sensitive":
                row.is_sensitive = True
            case "mark_safe":
                row.is_sensitive = item.is_sensitive = False
            case "dismiss_reports":
                pass
        row.open_reports = 0
        row.visible = item.is_public and item.deleted_at is None and row.state == "approved"
        await self._social.settle_reports(item_id, now)
        self._session.add(
            DecisionRow(
                id=self._world.new_id(),
                item_id=item_id,
                author_id=item.user_id,
                moderator_id=moderator.user_id,
                decision=asked.decision,
                note=asked.note,
                at=now,
            )
        )
        await self._session.flush()
        return Decided(
            image_id=item_id, state=cast(PublicationState, row.state), is_sensitive=row.is_sensitive
        )
