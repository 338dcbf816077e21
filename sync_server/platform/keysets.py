"""A page of a list: from where the last one ended, by the values of its order, never by counting rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from sync_server.platform.cursors import CursorSigner, PageRequest, Value
from sync_server.platform.replies import Pagination

Column = InstrumentedAttribute[Any]


async def keyset_page(
    session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    *,
    order: Sequence[Column],
    page: PageRequest,
    cursors: CursorSigner,
    scope: str,
    total: int | None = None,
) -> tuple[list[Any], Pagination]:
    """Rows as `query` selects them. `order` ends in a column that makes it unique; none of it is ever null."""
    newest_first = page.sort_order == "desc"
    scope = f"{scope}:{'/'.join(column.key for column in order)}:{page.sort_order}"
    if page.cursor is not None:
        values = cursors.decode(page.cursor, expected=len(order), scope=scope)
        place = tuple_(*order)
        after = tuple_(
            *(literal(_read(value, column), column.type) for value, column in zip(values, order, strict=True))
        )
        query = query.where(place < after if newest_first else place > after)
    found = (
        await session.execute(
            query.add_columns(*order)
            .order_by(*(column.desc() if newest_first else column.asc() for column in order))
            .limit(page.limit + 1)
        )
    ).all()
    more, shown = len(found) > page.limit, found[: page.limit]
    following = None
    if more:
        following = cursors.encode([_written(value) for value in shown[-1][-len(order) :]], scope=scope)
    rows = [row[: -len(order)] for row in shown]
    single = len(rows[0]) == 1 if rows else False
    return [row[0] for row in rows] if single else rows, Pagination(
        next_cursor=following, has_more=more, total_count=total
    )


def _written(value: Any) -> Value:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return value if isinstance(value, int) else str(value)


def _read(value: Value, column: Column) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(str(value))
    if kind is UUID:
        return UUID(str(value))
    return kind(value)
