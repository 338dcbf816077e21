"""/users: accounts as operators see and change them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.accounts import AccountState, Role
from shared.contracts.profiles import AccountStatistics, AdminAccount, AdminAccountDetails, AdminChange
from sync_server.accounts.repository import UserFilter
from sync_server.accounts.service import Administration
from sync_server.platform.cursors import CursorSigner, Paging
from sync_server.platform.edge import Admin, service
from sync_server.platform.errors import (
    ConflictError,
    ForbiddenError,
    InvalidParametersError,
    NotFoundError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Pagination, Reply

router = APIRouter(tags=["administration"])

TheAdministration = Annotated[Administration, service(Administration)]
TierName = Literal["free", "starter", "pro", "studio", "enterprise"]


@router.get("", summary="Accounts", responses=errors(ForbiddenError, InvalidParametersError))
async def users(
    principal: Admin,
    administration: TheAdministration,
    cursors: Annotated[CursorSigner, service(CursorSigner)],
    page: Paging,
    search: Annotated[
        str | None, Query(max_length=100, description="In e-mail address, username and full name.")
    ] = None,
    role: Annotated[Role | None, Query(description="Only this role.")] = None,
    state: Annotated[AccountState | None, Query(description="Only this state.")] = None,
    is_active: Annotated[bool | None, Query(description="Only active ones, or only others.")] = None,
    tier: Annotated[TierName | None, Query(description="Only this tier.")] = None,
    email_verified: Annotated[
        bool | None, Query(description="Only with or without a confirmed address.")
    ] = None,
) -> Page[AdminAccount]:
    page.sorted_by(["created_at"], default="created_at")
    scope = f"users:{principal.user_id}:{page.sort_order}"
    after = None
    if page.cursor:
        moment, row_id = cursors.decode(page.cursor, expected=2, scope=scope)
        after = (datetime.fromisoformat(str(moment)), UUID(str(row_id)))
    rows, has_more, total = await administration.list(
        UserFilter(
            search=search, role=role, state=state, active=is_active, tier=tier, verified=email_verified
        ),
        after=after,
        newest_first=page.sort_order == "desc",
        limit=page.limit,
    )
    next_cursor = (
        cursors.encode([rows[-1].created_at.isoformat(), str(rows[-1].id)], scope=scope) if has_more else None
    )
    return Page(
        data=rows, pagination=Pagination(next_cursor=next_cursor, has_more=has_more, total_count=total)
    )


@router.get("/stats", summary="How many there are", responses=errors(ForbiddenError))
async def statistics(_: Admin, administration: TheAdministration) -> Reply[AccountStatistics]:
    return Reply(data=await administration.statistics())


@router.get("/{user_id}", summary="One account", responses=errors(ForbiddenError, NotFoundError))
async def user(user_id: UUID, _: Admin, administration: TheAdministration) -> Reply[AdminAccountDetails]:
    return Reply(data=await administration.get(user_id))


@router.patch(
    "/{user_id}",
    summary="Change role or state",
    responses=errors(ForbiddenError, NotFoundError, ConflictError),
)
async def change_user(
    user_id: UUID, asked: AdminChange, principal: Admin, administration: TheAdministration
) -> Reply[AdminAccount]:
    """Written into the audit log. Suspending ends every sign-in."""
    return Reply(data=await administration.change(user_id, asked, by=principal.user_id))
