"""/payments/credits: the balance, its history, what can be bought."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.credits import CreditBalance, CreditPackage, CreditTransaction, TransactionType
from shared.pricing.tariffs import Tariffs
from sync_server.accounts.service import Entitlements
from sync_server.credits.service import CreditStatements
from sync_server.platform.cursors import CursorSigner, Paging
from sync_server.platform.edge import SignedIn, service
from sync_server.platform.errors import InvalidParametersError
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Pagination, Reply

router = APIRouter(prefix="/payments/credits", tags=["credits"])

_SCOPE = "credit_transactions"


@router.get("/balance", summary="The balance", responses=errors())
async def balance(
    principal: SignedIn, entitlements: Annotated[Entitlements, service(Entitlements)]
) -> Reply[CreditBalance]:
    """`available` is what a new job can use; `reserved` is held by jobs that run or wait."""
    return Reply(data=(await entitlements.overview(principal.user_id)).credits)


@router.get(
    "/transactions",
    summary="What came and what went",
    responses=errors(InvalidParametersError),
)
async def transactions(
    principal: SignedIn,
    statements: Annotated[CreditStatements, service(CreditStatements)],
    cursors: Annotated[CursorSigner, service(CursorSigner)],
    page: Paging,
    transaction_type: Annotated[TransactionType | None, Query(description="Only this kind.")] = None,
    start_date: Annotated[datetime | None, Query(description="Not before.")] = None,
    end_date: Annotated[datetime | None, Query(description="Not after.")] = None,
) -> Page[CreditTransaction]:
    """Newest first. Credits that a running job holds are not here: they show as `reserved` in the balance."""
    page.sorted_by(["created_at"], default="created_at")
    scope = f"{_SCOPE}:{principal.user_id}:{page.sort_order}"
    after = None
    if page.cursor:
        moment, row_id = cursors.decode(page.cursor, expected=2, scope=scope)
        after = (datetime.fromisoformat(str(moment)), UUID(str(row_id)))
    rows, has_more, total = await statements.history(
        principal.user_id,
        kind=transaction_type,
        since=start_date,
        until=end_date,
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


@router.get("/packages", summary="Packages of credits")
async def packages(tariffs: Annotated[Tariffs, service(Tariffs)]) -> Reply[list[CreditPackage]]:
    return Reply(
        data=[
            CreditPackage(
                id=package.id,
                name=package.name,
                credits=package.credits,
                bonus_credits=package.bonus_credits,
                total_credits=package.total_credits,
                price_usd=package.price_usd,
                price_per_credit=round(package.price_usd / package.credits, 4),
                popular=package.popular,
            )
            for package in tariffs.packages
        ]
    )
