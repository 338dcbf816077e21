"""What operators see of accounts and change on them; every change is written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from shared.contracts.accounts import AccountState, Role
from shared.contracts.profiles import (
    AccountStatistics,
    AccountWork,
    AdminAccount,
    AdminAccountDetails,
    AdminChange,
)
from sync_server.accounts.ports import Creations, Entitlements
from sync_server.accounts.repository import AccountRepository, UserFilter
from sync_server.accounts.service.sessions import Sessions
from sync_server.accounts.tables import AuditRow, UserRow
from sync_server.platform.errors import ConflictError, ForbiddenError, NotFoundError
from sync_server.platform.ports import World


class Administration:
    def __init__(
        self,
        *,
        repository: AccountRepository,
        entitlements: Entitlements,
        creations: Creations,
        sessions: Sessions,
        world: World,
    ) -> None:
        self._repository = repository
        self._entitlements = entitlements
        self._creations = creations
        self._sessions = sessions
        self._world = world

    async def list(
        self, chosen: UserFilter, *, after: tuple[datetime, UUID] | None, newest_first: bool, limit: int
    ) -> tuple[Sequence[AdminAccount], bool, int]:
        """A page, whether more follow, and how many there are in all."""
        rows, total = await self._repository.users(
            chosen, after=after, newest_first=newest_first, limit=limit
        )
        return [_shown(row) for row in rows[:limit]], len(rows) > limit, total

    async def get(self, user_id: UUID) -> AdminAccountDetails:
        row = await self._row(user_id)
        made = await self._creations.usage(user_id, since=None, until=self._world.clock())
        overview = await self._entitlements.overview(user_id)
        return AdminAccountDetails(
            **_shown(row).model_dump(),
            stats=AccountWork(
                total_generations=made.generations,
                total_images=made.images,
                total_credits_spent=overview.credits.lifetime_spent,
            ),
        )

    async def change(self, user_id: UUID, change: AdminChange, *, by: UUID) -> AdminAccount:
        """Raises ConflictError for operators who would change themselves, so that the last one never goes."""
        if user_id == by:
            raise ConflictError(
                "Nobody changes their own role or state.", advice="Ask another administrator."
            )
        # Both locked, always in one order: of two administrators who demote each other at once, one stays.
        locked = {each: await self._repository.locked_user(each) for each in sorted({user_id, by})}
        actor, row = locked[by], locked[user_id]
        if actor is None or actor.role != "admin" or actor.state != "active":
            raise ForbiddenError("Your account may not do this.")
        if row is None:
            raise NotFoundError("There is no such account.")
        if row.state == "deleting" and change.new_state is not None:
            raise ConflictError("This account is being deleted.", advice="Its owner can take that back.")
        before = {"role": row.role, "state": row.state}
        row.role, row.state = change.role or row.role, change.new_state or row.state
        after = {"role": row.role, "state": row.state}
        if before != after:
            row.updated_at = self._world.clock()
            await self._repository.add(
                AuditRow(
                    id=self._world.new_id(),
                    actor_id=by,
                    subject_id=user_id,
                    action="account.changed",
                    details={"before": before, "after": after, "reason": change.reason},
                    at=self._world.clock(),
                )
            )
        if row.state == "suspended":
            await self._sessions.end_all(user_id, reason="suspended")
        return _shown(row)

    async def statistics(self) -> AccountStatistics:
        now = self._world.clock()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        counts = await self._repository.counts(
            today=today, week=now - timedelta(days=7), month=now - timedelta(days=30)
        )
        return AccountStatistics(
            **counts,
            users_by_role=await self._repository.counts_by_role(),
            users_by_plan=await self._repository.counts_by_tier(),
            business=await self._entitlements.statistics(),
        )

    async def _row(self, user_id: UUID) -> UserRow:
        row = await self._repository.user(user_id)
        if row is None:
            raise NotFoundError("There is no such account.")
        return row


def _shown(row: UserRow) -> AdminAccount:
    return AdminAccount(
        id=row.id,
        email=row.email,
        username=row.username,
        full_name=row.full_name,
        role=cast(Role, row.role),
        tier=row.tier,
        state=cast(AccountState, row.state),
        is_active=row.state == "active",
        email_verified=row.email_verified_at is not None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        last_login_at=row.last_login_at,
    )
