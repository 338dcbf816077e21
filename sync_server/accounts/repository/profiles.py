"""A profile in one statement: the account, its ways in, and what features above tell of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from sync_server.accounts.ports import EntitlementFacts
from sync_server.accounts.tables import ConnectionRow, SessionRow, UserRow
from sync_server.platform.statements import Row, Statement
from sync_server.platform.work import Work


class ProfileQuery:
    """Made once; `facts` adds its value to every row."""

    def __init__(self, facts: EntitlementFacts) -> None:
        connection = func.jsonb_build_object(
            "provider", ConnectionRow.provider, "connected_at", ConnectionRow.connected_at
        )
        connections = (
            select(func.jsonb_agg(aggregate_order_by(connection, ConnectionRow.provider)))
            .where(ConnectionRow.user_id == UserRow.id)
            .scalar_subquery()
        )
        profile = select(
            *UserRow.__table__.columns,
            connections.label("connections"),
            facts(UserRow.__table__.c.id).label("facts"),
        )
        self._of_user = Statement(profile.where(UserRow.id == bindparam("user_id")))
        self._of_session = Statement(
            profile.join(SessionRow, SessionRow.user_id == UserRow.id).where(
                SessionRow.id == bindparam("session_id"), SessionRow.ended_at.is_(None)
            )
        )

    async def of_user(self, work: Work, user_id: UUID, now: datetime) -> Row | None:
        """An account's columns, and `connections` and `facts`."""
        rows = await work.read(self._of_user, user_id=user_id, now=now)
        return rows[0] if rows else None

    async def of_session(self, work: Work, session_id: UUID, now: datetime) -> Row | None:
        """The same; None where the session has ended."""
        rows = await work.read(self._of_session, session_id=session_id, now=now)
        return rows[0] if rows else None
