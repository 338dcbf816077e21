"""Rows of what people do with what is public: likes, visits, blocks, reports."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.gallery.tables import (
    BlockRow,
    ItemRow,
    LikeRow,
    PublicationRow,
    ReportRow,
    VisitRow,
)


class SocialRepository:
    def __init__(self, *, session: AsyncSession) -> None:
        self.session = session

    async def add_like(self, item_id: UUID, user_id: UUID, now: datetime) -> bool:
        """False where it was liked before."""
        added = await self.session.scalar(
            insert(LikeRow)
            .values(item_id=item_id, user_id=user_id, created_at=now)
            .on_conflict_do_nothing()
            .returning(LikeRow.item_id)
        )
        return added is not None

    async def remove_like(self, item_id: UUID, user_id: UUID) -> bool:
        removed = await self.session.scalar(
            delete(LikeRow)
            .where(LikeRow.item_id == item_id, LikeRow.user_id == user_id)
            .returning(LikeRow.item_id)
        )
        return removed is not None

    async def count_likes(self, item_id: UUID, change: int) -> None:
        """In the item and its publication, whose place among the trending follows."""
        await self.session.execute(
            update(ItemRow).where(ItemRow.id == item_id).values(like_count=ItemRow.like_count + change)
        )
        await self._count(item_id, likes=change)

    async def visit(self, item_id: UUID, visitor: str, kind: str, day: date) -> None:
        """Counted once a visitor and day."""
        added = await self.session.scalar(
            insert(VisitRow)
            .values(item_id=item_id, visitor=visitor, kind=kind, day=day)
            .on_conflict_do_nothing()
            .returning(VisitRow.item_id)
        )
        if added is not None:
            await self._count(item_id, views=int(kind == "view"), downloads=int(kind == "download"))

    async def _count(self, item_id: UUID, *, likes: int = 0, views: int = 0, downloads: int = 0) -> None:
        """The formula is that of `rules.seeing.trending`, on the counts as the row's lock finds them."""
        like_count = PublicationRow.like_count + likes
        view_count = PublicationRow.view_count + views
        download_count = PublicationRow.download_count + downloads
        attention = 1 + 3 * like_count + 2 * download_count + view_count / 10.0
        age = func.extract("epoch", PublicationRow.published_at) / 45_000.0
        await self.session.execute(
            update(PublicationRow)
            .where(PublicationRow.item_id == item_id)
            .values(
                like_count=like_count,
                view_count=view_count,
                download_count=download_count,
                trending=func.log(attention) + age,
            )
            .execution_options(synchronize_session=False)
        )

    async def downloaded(self, user_id: UUID, item_ids: Sequence[UUID]) -> set[UUID]:
        if not item_ids:
            return set()
        rows = await self.session.scalars(
            select(VisitRow.item_id).where(
                VisitRow.item_id.in_(item_ids),
                VisitRow.visitor == f"user:{user_id}",
                VisitRow.kind == "download",
            )
        )
        return set(rows)

    async def forget_visits(self, before: date) -> None:
        """Whoever downloaded something stays known; who looked, or was not signed in, does not."""
        await self.session.execute(
            delete(VisitRow).where(
                VisitRow.day < before, (VisitRow.kind == "view") | ~VisitRow.visitor.startswith("user:")
            )
        )

    async def blocked_by(self, user_id: UUID) -> set[UUID]:
        return set(await self.session.scalars(select(BlockRow.blocked_id).where(BlockRow.user_id == user_id)))

    async def has_blocked(self, user_id: UUID, blocked_id: UUID) -> bool:
        return await self.session.get(BlockRow, (user_id, blocked_id)) is not None

    async def block(self, user_id: UUID, blocked_id: UUID, now: datetime) -> None:
        await self.session.execute(
            insert(BlockRow)
            .values(user_id=user_id, blocked_id=blocked_id, created_at=now)
            .on_conflict_do_nothing()
        )

    async def unblock(self, user_id: UUID, blocked_id: UUID) -> None:
        await self.session.execute(
            delete(BlockRow).where(BlockRow.user_id == user_id, BlockRow.blocked_id == blocked_id)
        )

    async def report(self, row: ReportRow) -> bool:
        """False where this person has reported it before."""
        added = await self.session.scalar(
            insert(ReportRow)
            .values(
                id=row.id,
                item_id=row.item_id,
                user_id=row.user_id,
                reason=row.reason,
                note=row.note,
                created_at=row.created_at,
            )
            .on_conflict_do_nothing(index_elements=["item_id", "user_id"])
            .returning(ReportRow.id)
        )
        if added is None:
            return False
        await self.session.execute(
            update(PublicationRow)
            .where(PublicationRow.item_id == row.item_id)
            .values(
                asked_at=case(
                    (PublicationRow.open_reports == 0, row.created_at), else_=PublicationRow.asked_at
                ),
                open_reports=PublicationRow.open_reports + 1,
            )
            .execution_options(synchronize_session=False)
        )
        return True

    async def open_reports(self, item_ids: Sequence[UUID]) -> dict[UUID, list[ReportRow]]:
        found: dict[UUID, list[ReportRow]] = {}
        if item_ids:
            rows = await self.session.scalars(
                select(ReportRow)
                .where(ReportRow.item_id.in_(item_ids), ReportRow.settled_at.is_(None))
                .order_by(ReportRow.created_at, ReportRow.id)
            )
            for row in rows:
                found.setdefault(row.item_id, []).append(row)
        return found

    async def settle_reports(self, item_id: UUID, now: datetime) -> None:
        await self.session.execute(
            update(ReportRow)
            .where(ReportRow.item_id == item_id, ReportRow.settled_at.is_(None))
            .values(settled_at=now)
        )
