"""Workflows that users keep: their own, and those that others share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.model_catalogue import Workflow, WorkflowChange, WorkflowRequest, WorkflowSummary
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.errors import NotFoundError, UnprocessableError
from sync_server.platform.ports import World
from sync_server.platform.replies import Pagination
from sync_server.workflows.rules import check_definition, count_nodes
from sync_server.workflows.tables import WorkflowRow

MOST_WORKFLOWS = 500


class Workflows:
    def __init__(self, *, session: AsyncSession, cursors: CursorSigner, world: World) -> None:
        self._session = session
        self._cursors = cursors
        self._world = world

    async def page(self, user_id: UUID, page: PageRequest) -> tuple[list[WorkflowSummary], Pagination]:
        """One's own."""
        page.sorted_by({"created_at"}, default="created_at")
        scope = f"workflows:{user_id}:{page.sort_order}"
        chosen = [WorkflowRow.user_id == user_id]
        total = await self._session.scalar(select(func.count()).select_from(WorkflowRow).where(*chosen))
        place = tuple_(WorkflowRow.created_at, WorkflowRow.id)
        newest_first = page.sort_order == "desc"
        if page.cursor is not None:
            moment, row_id = self._cursors.decode(page.cursor, expected=2, scope=scope)
            after = (datetime.fromisoformat(str(moment)), UUID(str(row_id)))
            chosen.append(place < after if newest_first else place > after)
        order = (
            (WorkflowRow.created_at.desc(), WorkflowRow.id.desc())
            if newest_first
            else (WorkflowRow.created_at, WorkflowRow.id)
        )
        rows = (
            await self._session.scalars(
                select(WorkflowRow).where(*chosen).order_by(*order).limit(page.limit + 1)
            )
        ).all()
        shown, more = rows[: page.limit], len(rows) > page.limit
        following = None
        if more:
            last = shown[-1]
            following = self._cursors.encode([last.created_at.isoformat(), str(last.id)], scope=scope)
        return [_summary(row) for row in shown], Pagination(
            next_cursor=following, has_more=more, total_count=int(total or 0)
        )

    async def make(self, user_id: UUID, asked: WorkflowRequest) -> Workflow:
        check_definition(asked.definition)
        count = await self._session.scalar(select(func.count()).where(WorkflowRow.user_id == user_id))
        if int(count or 0) >= MOST_WORKFLOWS:
            raise UnprocessableError(
                "An account keeps at most {most} workflows.",
                advice="Delete one that is not used any more.",
                most=MOST_WORKFLOWS,
            )
        now = self._world.clock()
        row = WorkflowRow(
            id=self._world.new_id(),
            user_id=user_id,
            name=asked.name,
            description=asked.description,
            definition=asked.definition,
            is_public=asked.is_public,
            created_at=now,
            updated_at=now,
        )
        self._session.add(row)
        await self._session.flush()
        return _shown(row, user_id)

    async def get(self, workflow_id: UUID, *, seen_by: UUID) -> Workflow:
        """One's own, or a shared one. Raises NotFoundError."""
        row = await self._session.scalar(
            select(WorkflowRow).where(
                WorkflowRow.id == workflow_id, or_(WorkflowRow.user_id == seen_by, WorkflowRow.is_public)
            )
        )
        if row is None:
            raise _missing()
        return _shown(row, seen_by)

    async def change(self, user_id: UUID, workflow_id: UUID, change: WorkflowChange) -> Workflow:
        row = await self._own(user_id, workflow_id)
        if change.definition is not None:
            check_definition(change.definition)
        for name in change.model_fields_set:
            value = getattr(change, name)
            if value is not None or name == "description":
                setattr(row, name, value)
        row.updated_at = self._world.clock()
        await self._session.flush()
        return _shown(row, user_id)

    async def delete(self, user_id: UUID, workflow_id: UUID) -> None:
        await self._session.delete(await self._own(user_id, workflow_id))
        await self._session.flush()

    async def _own(self, user_id: UUID, workflow_id: UUID) -> WorkflowRow:
        row = await self._session.scalar(
            select(WorkflowRow).where(WorkflowRow.id == workflow_id, WorkflowRow.user_id == user_id)
        )
        if row is None:
            raise _missing()
        return row


def _shown(row: WorkflowRow, reader: UUID) -> Workflow:
    return Workflow(
        id=row.id,
        name=row.name,
        description=row.description,
        definition=row.definition,
        is_public=row.is_public,
        is_mine=row.user_id == reader,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _summary(row: WorkflowRow) -> WorkflowSummary:
    return WorkflowSummary(
        id=row.id,
        name=row.name,
        description=row.description,
        is_public=row.is_public,
        nodes=count_nodes(row.definition),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _missing() -> NotFoundError:
    return NotFoundError("There is no such workflow of yours.")
